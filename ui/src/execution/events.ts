/** The facts of an execution as the server tells them: REST, SSE and polling send the same JSON. */

export type ExecutionStatus =
  | "queued"
  | "running"
  | "paused"
  | "stopping"
  | "completed"
  | "failed"
  | "stopped";

export type StepStatus =
  | "pending"
  | "ready"
  | "running"
  | "retrying"
  | "waiting"
  | "completed"
  | "failed"
  | "skipped"
  | "stopped";

/** Terminal means terminal of a run. */
export const FINAL: ReadonlySet<ExecutionStatus> = new Set(["completed", "failed", "stopped"]);
export const STEP_FINAL: ReadonlySet<StepStatus> = new Set(["completed", "failed", "skipped", "stopped"]);

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface ArtifactRef {
  sha256: string;
  size_bytes: number;
  media_type: string;
  name?: string | null;
}

export interface Usage {
  wall_ms: number;
  cpu_ms: number;
  peak_memory_bytes: number;
  began_at_ms: number;
}

export interface StepError {
  code: string;
  category: string;
  type: string;
  message: string;
  advice: string;
  retryable: boolean;
  traceback?: string | null;
}

/** What an execution runs of its workflow: what `step` needs (run), or that step alone with outputs from elsewhere. */
export interface Part {
  step: string;
  upstream: "run" | "given";
  given: string[];
}

export interface RawLogLine {
  /** Unix time in milliseconds. */
  at_ms: number;
  level: string;
  stream: string;
  text: string;
}

interface Envelope<Type extends string, Data> {
  position: number;
  stream: "workflow" | "execution" | "log";
  id: string;
  version: number;
  type: Type;
  schema: number;
  /** RFC 3339, UTC. */
  at: string;
  actor: string;
  cause: string;
  execution_id?: string;
  workflow_id: string;
  data: Data;
}

interface Attempt {
  path: string;
  attempt: number;
}

/** Counts cover both streams up to and including the terminal event. */
export interface Counts {
  events: number;
  log_lines: number;
  dropped_lines: number;
}

export type Created = Envelope<
  "execution.created",
  {
    number: number;
    workflow_version: number;
    workflow_name: string;
    graph_hash: string;
    inputs: Json;
    priority: number;
    labels: Record<string, string>;
    trigger: string;
    /** Left out by servers of before. */
    part?: Part | null;
  }
>;
export type OwnerChanged = Envelope<
  "execution.owner_changed",
  { owner: string; epoch: number; reason: string }
>;
export type Started = Envelope<
  "execution.started",
  { owner: string; epoch: number; isolation: string; run: number; waited_ms?: Record<string, number> }
>;
export type StepStarted = Envelope<
  "execution.step_started",
  Attempt & {
    kind: string;
    input: Json;
    input_artifact: ArtifactRef | null;
    input_hash: string;
    generation: number;
  }
>;
export type StepBegun = Envelope<"execution.step_begun", Attempt & { worker: string; began_at_ms: number }>;
export type StepLogged = Envelope<
  "execution.step_logged",
  Attempt & { first_line: number; lines: RawLogLine[]; dropped: number }
>;
export type StepProgressed = Envelope<
  "execution.step_progressed",
  Attempt & { fraction: number | null; text: string | null }
>;
export type StepCompleted = Envelope<
  "execution.step_completed",
  Attempt & {
    output: Json;
    output_artifact: ArtifactRef | null;
    artifacts: ArtifactRef[];
    usage: Usage | null;
    last_line: number;
  }
>;
export type StepFailed = Envelope<
  "execution.step_failed",
  Attempt & { error: StepError; usage: Usage | null; last_line: number }
>;
export type StepRetryScheduled = Envelope<
  "execution.step_retry_scheduled",
  Attempt & { due_at_ms: number; rule: string }
>;
export type EdgesDecided = Envelope<
  "execution.edges_decided",
  { source: string; taken: Record<string, boolean> }
>;
export type StepSkipped = Envelope<"execution.step_skipped", { path: string; reason: string }>;
export type StepGiven = Envelope<
  "execution.step_given",
  {
    path: string;
    output: Json;
    output_artifact: ArtifactRef | null;
    source: string;
    execution: string | null;
  }
>;
export type StepExpanded = Envelope<
  "execution.step_expanded",
  Attempt & { count: number; due_at_ms: number | null }
>;
export type ChildStarted = Envelope<
  "execution.child_started",
  Attempt & { child: string; child_workflow: string; child_version: number }
>;
export type StepWaiting = Envelope<
  "execution.step_waiting",
  Attempt & { reason: string; due_at_ms: number | null }
>;
export type StepResumed = Envelope<"execution.step_resumed", Attempt & { decision: string }>;
export type StepLost = Envelope<"execution.step_lost", Attempt & { reason: string }>;
export type OutcomeIgnored = Envelope<
  "execution.outcome_ignored",
  Attempt & { outcome: string; reason: string }
>;
export type QueueChanged = Envelope<
  "execution.queue_changed",
  { priority: number; held: boolean; reason: string | null }
>;
export type Paused = Envelope<"execution.paused", { reason: string | null }>;
export type Resumed = Envelope<"execution.resumed", Record<string, never>>;
export type Retried = Envelope<
  "execution.retried",
  {
    run: number;
    workflow_version: number;
    graph_hash: string;
    origin: string;
    chosen: string[];
    reused: string[];
    generations: Record<string, number>;
    inputs: Json;
    step_inputs: Json;
    token: string | null;
  }
>;
export type StopRequested = Envelope<"execution.stop_requested", { grace_s: number; reason: string | null }>;
export type StepStopped = Envelope<
  "execution.step_stopped",
  Attempt & { signal: string; death_ms: number; proof: string; last_line: number }
>;
export type StopUnconfirmed = Envelope<
  "execution.stop_unconfirmed",
  { paths: string[]; server: string; since_ms: number }
>;
export type Stopped = Envelope<"execution.stopped", Counts & { proof: string }>;
export type Completed = Envelope<
  "execution.completed",
  Counts & { result: Json; result_artifact: ArtifactRef | null; handled_failures: number }
>;
export type Failed = Envelope<
  "execution.failed",
  Counts & { error: StepError; cause_path: string | null; pointer: string | null; knock_on: string[] }
>;

/** In the order of an execution's life. */
export type ExecutionEvent =
  | Created
  | OwnerChanged
  | Started
  | StepStarted
  | StepBegun
  | StepLogged
  | StepProgressed
  | StepCompleted
  | StepFailed
  | StepRetryScheduled
  | EdgesDecided
  | StepSkipped
  | StepGiven
  | StepExpanded
  | ChildStarted
  | StepWaiting
  | StepResumed
  | StepLost
  | OutcomeIgnored
  | QueueChanged
  | Paused
  | Resumed
  | StopRequested
  | StepStopped
  | StopUnconfirmed
  | Stopped
  | Completed
  | Failed
  | Retried;

/** EventSource hands out a message only to a listener for its type, so every type is named here. */
export const EVENT_TYPES: readonly ExecutionEvent["type"][] = [
  "execution.created",
  "execution.owner_changed",
  "execution.started",
  "execution.step_started",
  "execution.step_begun",
  "execution.step_logged",
  "execution.step_progressed",
  "execution.step_completed",
  "execution.step_failed",
  "execution.step_retry_scheduled",
  "execution.edges_decided",
  "execution.step_skipped",
  "execution.step_given",
  "execution.step_expanded",
  "execution.child_started",
  "execution.step_waiting",
  "execution.step_resumed",
  "execution.step_lost",
  "execution.outcome_ignored",
  "execution.queue_changed",
  "execution.paused",
  "execution.resumed",
  "execution.stop_requested",
  "execution.step_stopped",
  "execution.stop_unconfirmed",
  "execution.stopped",
  "execution.completed",
  "execution.failed",
  "execution.retried",
];

export type TerminalEvent = Completed | Failed | Stopped;

export function isTerminal(event: ExecutionEvent): event is TerminalEvent {
  return (
    event.type === "execution.completed" ||
    event.type === "execution.failed" ||
    event.type === "execution.stopped"
  );
}
