/** What the reducer does when a finished execution is run again: history stays, what is not reused begins anew. */

import type { Retried } from "./events";
import { type ExecutionView, emptyView, pendingStep, type StepView } from "./view";

export function nextRun(view: ExecutionView, event: Retried): ExecutionView {
  const { run, workflow_version: workflowVersion, inputs, reused } = event.data;
  const kept = new Set(reused);
  const { id, number, workflowId, workflowName, requestedBy, position, events, logLines, droppedLines } =
    view;
  const same = {
    id,
    number,
    workflowId,
    workflowName,
    requestedBy,
    position,
    events,
    logLines,
    droppedLines,
  };
  const steps = Object.values(view.steps).map((step) => [
    step.path,
    kept.has(step.path) ? step : again(step),
  ]);
  return {
    ...emptyView(view.id),
    ...same,
    run,
    workflowVersion,
    inputs,
    queuedAt: Date.parse(event.at),
    steps: Object.fromEntries(steps),
  };
}

function again({ path, kind, attempts }: StepView): StepView {
  return { ...pendingStep(path, kind), attempts };
}
