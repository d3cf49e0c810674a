/** The chain of steps that the execution's length rests on: each waited for the one before it. */

import type { EdgeDefinition } from "../execution/edges";
import { attemptsIn, type StepView } from "../execution/view";

export interface Stretch {
  path: string;
  /** Unix ms; until null is still going on. */
  from: number;
  until: number | null;
}

/** From the first step to the last; empty where fewer than two steps hang together. */
export function criticalPath(
  steps: Readonly<Record<string, StepView>>,
  edges: readonly EdgeDefinition[],
  run: number,
): readonly Stretch[] {
  const tried = new Map(Object.values(steps).map((step) => [step.path, attemptsIn(step, run)]));
  const ran = (path: string) => (tried.get(path)?.length ?? 0) > 0;
  const end = (path: string) => tried.get(path)!.at(-1)!.endedAt ?? Number.POSITIVE_INFINITY;
  const start = (path: string) => tried.get(path)![0]!.startedAt;
  const later = (a: string, b: string) =>
    end(b) > end(a) || (end(b) === end(a) && start(b) < start(a)) ? b : a;

  const before = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (ran(from) && ran(to)) before.set(to, [...(before.get(to) ?? []), from]);
  }
  const all = Object.keys(steps).filter(ran);
  if (all.length < 2) return [];
  const chain: string[] = [];
  for (let at: string | undefined = all.reduce(later); at !== undefined; ) {
    chain.unshift(at);
    const sources: string[] = before.get(at) ?? [];
    at = sources.length > 0 ? sources.reduce(later) : undefined;
  }
  if (chain.length < 2) return [];
  return chain.map((path) => ({ path, from: start(path), until: tried.get(path)!.at(-1)!.endedAt }));
}
