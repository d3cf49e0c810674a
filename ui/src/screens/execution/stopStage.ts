import type { StopView } from "../../execution/view";

export const STAGES = ["asked", "grace", "killed", "proven"] as const;
export type Stage = (typeof STAGES)[number];

/**
 * The stage of a stop that is under way. Null where the page came later and does not know when it was asked for: then
 * nobody can say whether the steps still have time. `leftMs` is what they have to end by themselves.
 */
export function stageOf(
  stop: Pick<StopView, "askedAt" | "graceS"> | null,
  alive: number,
  now: number,
): { stage: Stage | null; leftMs: number | null } {
  if (!stop || stop.askedAt === null || stop.graceS === null) return { stage: null, leftMs: null };
  // Nothing lives any more: only the record that says so is missing.
  if (alive === 0) return { stage: "proven", leftMs: null };
  const left = stop.askedAt + stop.graceS * 1_000 - now;
  return left > 0 ? { stage: "grace", leftMs: left } : { stage: "killed", leftMs: null };
}
