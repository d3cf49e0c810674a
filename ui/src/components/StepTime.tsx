import { useTranslation } from "react-i18next";
import { STEP_FINAL } from "../execution/events";
import type { StepView } from "../execution/view";
import { formatDuration } from "../format/format";
import { useNow } from "./useNow";

/** What a step took, or has taken so far; a step that has not begun shows nothing. */
export function StepTime({ step }: { step: StepView }) {
  const { t } = useTranslation();
  const latest = step.attempt > 0 ? step.attempts.at(-1) : undefined;
  const open = latest !== undefined && latest.endedAt === null && !STEP_FINAL.has(step.status);
  const now = useNow(open && step.status === "running");
  if (!latest) return null;
  if (latest.durationMs !== null) return <span className="num">{formatDuration(latest.durationMs, t)}</span>;
  if (!open || latest.beganAt === null) return null;
  return <span className="num">{formatDuration(now - latest.beganAt, t)}</span>;
}
