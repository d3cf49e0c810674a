/** What one row of the chart shows: which stretch of time the step spent how. */

import { STEP_FINAL } from "../execution/events";
import { type AttemptView, attemptsIn, type StepView } from "../execution/view";

export type BarKind =
  /** For the steps before it. */
  | "steps"
  /** Handed over, not begun. */
  | "queue"
  | "work"
  /** Between two attempts, or for a time or a person. */
  | "hold";

export interface Bar {
  kind: BarKind;
  /** Unix ms. */
  from: number;
  /** null grows with the time. */
  until: number | null;
  /** How the attempt went; null for what is no work. */
  outcome: AttemptView["outcome"] | "running" | null;
}

/** Of one run of the execution. `from` is when the execution's first step could start, null before; `ended` is its end, null while it is open. */
export function barsOf(step: StepView, run: number, from: number | null, ended: number | null): Bar[] {
  const bars: Bar[] = [];
  const bar = (kind: BarKind, from: number, until: number | null, outcome: Bar["outcome"] = null) => {
    if (until === null || until > from) bars.push({ kind, from, until, outcome });
  };
  const attempts = attemptsIn(step, run);
  const first = attempts[0];
  if (from !== null && (first || step.status === "pending" || step.status === "ready")) {
    bar("steps", from, first?.startedAt ?? ended);
  }
  let last: number | null = null;
  for (const attempt of attempts) {
    if (last !== null) bar("hold", last, attempt.startedAt);
    const { startedAt, beganAt, endedAt, outcome } = attempt;
    if (step.kind === "wait") bar("hold", startedAt, endedAt ?? ended);
    else if (beganAt === null && outcome === "completed") {
      bars.push({ kind: "work", from: startedAt, until: endedAt, outcome }); // worked out on the way, by no worker
    } else {
      bar("queue", startedAt, beganAt ?? endedAt ?? ended);
      // what took no measurable time is drawn too
      if (beganAt !== null) {
        bars.push({ kind: "work", from: beganAt, until: endedAt ?? ended, outcome: outcome ?? "running" });
      }
    }
    last = endedAt;
  }
  if (last !== null && !STEP_FINAL.has(step.status) && attempts.length > 0) bar("hold", last, ended);
  return bars;
}
