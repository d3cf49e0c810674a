/** How the runs of an execution begin: the first, and the next ones, whose history stays. */

import type { Created, Retried, Started, StepGiven } from "./events";
import { keptItems } from "./items";
import { type ExecutionView, emptyView, NOT_IN_PART, pendingStep, type StepView } from "./view";

export function opened(event: Created): Partial<ExecutionView> {
  return {
    number: event.data.number,
    workflowId: event.workflow_id,
    workflowName: event.data.workflow_name,
    workflowVersion: event.data.workflow_version,
    status: "queued",
    queuedAt: Date.parse(event.at),
    requestedBy: event.actor,
    inputs: event.data.inputs,
    part: event.data.part ?? null,
    parent: parentOf(event.data.trigger),
  };
}

export function started({ at, data }: Started): Partial<ExecutionView> {
  return { status: "running", startedAt: Date.parse(at), run: data.run, waitedBy: data.waited_ms ?? {} };
}

/** It does not run: its output is a sample, or what it gave in an earlier execution. */
export function given(step: StepView, { at, data }: StepGiven): StepView {
  const { output, output_artifact: outputArtifact, source } = data;
  return {
    ...step,
    status: "completed",
    reason: `given_${source}`,
    output,
    outputArtifact,
    endedAt: Date.parse(at),
  };
}

/** What is not reused begins anew. */
export function nextRun(view: ExecutionView, event: Retried): ExecutionView {
  const { run, workflow_version: workflowVersion, inputs, reused } = event.data;
  const same = new Set(reused);
  const items = keptItems(reused);
  const steps = Object.values(view.steps).map((step) => [
    step.path,
    same.has(step.path) || step.reason === NOT_IN_PART ? step : again(step, items[step.path]),
  ]);
  const kept = {
    number: view.number,
    part: view.part,
    parent: view.parent,
    workflowId: view.workflowId,
    workflowName: view.workflowName,
    requestedBy: view.requestedBy,
    position: view.position,
    events: view.events,
    logLines: view.logLines,
    droppedLines: view.droppedLines,
  };
  return {
    ...emptyView(view.id),
    ...kept,
    run,
    workflowVersion,
    inputs,
    queuedAt: Date.parse(event.at),
    steps: Object.fromEntries(steps),
  };
}

function again({ path, kind, attempts }: StepView, completed: number | undefined): StepView {
  const items = completed === undefined ? null : { at: 0, total: 0, completed, failed: 0, stopped: 0 };
  return { ...pendingStep(path, kind), attempts, items };
}

/** `parent:<execution>/<path>` of a child, anything else of one that was asked for from outside. */
function parentOf(trigger: string): ExecutionView["parent"] {
  const found = /^parent:([^/]+)\/(.+)$/.exec(trigger);
  return found ? { executionId: found[1]!, path: found[2]! } : null;
}
