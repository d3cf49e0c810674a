/** The items of a map are steps of their own; the page counts them, and asks the server for those it shows. */

import type { Definition } from "../api/types";
import { withLatest } from "./attempts";
import type { NodeDefinition } from "./edges";
import type { ExecutionEvent, StepExpanded } from "./events";
import type { ExecutionView, ItemCounts, StepView } from "./view";

export const settledItems = ({ completed, failed, stopped }: ItemCounts): number =>
  completed + failed + stopped;

/** `m` of `m[3]`; null of a step of the graph, and of an item of a map inside a map. */
function itemIn(event: ExecutionEvent): { map: string | null } | null {
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
  const found = itemIn(event);
  if (!found || event.type === "execution.step_logged") return undefined;
  const change = COUNTED[event.type];
  const step = found.map === null ? undefined : view.steps[found.map];
  if (!change || !step?.items || event.position <= step.items.at) return view;
  const counts = { ...step.items };
  for (const name of ["completed", "failed", "stopped"] as const) counts[name] += change[name] ?? 0;
  return { ...view, steps: { ...view.steps, [step.path]: withItems(step, counts) } };
}

/** The step of the graph behind an item: `m` of `m[3].part[0]`. */
export const stepOf = (path: string): string => path.split("[")[0]!;

/** The map whose item it is: `m` of `m[3]`, `m[3]` of `m[3].part[0]`. */
export function mapOf(item: string): string {
  const outer = item.slice(0, item.lastIndexOf("["));
  return outer.includes("]") ? outer.slice(0, outer.lastIndexOf(".")) : outer;
}

/** The place of an item in its map, from 0. */
export const indexOf = (item: string): number => Number(item.slice(item.lastIndexOf("[") + 1, -1));

/** The node that an item runs; of a map in a map the inner one's. */
export function nodeBehind(
  definition: Definition | undefined,
  item: string,
): Partial<NodeDefinition> | undefined {
  const [step, ...places] = item.split("[");
  let node = definition?.nodes?.find(({ id }) => id === step) as Holder | undefined;
  for (const _ of places) node = node?.config?.node;
  return node;
}

type Holder = Partial<NodeDefinition> & { config?: { node?: Holder } };

/** Kinds that wait for a time or another execution, and for no person. */
const BY_THEMSELVES = new Set<string | undefined>(["wait", "workflow"]);

const BY_PLACE = new Intl.Collator("en", { numeric: true });

/** Of the paths that wait, the items that wait for a person, in the order of their places. */
export function askingIn(waiting: readonly string[], definition: Definition | undefined): string[] {
  if (!definition) return [];
  return waiting
    .filter((path) => path.endsWith("]") && !BY_THEMSELVES.has(nodeBehind(definition, path)?.kind))
    .sort(BY_PLACE.compare);
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
