/** The log: newest lines first to arrive, older on demand, following until you scroll. */

import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { useLog } from "../../../components/useLog";
import { FINAL } from "../../../execution/events";
import { lineOf } from "../../../execution/lineOf";
import type { LogWindow } from "../../../execution/logWindow";
import { useExecution, useView } from "../../../execution/store";
import { formatCount } from "../../../format/format";
import { Lines } from "./Lines";
import { FilterTools, HandTools } from "./Tools";
import { useLogFilter } from "./useLogFilter";
import "./log.css";

/** What `[1234]` takes behind a map's name. */
const ITEM_CH = 5;

export function Logs({ logs, order }: { logs: LogWindow; order: readonly string[] }) {
  const { t } = useTranslation();
  const state = useLog(logs);
  const linked = lineOf(useLocation().hash);
  const navigate = useNavigate();
  const final = useExecution(({ view }) => FINAL.has(view.status))!;
  const selected = useExecution((execution) => execution.selected) ?? null;
  const [follow, setFollow] = useState(linked === null);
  const [wrap, setWrap] = useState(true);
  const { filter, change, narrowed } = useLogFilter(logs);

  const withItems = useExecution(({ view }) => order.some((path) => view.steps[path]?.items));
  const stepWidth = useMemo(() => {
    const longest = Math.max(4, ...order.map((path) => path.length)) + (withItems ? ITEM_CH : 0);
    return Math.min(withItems ? 16 : 12, longest);
  }, [order, withItems]);

  const onFollow = (wanted: boolean) => {
    setFollow(wanted);
    // Between the lines drawn and the newest ones there may be a hundred thousand: straight to the end.
    if (wanted && logs.get().newerExist) void logs.show(filter);
  };
  // Where a log stands is no step in the browser's history.
  const link = useCallback(
    (line: number) => void navigate({ hash: `line-${line}` }, { replace: true }),
    [navigate],
  );
  return (
    <section className="panel logs" aria-label={t("log.title")}>
      <div className="panel-head">
        <h2>{t("log.title")}</h2>
        <Count logs={logs} narrowed={narrowed} />
        <span className="grow" />
        <HandTools logs={logs} wrap={wrap} onWrap={setWrap} />
      </div>
      <FilterTools order={order} filter={filter} onChange={change} />
      <Lines
        logs={logs}
        follow={follow}
        onFollow={onFollow}
        wrap={wrap}
        stepWidth={stepWidth}
        selected={selected}
        linked={linked}
        onLink={link}
        onRetry={() => void logs.show(filter)}
        empty={t(narrowed ? "log.emptyFilter" : final ? "log.emptyDone" : "log.empty")}
      />
      <div className="log-foot">
        <Chosen step={filter.step} onStep={(step) => change({ step })} />
        <span className="grow" />
        <label className="switch">
          <input
            type="checkbox"
            role="switch"
            checked={follow}
            onChange={(event) => onFollow(event.target.checked)}
          />
          {t(state.newerExist ? "logs.toTheEnd" : "log.follow")}
        </label>
      </div>
    </section>
  );
}

/** How many lines there are, and whether they are all here. */
function Count({ logs, narrowed }: { logs: LogWindow; narrowed: boolean }) {
  const { t } = useTranslation();
  const { missing, lastLine } = useLog(logs);
  const view = useView("status", "logLines", "droppedLines");
  const final = FINAL.has(view.status);
  const count = Math.max(view.logLines, lastLine);
  return (
    <span className="dim" data-log-state={final ? (missing ? "missing" : "complete") : "arriving"}>
      {t("log.lines", { count, shown: formatCount(count) })}
      {" · "}
      {missing > 0 && !narrowed
        ? t("log.missing", { missing: formatCount(missing) })
        : t(final ? "log.complete" : "log.arriving")}
      {view.droppedLines > 0 && ` · ${t("log.dropped", { dropped: formatCount(view.droppedLines) })}`}
    </span>
  );
}

/** The chosen step; one press narrows the log to it. */
function Chosen({ step, onStep }: { step: string | null; onStep: (step: string | null) => void }) {
  const { t } = useTranslation();
  const selected = useExecution((execution) => execution.selected);
  const select = useExecution((execution) => execution.select)!;
  if (!selected) return null;
  const leave = () => {
    select(null);
    if (step === selected) onStep(null);
  };
  return (
    <>
      <span className="chip accent">
        {selected}
        <button type="button" aria-label={t("common.close")} onClick={leave}>
          ×
        </button>
      </span>
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          checked={step === selected}
          onChange={(event) => onStep(event.target.checked ? selected : null)}
        />
        {t("log.onlyStep")}
      </label>
    </>
  );
}
