// ⑦ Where a command's facts become what a person sees: the browser's one reducer. Pure, no React.

import { closed, ended, openAttempt, withAttempt, withLatest } from "./attempts";
import {
  type Counts,
  type ExecutionEvent,
  type ExecutionStatus,
  STEP_FINAL,
  type StepStatus,
} from "./events";
import { applyItem, expanded } from "./items";
import { given, nextRun, opened, started } from "./runs";
import { asked, doubted } from "./stops";
import { type ExecutionView, pendingStep, type StepView } from "./view";

/** The view after one more event. Positions already seen change nothing: reconnects and polls may repeat. */
export function applyEvent(before: ExecutionView, event: ExecutionEvent): ExecutionView {
  if (event.position <= before.position) return before;
  const view = { ...before, position: event.position, events: before.events + 1 };
  const at = Date.parse(event.at);
  const item = applyItem(view, event);
  if (item) return item;
  switch (event.type) {
    case "execution.created":
      return { ...view, ...opened(event) };
    case "execution.owner_changed":
    case "execution.outcome_ignored":
    case "execution.queue_changed": // the queue is asked why it waits
      return view; // told in the history; nothing a person acts on changes
    case "execution.started":
      return { ...view, ...started(event) };

    case "execution.step_started": {
      const { path, kind, attempt, input, input_artifact } = event.data;
      return withStep(view, path, (step) =>
        step.attempt >= attempt // read from a snapshot that was already further
          ? step
          : {
              ...step,
              kind,
              attempt,
              input,
              inputArtifact: input_artifact,
              status: "ready", // handed over; its begin report makes it running
              reason: null,
              fraction: null,
              progressText: null,
              attempts: withAttempt(step.attempts, openAttempt(view.run, attempt, at)),
            },
      );
    }
    case "execution.step_begun": {
      const { path, attempt, worker, began_at_ms } = event.data;
      return withStep(view, path, (step) =>
        step.status === "ready" && step.attempt === attempt
          ? {
              ...step,
              worker,
              status: "running",
              attempts: withLatest(step, view.run, { beganAt: began_at_ms }),
            }
          : step,
      );
    }
    case "execution.step_logged":
      return {
        ...view,
        logLines: view.logLines + event.data.lines.length,
        droppedLines: view.droppedLines + event.data.dropped,
      };
    case "execution.step_progressed": {
      const { path, fraction, text } = event.data;
      return withStep(view, path, (step) => ({ ...step, fraction, progressText: text }));
    }

    case "execution.step_completed": {
      const { path, output, output_artifact, artifacts, usage } = event.data;
      return withStep(view, path, (step) => ({
        ...closed(step, view.run, "completed", at, usage, null),
        output,
        outputArtifact: output_artifact,
        artifacts,
      }));
    }
    case "execution.step_failed":
      return withStep(view, event.data.path, (step) =>
        step.attempt > event.data.attempt // tried again since
          ? step
          : closed(step, view.run, "failed", at, event.data.usage, event.data.error),
      );
    case "execution.step_retry_scheduled":
      return withStep(view, event.data.path, (step) =>
        step.attempt > event.data.attempt
          ? step
          : {
              ...step,
              status: "retrying",
              reason: event.data.rule,
              dueAt: event.data.due_at_ms,
              endedAt: null,
            },
      );
    case "execution.step_stopped":
      return withStep(view, event.data.path, (step) => ({
        ...closed(step, view.run, "stopped", at, null, null),
        reason: event.data.proof,
      }));
    case "execution.step_lost":
      return withStep(view, event.data.path, (step) =>
        step.attempt > event.data.attempt
          ? step
          : {
              ...step,
              status: "ready", // the next step_started is its next attempt
              reason: event.data.reason,
              attempts: withLatest(step, view.run, ended(step, "lost", at, null, null)),
            },
      );
    case "execution.step_expanded":
      return withStep(view, event.data.path, (step) => expanded(step, view.run, event));
    case "execution.child_started":
      return withStep(view, event.data.path, (step) => ({ ...step, child: event.data.child }));
    case "execution.step_waiting":
      return withStep(view, event.data.path, (step) => ({
        ...step,
        status: "waiting",
        reason: event.data.reason,
        dueAt: event.data.due_at_ms,
      }));
    case "execution.step_resumed":
      // "completed" and "failed" follow as events of their own
      if (event.data.decision !== "run_again") return view;
      return withStep(view, event.data.path, (step) => ({ ...step, status: "ready", reason: null }));
    case "execution.step_skipped":
      return withStep(view, event.data.path, (step) => ({
        ...step,
        status: "skipped",
        reason: event.data.reason,
      }));
    case "execution.step_given":
      return withStep(view, event.data.path, (step) => given(step, event));
    case "execution.edges_decided": {
      const decided = { ...view.decided, [event.data.source]: event.data.taken };
      return { ...view, decided };
    }

    case "execution.paused":
      return { ...view, status: "paused", pausedBy: event.actor };
    case "execution.resumed":
      return { ...view, status: "running", pausedBy: null };
    case "execution.retried":
      return nextRun(view, event);
    case "execution.stop_requested":
      return { ...view, status: "stopping", stop: asked(event) };
    case "execution.stop_unconfirmed":
      return { ...view, stop: doubted(view.stop, event) };
    case "execution.stopped":
      return finished({ ...view, proof: event.data.proof }, "stopped", at, event.data);
    case "execution.completed": {
      const { result, result_artifact, handled_failures } = event.data;
      const gained = { result, resultArtifact: result_artifact, handledFailures: handled_failures };
      return finished({ ...view, ...gained }, "completed", at, event.data);
    }
    case "execution.failed": {
      const { error, cause_path, knock_on } = event.data;
      const why = { error, causePath: cause_path, knockOn: knock_on };
      return finished({ ...view, ...why }, "failed", at, event.data);
    }
    default:
      return unknown(view, event satisfies never); // a new event type stops the build here
  }
}

/** A newer server may send what this page does not know yet: it is counted, and changes nothing. */
function unknown(view: ExecutionView, _event: never): ExecutionView {
  return view;
}

function withStep(view: ExecutionView, path: string, change: (step: StepView) => StepView): ExecutionView {
  return { ...view, steps: { ...view.steps, [path]: change(view.steps[path] ?? pendingStep(path)) } };
}

/**
 * An ended execution has no open steps: those that never came to an end are skipped by its end. Its counts
 * are the log's own and replace what was counted here.
 */
function finished(view: ExecutionView, status: ExecutionStatus, at: number, counts: Counts): ExecutionView {
  const steps = Object.fromEntries(
    Object.entries(view.steps).map(([path, step]) => [path, skippedByEnd(step, status)]),
  );
  const { events, log_lines: logLines, dropped_lines: droppedLines } = counts;
  return { ...view, status, endedAt: at, steps, events, logLines, droppedLines };
}

function skippedByEnd(step: StepView, status: ExecutionStatus): StepView {
  const skipped: StepStatus = "skipped";
  return STEP_FINAL.has(step.status) ? step : { ...step, status: skipped, reason: `execution_${status}` };
}
