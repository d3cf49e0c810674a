/** The items of a map are steps of their own; the page counts them, and asks the server for those it shows. */

import { withLatest } from "./attempts";
import type { ExecutionEvent, StepExpanded } from "./events";
import type { ExecutionView, ItemCounts, StepView } from "./view";

export const settledItems = ({ completed, failed, stopped }: ItemCounts): number =>
  completed + failed + stopped;

/** `m` of `m[3]`; null of a step of the graph, and of an item of a map inside a map. */
function mapOf(event: ExecutionEvent): { map: string | null } | null {
  const path = "path" in event.data ? event.data.path : null;
  if (typeof path !== "string" || !path.endsWith("]")) return null;
  return { map: /^([^[]+)\[\d+\]$/.exec(path)?.[1] ?? null };
}

const COUNTED: Partial<Record<ExecutionEvent["type"], Partial<Record<keyof ItemCounts, number>>>> = {
  "execution.step_completed": { completed: 1 },
  "execution.step_failed": { failed: 1 },
  "execution.step_retry_scheduled": { failed: -1 },
  "execution.step_stopped": { stopped: 1 },
};

/** The view after an event of an item; undefined when it is of no item. Its lines are counted as any others. */
export function applyItem(view: ExecutionView, event: ExecutionEvent): ExecutionView | undefined {
  const found = mapOf(event);
  if (!found || event.type === "execution.step_logged") return undefined;
  const change = COUNTED[event.type];
  const step = found.map === null ? undefined : view.steps[found.map];
  if (!change || !step?.items || event.position <= step.items.at) return view;
  const counts = { ...step.items };
  for (const name of ["completed", "failed", "stopped"] as const) counts[name] += change[name] ?? 0;
  return { ...view, steps: { ...view.steps, [step.path]: withItems(step, counts) } };
}

/** A map begins its items; what an earlier pass or run completed is kept. */
export function expanded(step: StepView, run: number, event: StepExpanded): StepView {
  if (step.items !== null && event.position <= step.items.at) return step;
  const { count: total, due_at_ms: dueAt } = event.data;
  const completed = step.items?.completed ?? 0;
  const attempts = withLatest(step, run, { beganAt: Date.parse(event.at) });
  const counts = { at: event.position, total, completed, failed: 0, stopped: 0 };
  return withItems({ ...step, status: "running", dueAt, attempts }, counts);
}

/** A map shows how far it is by its items. */
export function withItems(step: StepView, items: ItemCounts): StepView {
  return { ...step, items, fraction: items.total === 0 ? 1 : settledItems(items) / items.total };
}

/** How many items each map keeps in its next run, of paths such as `m[0-41,43]`. */
export function keptItems(reused: readonly string[]): Record<string, number> {
  const kept: Record<string, number> = {};
  for (const path of reused) {
    const found = /^([^[]+)\[([\d,-]+)\]$/.exec(path);
    if (!found) continue;
    kept[found[1]!] = found[2]!
      .split(",")
      .map((range) => range.split("-").map(Number))
      .reduce((sum, [first, last]) => sum + (last ?? first!) - first! + 1, 0);
  }
  return kept;
}
