/** From the server's snapshot (one execution, its steps) to the same view the reducer makes. */

import type { ExecutionAnswer, StepAnswer } from "../api/types";
import { withItems } from "./items";
import { type ExecutionView, pendingStep, type StepView } from "./view";

const time = (at: string | null | undefined): number | null => (at ? Date.parse(at) : null);

/**
 * `execution` and `steps` may be read at different moments; the view stands at the smaller position, so
 * that the stream repeats what one of them lacks rather than leaving it out.
 */
export function viewOfSnapshot(
  execution: ExecutionAnswer,
  steps: readonly StepAnswer[],
  stepsPosition: number,
): ExecutionView {
  const stopping = execution.status === "stopping" || execution.metadata.stopped_by !== null;
  return {
    position: Math.min(execution.position, stepsPosition),
    id: execution.id,
    number: execution.number,
    run: execution.run,
    workflowId: execution.workflow.id,
    workflowName: execution.workflow.name,
    workflowVersion: execution.workflow.version,
    status: execution.status,
    queuedAt: Date.parse(execution.queued_at),
    startedAt: time(execution.started_at),
    endedAt: time(execution.ended_at),
    waitedBy: execution.waited_by,
    requestedBy: execution.requested_by,
    inputs: execution.inputs,
    result: execution.result,
    resultArtifact: execution.result_artifact,
    error: execution.error,
    causePath: execution.cause_path,
    knockOn: execution.knock_on,
    handledFailures: execution.handled_failures,
    part: execution.part ?? null,
    parent: execution.metadata.parent
      ? { executionId: execution.metadata.parent.execution_id, path: execution.metadata.parent.path }
      : null,
    pausedBy: execution.metadata.paused_by ?? null,
    stop: stopping
      ? {
          by: execution.metadata.stopped_by ?? "",
          reason: execution.metadata.stop_reason ?? null,
          graceS: null,
          askedAt: null,
          unconfirmed: doubtOf(execution.metadata.stop_unconfirmed),
        }
      : null,
    proof: execution.proof,
    decided: execution.decided ?? {},
    steps: Object.fromEntries(steps.map((step) => [step.path, viewOfStep(step, stepsPosition)])),
    events: execution.counts.events,
    logLines: execution.counts.log_lines,
    droppedLines: execution.counts.dropped_lines,
  };
}

function doubtOf(doubt: ExecutionAnswer["metadata"]["stop_unconfirmed"]) {
  return doubt ? { paths: doubt.paths, since: Date.parse(doubt.since) } : null;
}

/** One step as the server tells it, true at `position`. */
export function viewOfStep(step: StepAnswer, position: number): StepView {
  const view = withoutItems(step);
  if (!step.items) return view;
  const { total, completed, failed, stopped } = step.items;
  return withItems(view, { at: position, total, completed, failed, stopped });
}

function withoutItems(step: StepAnswer): StepView {
  return {
    ...pendingStep(step.path, step.kind),
    status: step.status,
    attempt: step.attempt,
    reason: step.reason,
    dueAt: step.due_at ? Date.parse(step.due_at) : null,
    worker: step.worker,
    child: step.child_id ?? null,
    fraction: step.progress?.fraction ?? null,
    progressText: step.progress?.text ?? null,
    endedAt: time(step.ended_at),
    error: step.error,
    usage: step.usage,
    input: step.input ?? null,
    inputArtifact: step.input_artifact ?? null,
    output: step.output,
    outputArtifact: step.output_artifact,
    artifacts: step.artifacts,
    attempts: step.attempts.map((attempt) => ({
      run: attempt.run,
      attempt: attempt.attempt,
      startedAt: Date.parse(attempt.started_at),
      beganAt: time(attempt.began_at),
      endedAt: time(attempt.ended_at),
      outcome: attempt.outcome,
      durationMs: attempt.duration_ms,
      error: attempt.error,
      usage: attempt.usage ?? null,
    })),
  };
}
