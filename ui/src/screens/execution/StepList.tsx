/** Every step in the order of the graph: where it stands, when it worked, how long it took. */

import { useTranslation } from "react-i18next";
import { serverClock } from "../../api/clock";
import { Icon, kindIcon } from "../../components/Icon";
import { Status, StatusGlyph } from "../../components/StatusGlyph";
import { StepTime } from "../../components/StepTime";
import { useNarrow } from "../../components/useNarrow";
import { useNow } from "../../components/useNow";
import { FINAL } from "../../execution/events";
import { useExecution } from "../../execution/store";
import { pendingStep, type StepView } from "../../execution/view";
import { formatDuration, formatMoment } from "../../format/format";

export function StepList({ order }: { order: readonly string[] }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const queuedAt = useExecution((state) => state.view.queuedAt)!;
  const endedAt = useExecution((state) => state.view.endedAt);
  const open = useExecution((state) => !FINAL.has(state.view.status))!;
  const now = useNow(open, 200);
  const span = Math.max(1, (endedAt ?? now) - queuedAt);
  return (
    <div className="panel steps-panel">
      <div className="panel-head hide-phone">
        <h2>{t("execution.stepsTitle")}</h2>
        <span className="grow" />
        <span className="legend-item">
          <i className="swatch dashed" />
          {t("execution.timeline.waits")}
        </span>
        <span className="legend-item">
          <i className="swatch work" />
          {t("execution.timeline.worked")}
        </span>
        <span className="num dim">{formatDuration(span, t)}</span>
      </div>
      <ol className="steps">
        {order.map((path) => (
          <Row key={path} path={path} narrow={narrow} from={queuedAt} span={span} now={now} />
        ))}
      </ol>
    </div>
  );
}

interface RowProps {
  path: string;
  narrow: boolean;
  /** The left edge of the track, Unix ms, and its length. */
  from: number;
  span: number;
  now: number;
}

function Row({ path, narrow, from, span, now }: RowProps) {
  const { t } = useTranslation();
  const step = useExecution((state) => state.view.steps[path]) ?? pendingStep(path);
  const selected = useExecution((state) => state.selected === path);
  const select = useExecution((state) => state.select)!;
  return (
    <li className={selected ? "selected" : ""} data-step-row={path} data-status={step.status}>
      <button type="button" aria-pressed={selected ?? false} onClick={() => select(selected ? null : path)}>
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
            <Track step={step} from={from} span={span} now={now} />
          </>
        )}
        <span className="step-time">
          {step.dueAt !== null && step.status === "waiting" && !narrow ? (
            <Detail step={step} />
          ) : step.attempts.length > 0 ? (
            <StepTime step={step} />
          ) : narrow ? null : (
            <Word step={step} />
          )}
        </span>
      </button>
    </li>
  );
}

function Word({ step }: { step: StepView }) {
  const { t } = useTranslation();
  if (step.status === "pending") return <span className="dim">–</span>;
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
  if (step.status === "waiting" && step.dueAt !== null) {
    return (
      <span className="dim">{t("execution.until", { at: formatMoment(step.dueAt, serverClock.now()) })}</span>
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

/** Dashed while handed over and not begun, solid while its code ran; a lost or failed try stays to be seen. */
function Track({ step, from, span, now }: { step: StepView } & Omit<RowProps, "path" | "narrow">) {
  const at = (time: number) => Math.min(100, Math.max(0, ((time - from) / span) * 100));
  return (
    <span className="track" aria-hidden="true">
      {step.attempts.map((attempt) => {
        const end = attempt.endedAt ?? now;
        const began = attempt.beganAt ?? end;
        const outcome = attempt.outcome ?? "running";
        const left = at(attempt.startedAt);
        const middle = at(began);
        return (
          <span key={`${attempt.attempt} ${attempt.startedAt}`}>
            {middle - left > 0.3 && (
              <i className="wait" style={{ left: `${left}%`, width: `${middle - left}%` }} />
            )}
            {attempt.beganAt !== null && (
              <i
                className={`work ${outcome}`}
                style={{ left: `${middle}%`, width: `max(3px, ${at(end) - middle}%)` }}
              />
            )}
          </span>
        );
      })}
    </span>
  );
}
