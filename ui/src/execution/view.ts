/** What the page knows of one execution: the fold of its events so far. Times are Unix milliseconds. */

import {
  type ArtifactRef,
  type ExecutionStatus,
  type Json,
  type Part,
  STEP_FINAL,
  type StepError,
  type StepStatus,
  type Usage,
} from "./events";

export interface AttemptView {
  /** Of the execution; attempts count from 1 in each. */
  run: number;
  attempt: number;
  startedAt: number;
  beganAt: number | null;
  endedAt: number | null;
  /** null while it is open. */
  outcome: "completed" | "failed" | "stopped" | "lost" | null;
  /** What its code took; null while it is open. */
  durationMs: number | null;
  error: StepError | null;
  usage: Usage | null;
}

export interface ItemCounts {
  /** True at this position of the log: what happened before is counted. */
  at: number;
  total: number;
  completed: number;
  failed: number;
  stopped: number;
}

export interface StepView {
  path: string;
  kind: string;
  status: StepStatus;
  /** The latest attempt, 0 before the first. */
  attempt: number;
  reason: string | null;
  /** When a waiting or retrying step goes on by itself; null while it waits for something else. */
  dueAt: number | null;
  worker: string | null;
  /** The execution of another workflow that it runs or ran. */
  child: string | null;
  /** Of a map: how its items stand. */
  items: ItemCounts | null;
  fraction: number | null;
  progressText: string | null;
  endedAt: number | null;
  error: StepError | null;
  usage: Usage | null;
  input: Json;
  inputArtifact: ArtifactRef | null;
  output: Json;
  outputArtifact: ArtifactRef | null;
  artifacts: ArtifactRef[];
  attempts: AttemptView[];
}

/** Why a step of the graph is skipped in an execution that runs a part without it. */
export const NOT_IN_PART = "not_in_part";

export interface StopView {
  by: string;
  reason: string | null;
  /** null when the page came after the request and the server did not say. */
  graceS: number | null;
  /** When it was asked for; null likewise. */
  askedAt: number | null;
  /** What ran on a server that is gone, so that nobody can prove it dead. */
  unconfirmed: { paths: string[]; since: number } | null;
}

export interface ExecutionView {
  /** Everything up to this position of the log is folded in. */
  position: number;
  id: string;
  number: number;
  run: number;
  workflowId: string;
  workflowName: string;
  workflowVersion: number;
  status: ExecutionStatus;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** Milliseconds in the queue by cause; empty when it did not wait. */
  waitedBy: Record<string, number>;
  requestedBy: string;
  inputs: Json;
  result: Json;
  resultArtifact: ArtifactRef | null;
  error: StepError | null;
  causePath: string | null;
  knockOn: string[];
  handledFailures: number;
  /** What runs of the workflow; null: all of it. */
  part: Part | null;
  /** Whose step asked for it; null of an execution that was asked for from outside. */
  parent: { executionId: string; path: string } | null;
  pausedBy: string | null;
  stop: StopView | null;
  proof: string | null;
  /** Conditions on edges: source -> target -> taken. */
  decided: Record<string, Record<string, boolean>>;
  steps: Record<string, StepView>;
  events: number;
  logLines: number;
  droppedLines: number;
}

export function pendingStep(path: string, kind = ""): StepView {
  return {
    path,
    kind,
    status: "pending",
    attempt: 0,
    reason: null,
    dueAt: null,
    worker: null,
    child: null,
    items: null,
    fraction: null,
    progressText: null,
    endedAt: null,
    error: null,
    usage: null,
    input: null,
    inputArtifact: null,
    output: null,
    outputArtifact: null,
    artifacts: [],
    attempts: [],
  };
}

/** The attempts of one run: of a step that a retry reused there are none. */
export const attemptsIn = (step: StepView, run: number): AttemptView[] =>
  step.attempts.filter((attempt) => attempt.run === run);

/** Before its first event. */
export function emptyView(id: string): ExecutionView {
  return {
    position: 0,
    id,
    number: 0,
    run: 1,
    workflowId: "",
    workflowName: "",
    workflowVersion: 0,
    status: "queued",
    queuedAt: 0,
    startedAt: null,
    endedAt: null,
    waitedBy: {},
    requestedBy: "",
    inputs: null,
    result: null,
    resultArtifact: null,
    error: null,
    causePath: null,
    knockOn: [],
    handledFailures: 0,
    part: null,
    parent: null,
    pausedBy: null,
    stop: null,
    proof: null,
    decided: {},
    steps: {},
    events: 0,
    logLines: 0,
    droppedLines: 0,
  };
}

/**
 * How many of `total` steps came to an end. As the server counts: all of a completed execution; of a failed or
 * stopped one, not those that only its end skipped.
 */
export function settledSteps(view: ExecutionView, total: number): number {
  if (view.status === "completed") return total;
  const settled = Object.values(view.steps).filter(
    ({ status, reason }) =>
      STEP_FINAL.has(status) && reason !== `execution_${view.status}` && reason !== NOT_IN_PART,
  );
  return Math.min(settled.length, total);
}
