import { useTranslation } from "react-i18next";
import { tell } from "../../../api/problem";
import { StatusGlyph } from "../../../components/StatusGlyph";
import type { AttemptView, StepView } from "../../../execution/view";
import { formatBytes, formatClock, formatDuration } from "../../../format/format";
import { AttemptTable } from "./AttemptTable";

/** A lost attempt failed through no fault of its code: it looks as one that runs again. */
const GLYPH = { completed: "completed", failed: "failed", stopped: "stopped", lost: "retrying" } as const;

/** Every attempt, side by side: how it ended, when, how long it waited and worked, what it used, why it failed. */
export function Attempts({ step }: { step: StepView }) {
  const { t } = useTranslation();
  if (step.attempts.length === 0) return <p className="dim">{t("step.noAttempt")}</p>;
  return (
    <>
      <ol className="attempts">
        {step.attempts.map((attempt) => (
          <Attempt key={`${attempt.attempt} ${attempt.startedAt}`} attempt={attempt} />
        ))}
      </ol>
      {step.attempts.length > 1 && <AttemptTable attempts={step.attempts} />}
    </>
  );
}

function Attempt({ attempt }: { attempt: AttemptView }) {
  const { t, i18n } = useTranslation();
  const { outcome, error, usage, beganAt, startedAt } = attempt;
  const waited = beganAt === null ? null : Math.max(0, beganAt - startedAt);
  return (
    <li className="attempt" data-attempt={attempt.attempt} data-outcome={outcome ?? "open"}>
      <p className={`status ${outcome ?? "running"}`}>
        <StatusGlyph status={outcome === null ? "running" : GLYPH[outcome]} />
        <b>{t("step.attemptNumber", { attempt: attempt.attempt })}</b>
        {outcome === null ? t("status.running") : t(`step.outcome.${outcome}`)}
      </p>
      <p className="attempt-time">{formatDuration(attempt.durationMs, t)}</p>
      <p className="dim">
        {t("step.attemptAt", { at: formatClock(startedAt), waited: formatDuration(waited, t) })}
      </p>
      {usage && (
        <p className="dim">
          {t("step.usage", {
            cpu: formatDuration(usage.cpu_ms, t),
            memory: formatBytes(usage.peak_memory_bytes),
          })}
        </p>
      )}
      {error && (
        <>
          <p>{tell(error, t, i18n.language).title}</p>
          <p className="mono attempt-error">{error.message}</p>
        </>
      )}
    </li>
  );
}
