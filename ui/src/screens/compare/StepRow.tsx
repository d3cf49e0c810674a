/** One step of both: its difference, its two statuses, its two bars above each other, and the figures. */

import { useTranslation } from "react-i18next";
import type { StepPair } from "../../compare/compare";
import { StatusGlyph } from "../../components/StatusGlyph";
import { DifferenceMark } from "../../difference/DifferenceMark";
import type { ExecutionView, StepView } from "../../execution/view";
import { formatDuration } from "../../format/format";
import type { Scale } from "../../gantt/scale";
import { Track } from "../../gantt/Track";
import { Longer } from "./Longer";

interface SideOfRow {
  view: ExecutionView;
  step: StepView | null;
  scale: Scale;
}

interface RowProps {
  pair: StepPair;
  sides: [SideOfRow, SideOfRow];
  first: boolean;
  chosen: boolean;
  onChoose: (path: string) => void;
}

export function StepRow({ pair, sides, first, chosen, onChoose }: RowProps) {
  const { t } = useTranslation();
  const { path, difference, tookMs, attempts, facts } = pair;
  return (
    <tr
      className={chosen ? "marked" : undefined}
      data-pair={path}
      data-difference={difference}
      data-first={first || undefined}
    >
      <th scope="row">
        <button type="button" className="link-button" aria-pressed={chosen} onClick={() => onChoose(path)}>
          {path}
        </button>
        {first && <span className="chip retry">{t("compare.firstHere")}</span>}
      </th>
      <td>
        <DifferenceMark difference={difference} />
      </td>
      <td>
        <span className="compare-two">
          <Short step={pair.a} /> <i aria-hidden="true">|</i> <Short step={pair.b} />
        </span>
      </td>
      <td className="compare-axis hide-phone">
        {sides.map(({ view, step, scale }, index) => (
          <span key={index === 0 ? "a" : "b"} className="compare-bars">
            <b aria-hidden="true">{index === 0 ? "A" : "B"}</b>
            {step && (
              <Track step={step} run={view.run} scale={scale} started={view.startedAt} ended={view.endedAt} />
            )}
          </span>
        ))}
      </td>
      <td className="num">
        {formatDuration(tookMs.a, t)} | {formatDuration(tookMs.b, t)}
      </td>
      <td className="num">
        <Longer a={tookMs.a} b={tookMs.b} />
      </td>
      <td className="num">{attempts.a === attempts.b ? attempts.a : `${attempts.a} | ${attempts.b}`}</td>
      <td>
        {pair.a?.status !== "completed" && pair.b?.status !== "completed"
          ? t("compare.outputNone")
          : t(facts.includes("output") ? "compare.outputDiffers" : "compare.outputSame")}
      </td>
    </tr>
  );
}

function Short({ step }: { step: StepView | null }) {
  const { t } = useTranslation();
  if (!step) return <span className="dim">{t("compare.absent")}</span>;
  return (
    <span className={`status ${step.status}`}>
      <StatusGlyph status={step.status} />
      {t(`status.${step.status}`)}
    </span>
  );
}
