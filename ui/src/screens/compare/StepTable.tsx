/** Every step of both: difference, status, the two beside each other on one axis of time, attempts, output. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Comparison } from "../../compare/compare";
import { useNow } from "../../components/useNow";
import { FINAL } from "../../execution/events";
import type { ExecutionView } from "../../execution/view";
import { scaleOf } from "../../gantt/scale";
import { StepRow } from "./StepRow";
import "../../gantt/gantt.css";

interface Props {
  a: ExecutionView;
  b: ExecutionView;
  found: Comparison;
  chosen: string | null;
  onChoose: (path: string) => void;
}

/** So many rows are drawn at first. */
const FIRST = 200;

export function StepTable({ a, b, found, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const [differing, setDiffering] = useState(false);
  const [most, setMost] = useState(FIRST);
  const now = useNow(!FINAL.has(a.status) || !FINAL.has(b.status), 1_000);
  const span = Math.max(1, workedOf(a, now), workedOf(b, now));
  const steps = found.steps.filter(({ difference }) => !differing || difference !== "same");
  return (
    <section className="panel" aria-labelledby="compare-steps">
      <div className="panel-head">
        <h2 id="compare-steps">{t("compare.steps")}</h2>
        <span className="grow" />
        <label>
          <input
            type="checkbox"
            checked={differing}
            onChange={(event) => setDiffering(event.target.checked)}
          />{" "}
          {t("compare.onlyDiffering")}
        </label>
      </div>
      <div className="compare-table" tabIndex={0} role="region" aria-label={t("compare.table")}>
        <table className="rows">
          <Columns />
          <tbody>
            {steps.slice(0, most).map((pair) => (
              <StepRow
                key={pair.path}
                pair={pair}
                sides={[
                  { view: a, step: pair.a, scale: scaleOf(a.startedAt ?? a.queuedAt, span) },
                  { view: b, step: pair.b, scale: scaleOf(b.startedAt ?? b.queuedAt, span) },
                ]}
                first={found.first?.path === pair.path}
                chosen={chosen === pair.path}
                onChoose={onChoose}
              />
            ))}
          </tbody>
        </table>
      </div>
      {steps.length > most && (
        <button type="button" className="btn link tall" onClick={() => setMost(most + 5 * FIRST)}>
          {t("value.more", { count: steps.length - most, shown: steps.length - most })}
        </button>
      )}
    </section>
  );
}

const workedOf = (view: ExecutionView, now: number) =>
  view.startedAt === null ? 0 : (view.endedAt ?? now) - view.startedAt;

function Columns() {
  const { t } = useTranslation();
  return (
    <thead>
      <tr>
        <th scope="col">{t("compare.stepColumn")}</th>
        <th scope="col">{t("compare.differenceColumn")}</th>
        <th scope="col">{t("compare.statusColumn")}</th>
        <th scope="col" className="compare-axis hide-phone">
          {t("compare.timeColumn")}
        </th>
        <th scope="col" className="num">
          {t("compare.tookColumn")}
        </th>
        <th scope="col" className="num">
          {t("compare.moreColumn")}
        </th>
        <th scope="col" className="num">
          {t("compare.triesColumn")}
        </th>
        <th scope="col">{t("compare.outputColumn")}</th>
      </tr>
    </thead>
  );
}
