import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Definition } from "../../api/types";
import { ConnectionChip } from "../../components/ConnectionChip";
import { Icon } from "../../components/Icon";
import { PageTitle } from "../../components/PageTitle";
import { PartChip } from "../../components/PartChip";
import { StatusGlyph } from "../../components/StatusGlyph";
import { useLog } from "../../components/useLog";
import { useNow } from "../../components/useNow";
import { FINAL } from "../../execution/events";
import { useExecution, useView } from "../../execution/store";
import type { LiveExecution } from "../../execution/useExecutionStream";
import { type ExecutionView, NOT_IN_PART, settledSteps } from "../../execution/view";
import { formatActor, formatClock, formatDuration, splitDuration } from "../../format/format";
import { CompareWith } from "../compare/CompareWith";
import { WalkButtons } from "../list/WalkButtons";
import { lastWalk } from "../list/walk";
import { Controls } from "./Controls";
import { Parents } from "./Parents";
import { hasResult, reportsOf } from "./Result";
import { useAwaited } from "./useAsked";
import { Outlook, WhyQueued } from "./WhyWaiting";

interface Props {
  live: LiveExecution;
  definition: Definition | undefined;
  onReport: () => void;
}

export function ExecutionHeader({ live, definition, onReport }: Props) {
  const { t } = useTranslation();
  const view = useView(
    ...([
      "id",
      "number",
      "status",
      "parent",
      "part",
      "workflowId",
      "workflowName",
      "workflowVersion",
    ] as const),
  );
  const withResult = useExecution((state) => hasResult(state.view));
  const withReport = useExecution((state) => reportsOf(state.view).length > 0);
  const lines = useExecution((state) => (FINAL.has(state.view.status) ? state.view.logLines : 0))!;
  const missing = useLog(live.logs).missing;
  const awaited = useAwaited(definition);
  // A tab in the background has its title alone to say that somebody is asked.
  const stands = awaited ? t("executions.waitsFor", { step: awaited }) : t(`status.${view.status}`);
  const final = FINAL.has(view.status);
  const seeReport = () => {
    onReport();
    // After the tab of a phone has drawn it.
    requestAnimationFrame(() => document.getElementById("result")?.scrollIntoView({ behavior: "smooth" }));
  };
  return (
    <>
      <PageTitle text={`${view.workflowName} #${view.number} · ${stands}`} />
      <div className="topbar">
        <nav className="crumbs" aria-label={t("nav.executions")}>
          <Link to={`/executions${lastWalk()?.search ?? ""}`} className="hide-phone">
            {t("nav.executions")}
          </Link>
          <span aria-hidden="true" className="hide-phone">
            /
          </span>
          {view.parent && <Parents parent={view.parent} />}
          <Link to={`/workflows/${view.workflowId}`}>{view.workflowName}</Link>
          <span aria-hidden="true">/</span>
          <b>#{view.number}</b>
          <span className="chip outline">v{view.workflowVersion}</span>
          <PartChip part={view.part} />
        </nav>
        <WalkButtons id={view.id} />
        <span className="grow" />
        <ConnectionChip ended={final ? { lines, missing } : undefined} />
        {withResult && (
          <button type="button" className="btn" onClick={seeReport}>
            <Icon name="file" size={16} />
            {t(withReport ? "execution.seeReport" : "execution.seeResult")}
          </button>
        )}
        <CompareWith />
        <Controls />
      </div>
      <Figures total={live.order.length} awaited={awaited} />
    </>
  );
}

function Figures({ total, awaited }: { total: number; awaited: string | null }) {
  const { t } = useTranslation();
  const view = useView("id", "run", "status", "queuedAt", "startedAt", "endedAt", "waitedBy", "requestedBy");
  const final = FINAL.has(view.status);
  const now = useNow(!final);
  const end = view.endedAt ?? now;
  const elapsed = splitDuration(end - view.queuedAt, t, final);
  const waited = Math.max(0, (view.startedAt ?? end) - view.queuedAt);
  const worked = view.startedAt === null ? 0 : Math.max(0, end - view.startedAt);
  const share = (waited / Math.max(1, waited + worked)) * 100;
  const who = formatActor(view.requestedBy, t);
  return (
    <div className="figures">
      <div className={`figure-status status ${view.status}`}>
        <StatusGlyph status={view.status} size={28} />
        <div>
          <strong role="status" data-execution-status={view.status}>
            {t(`status.${view.status}`)}
          </strong>
          {awaited && (
            <span className="status waiting awaited">
              <StatusGlyph status="waiting" size={12} />
              {t("executions.waitsFor", { step: awaited })}
            </span>
          )}
          <span className="dim">
            {t("execution.startedBy", { run: view.run, who, at: formatClock(view.queuedAt) })}
          </span>
        </div>
      </div>
      <div className="figure-elapsed">
        <strong>
          {elapsed.figure}
          {elapsed.unit && <small> {elapsed.unit}</small>}
        </strong>
        <span className="dim">{final ? t("execution.took") : t("execution.elapsed")}</span>
      </div>
      <div className={waited < 500 && view.status !== "queued" ? "figure-bar quiet" : "figure-bar"}>
        <div className="bar-head">
          <span>{t("execution.waited", { time: formatDuration(waited, t) })}</span>
          <span>{t("execution.worked", { time: formatDuration(worked, t) })}</span>
        </div>
        <div className="parts">
          <i className="wait" style={{ width: `${Math.max(share, waited > 0 ? 2 : 0)}%` }} />
          <i className={`work ${view.status}`} />
        </div>
        <span className="dim">
          {view.status === "queued" ? (
            <WhyQueued id={view.id} />
          ) : (
            t(waited < 500 ? "execution.freeAtOnce" : (WAITED[mostOf(view.waitedBy)] ?? "execution.slotWait"))
          )}
        </span>
      </div>
      <Progress known={total} />
    </div>
  );
}

const WAITED: Record<string, string> = {
  workflow_limit: "execution.workflowWait",
  key_limit: "execution.keyWait",
  held: "execution.heldWait",
  resources: "execution.resourceWait",
  delayed: "execution.delayedWait",
};

/** The cause it waited for longest. */
const mostOf = (waitedBy: Record<string, number>): string =>
  Object.entries(waitedBy).reduce((most, one) => (one[1] > most[1] ? one : most), ["slots", 0])[0];

const Progress = memo(function Progress({ known }: { known: number }) {
  const { t } = useTranslation();
  const status = useExecution((state) => state.view.status)!;
  const total = useExecution((state) => known - outside(state.view))!;
  const done = useExecution((state) => settledSteps(state.view, total))!;
  const running = useExecution(({ view }) => runningIn(view))!;
  const id = useExecution(({ view }) => view.id)!;
  const fraction = total === 0 ? 1 : done / total;
  return (
    <div className="figure-bar wide">
      <div className="bar-head">
        <span>
          <b>{Math.round(fraction * 100)} %</b> · {t("execution.progress", { done, total })}
          {running > 0 && ` · ${t("execution.runningNow", { count: running })}`}
        </span>
      </div>
      <div
        className="parts"
        role="progressbar"
        aria-label={t("execution.progress", { done, total })}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
      >
        <i className={`work ${status}`} style={{ transform: `scaleX(${fraction})` }} />
      </div>
      {status === "running" && <Outlook id={id} />}
    </div>
  );
});

/** Steps of the graph that are not of the part that runs. */
const outside = ({ steps }: ExecutionView): number =>
  Object.values(steps).filter(({ reason }) => reason === NOT_IN_PART).length;

const runningIn = ({ steps }: ExecutionView): number =>
  Object.values(steps).filter(({ status }) => status === "running").length;
