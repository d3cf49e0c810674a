/** Whether an edge was taken: from the status of its source and the conditions recorded in the log. */

import { FINAL, STEP_FINAL } from "./events";
import { type ExecutionView, NOT_IN_PART } from "./view";

export type EdgeState = "open" | "taken" | "dead";

export interface EdgeDefinition {
  from: string;
  to: string;
  when?: string | null;
  label?: string | null;
}

export interface NodeDefinition {
  id: string;
  kind: string;
  on_error?: "fail" | "continue" | "edges";
  /** Where somebody put it on the canvas: {x, y} in px. */
  position?: unknown;
  /** The output that it is taken to have when only a later step runs. */
  sample?: unknown;
}

export function edgeState(
  edge: EdgeDefinition,
  source: NodeDefinition | undefined,
  view: ExecutionView | null,
): EdgeState {
  if (view === null) return "open";
  if (view.steps[edge.to]?.reason === NOT_IN_PART) return "dead";
  const status = view.steps[edge.from]?.status ?? "pending";
  if (!STEP_FINAL.has(status)) return FINAL.has(view.status) ? "dead" : "open";
  if (status === "skipped" || status === "stopped") return "dead";
  const onError = source?.on_error ?? "fail";
  if (status === "failed" && onError === "fail") return "dead";
  if (edge.when) return conditional(edge, view);
  return status === "completed" || onError === "continue" ? "taken" : "dead";
}

/** A page that began at a snapshot may not have seen the decision; then the target's own state tells. */
function conditional(edge: EdgeDefinition, view: ExecutionView): EdgeState {
  const decided = view.decided[edge.from]?.[edge.to];
  if (decided !== undefined) return decided ? "taken" : "dead";
  const target = view.steps[edge.to];
  if (target && target.attempt > 0) return "taken";
  return target?.status === "skipped" || FINAL.has(view.status) ? "dead" : "open";
}
