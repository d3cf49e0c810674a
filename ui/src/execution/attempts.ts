/** What the reducer does to the attempts of one step. An attempt that has ended never changes again. */

import type { StepError, Usage } from "./events";
import type { AttemptView, StepView } from "./view";

export function openAttempt(run: number, attempt: number, startedAt: number): AttemptView {
  const open = { beganAt: null, endedAt: null, outcome: null, durationMs: null, error: null, usage: null };
  return { run, attempt, startedAt, ...open };
}

/** The attempts with one more, unless a later snapshot had it already. */
export function withAttempt(attempts: readonly AttemptView[], opened: AttemptView): AttemptView[] {
  const known = attempts.some(({ run, attempt }) => run === opened.run && attempt === opened.attempt);
  return known ? [...attempts] : [...attempts, opened];
}

/** Change the latest attempt, when it is of this run: facts of an earlier one may be told again. */
export function withLatest(step: StepView, run: number, change: Partial<AttemptView>): AttemptView[] {
  const latest = step.attempts.at(-1);
  return latest?.run === run ? [...step.attempts.slice(0, -1), { ...latest, ...change }] : step.attempts;
}

type Outcome = NonNullable<AttemptView["outcome"]>;

export function ended(
  step: StepView,
  outcome: Outcome,
  at: number,
  usage: Usage | null,
  error: StepError | null,
): Partial<AttemptView> {
  const latest = step.attempts.at(-1);
  if (!latest || latest.endedAt !== null) return {};
  const beganAt = latest.beganAt ?? usage?.began_at_ms ?? null;
  const durationMs = usage?.wall_ms ?? Math.max(0, at - (beganAt ?? latest.startedAt));
  return { outcome, endedAt: at, beganAt, durationMs, error, usage };
}

export function closed(
  step: StepView,
  run: number,
  status: "completed" | "failed" | "stopped",
  at: number,
  usage: Usage | null,
  error: StepError | null,
): StepView {
  const attempts = withLatest(step, run, ended(step, status, at, usage, error));
  return { ...step, status, endedAt: at, usage, error, attempts };
}
