/** Every step in the order of the graph: where it stands, when it worked, how long it took. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { serverClock } from "../../api/clock";
import { Icon, kindIcon } from "../../components/Icon";
import { Status, StatusGlyph } from "../../components/StatusGlyph";
import { StepTime } from "../../components/StepTime";
import { useNarrow } from "../../components/useNarrow";
import type { EdgeDefinition } from "../../execution/edges";
import { useExecution } from "../../execution/store";
import { NOT_IN_PART, pendingStep, type StepView } from "../../execution/view";
import { formatDuration, formatMoment } from "../../format/format";
import { Axis, Legend, Plot, ROW, useNowLine, useScale } from "../../gantt/Gantt";
import type { Scale } from "../../gantt/scale";
import { Track } from "../../gantt/Track";

/** Beyond it the list has a scroll of its own and draws only the rows that are seen. */
const LONG = 60;
const PHONE_ROW = 61;
/** Px of the labels that stay at the upper edge. */
const AXIS = 24;

export function StepList({ order, edges }: { order: readonly string[]; edges: readonly EdgeDefinition[] }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const scale = useScale();
  const box = useRef<HTMLDivElement>(null);
  const open = useNowLine(box, scale);
  const long = order.length > LONG;
  return (
    <div className="panel steps-panel">
      <div className="panel-head hide-phone">
        <h2>{t("execution.stepsTitle")}</h2>
        <span className="grow" />
        <Legend path={edges.length > 0} />
      </div>
      <div className={long ? "gantt long" : "gantt"} ref={box}>
        {!narrow && <Axis scale={scale} />}
        <div className="gantt-body">
          {!narrow && <Plot scale={scale} order={order} edges={edges} />}
          {long ? (
            <LongRows order={order} narrow={narrow} scale={scale} box={box} />
          ) : (
            <ol className="steps" onKeyDown={walk}>
              {order.map((path) => (
                <Row key={path} path={path} narrow={narrow} scale={scale} />
              ))}
            </ol>
          )}
          {!narrow && open && <div className="gantt-now" aria-hidden="true" />}
        </div>
      </div>
    </div>
  );
}

interface LongRowsProps {
  order: readonly string[];
  narrow: boolean;
  scale: Scale;
  box: RefObject<HTMLDivElement | null>;
}

function LongRows({ order, narrow, scale, box }: LongRowsProps) {
  const selected = useExecution((state) => state.selected);
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => box.current,
    estimateSize: () => (narrow ? PHONE_ROW : ROW),
    overscan: 12,
    scrollPaddingStart: narrow ? 0 : AXIS,
  });
  // What was chosen in the graph is brought into sight here.
  useEffect(() => {
    const index = selected === null ? -1 : order.indexOf(selected);
    if (index >= 0) rows.scrollToIndex(index, { align: "auto" });
  }, [selected, order, rows]);
  return (
    <ol className="steps" style={{ height: rows.getTotalSize(), position: "relative" }} onKeyDown={walk}>
      {rows.getVirtualItems().map(({ index, start }) => (
        <Row key={order[index]} path={order[index]!} narrow={narrow} scale={scale} top={start} />
      ))}
    </ol>
  );
}

/** Up and down from row to row. */
function walk(event: KeyboardEvent<HTMLOListElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const row = (event.target as Element).closest("li");
  const next = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
  next?.querySelector("button")?.focus();
  if (next) event.preventDefault();
}

interface RowProps {
  path: string;
  narrow: boolean;
  scale: Scale;
  /** Px from the list's upper edge where only some rows are drawn. */
  top?: number;
}

const Row = memo(function Row({ path, narrow, scale, top }: RowProps) {
  const { t } = useTranslation();
  const step = useExecution((state) => state.view.steps[path]) ?? pendingStep(path);
  const run = useExecution((state) => state.view.run)!;
  const started = useExecution((state) => state.view.startedAt);
  const ended = useExecution((state) => state.view.endedAt);
  const selected = useExecution((state) => state.selected === path);
  const select = useExecution((state) => state.select)!;
  return (
    <li
      className={selected ? "selected" : ""}
      data-step-row={path}
      data-status={step.status}
      {...(top === undefined ? {} : { style: { position: "absolute", top, left: 0, right: 0 } as const })}
    >
      <button
        type="button"
        aria-pressed={selected ?? false}
        title={useFigures(step)}
        onClick={() => select(selected ? null : path)}
      >
        {narrow ? (
          <>
            <span className="tile big">
              <Icon name={kindIcon(step.kind)} size={16} />
            </span>
            <span className="step-words">
              <b>{path}</b>
              <span>
                <Status status={step.status} size={12} /> <Detail step={step} />
              </span>
            </span>
          </>
        ) : (
          <>
            <StatusGlyph status={step.status} size={12} />
            <span className="step-name">
              {path}
              <span className="sr"> {t(`status.${step.status}`)}</span>
            </span>
            <Track step={step} run={run} scale={scale} started={started} ended={ended} />
          </>
        )}
        <span className="step-time">
          {isHeld(step) && !narrow ? (
            <Detail step={step} />
          ) : isReused(step, run) ? (
            <span className="dim">{t("execution.fromRun", { run: step.attempts.at(-1)!.run })}</span>
          ) : step.attempt > 0 ? (
            <StepTime step={step} />
          ) : narrow ? null : (
            <Word step={step} />
          )}
        </span>
      </button>
    </li>
  );
});

/** Whether it goes on by itself at a known time. */
const isHeld = ({ status, dueAt }: StepView) =>
  dueAt !== null && (status === "waiting" || status === "retrying");

const isReused = (step: StepView, run: number) =>
  step.attempt > 0 && (step.attempts.at(-1)?.run ?? run) < run;

function Word({ step }: { step: StepView }) {
  const { t } = useTranslation();
  if (step.status === "pending") return <span className="dim">–</span>;
  if (step.reason === NOT_IN_PART) return <span className="dim">{t("part.outside")}</span>;
  if (step.reason?.startsWith("given_")) return <span className="dim">{t("part.givenShort")}</span>;
  return <span className="dim">{t(`status.${step.status}`)}</span>;
}

/** Why it stands as it does, in a few words. */
function Detail({ step }: { step: StepView }) {
  const { t } = useTranslation();
  const unknown = { defaultValue: "" }; // a newer server may give a reason this page has no words for
  const reason = step.reason ?? "";
  if (step.status === "skipped") {
    return <span className="dim">{String(t(`execution.skippedBecause.${reason}` as never, unknown))}</span>;
  }
  if (reason.startsWith("given_")) {
    return <span className="dim">{String(t(`part.givenBecause.${reason}` as never, unknown))}</span>;
  }
  if (isHeld(step)) {
    return (
      <span className="dim">
        {t("execution.until", { at: formatMoment(step.dueAt!, serverClock.now()) })}
      </span>
    );
  }
  if (step.status === "ready" && reason !== "") {
    return <span className="dim">{String(t(`execution.lostBecause.${reason}` as never, unknown))}</span>;
  }
  if (step.status === "running" && (step.progressText || step.fraction !== null)) {
    return <span className="dim">{step.progressText ?? `${Math.round((step.fraction ?? 0) * 100)} %`}</span>;
  }
  if (step.attempt > 1)
    return <span className="dim">{t("execution.attempt", { attempt: step.attempt })}</span>;
  return null;
}

/** What the bars show, in figures. */
function useFigures(step: StepView): string {
  const { t } = useTranslation();
  const latest = step.attempts.at(-1);
  if (!latest || latest.beganAt === null) return step.path;
  const queued = formatDuration(latest.beganAt - latest.startedAt, t);
  const worked = formatDuration(latest.durationMs, t);
  return t("gantt.figures", { path: step.path, attempt: latest.attempt, queued, worked });
}
