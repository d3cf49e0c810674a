/**
 * Answers as the page uses them. Where OpenAPI says only "an object" (progress, attempts, definitions)
 * the fields are named here; `schema.ts` is generated and holds the rest.
 */

import type { EdgeDefinition, NodeDefinition } from "../execution/edges";
import type {
  ArtifactRef,
  ExecutionStatus,
  Json,
  Part,
  StepError,
  StepStatus,
  Usage,
} from "../execution/events";

export interface ProblemItem {
  node: string | null;
  pointer: string;
  code: string;
  message: string;
  advice: string;
  severity?: "error" | "warning";
  params?: Record<string, string | number>;
}

/** RFC 9457. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  category: string;
  retryable: boolean;
  advice: string;
  errors: ProblemItem[];
  request_id: string;
}

export interface LastRun {
  id: string;
  number: number;
  status: ExecutionStatus;
  started_at: string | null;
  duration_ms: number | null;
}

export interface WorkflowItem {
  id: string;
  name: string;
  description: string;
  labels: Record<string, string>;
  status: "draft" | "ready" | "paused" | "archived";
  version: number;
  latest_version: number;
  ready_version: number | null;
  problems_count: number;
  nodes: number;
  updated_at: string;
  updated_by: string;
  /** Newest first, at most 16. */
  last_runs: LastRun[];
}

export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  required?: string[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  /** Title and description in other languages. */
  "x-i18n"?: Record<string, { title?: string; description?: string }>;
}

/** A definition to begin from: as it is read, and as it is written with its comments. */
export interface Template {
  name: string;
  description: string;
  kinds: string[];
  definition: Definition;
  text: string;
}

export interface Definition {
  name?: string;
  inputs?: JsonSchema;
  nodes?: NodeDefinition[];
  edges?: EdgeDefinition[];
  /** Notes and groups; graph/marks.ts reads it. */
  canvas?: unknown;
}

export interface WorkflowAnswer {
  id: string;
  name: string;
  description: string;
  labels: Record<string, string>;
  status: "draft" | "ready" | "paused" | "archived";
  version: number;
  latest_version: number;
  ready_version: number | null;
  definition: Definition;
  problems: ProblemItem[];
  position: number;
}

export interface VersionAnswer {
  version: number;
  definition: Definition;
  problems: ProblemItem[];
  ever_ready: boolean;
  saved_at: string;
  saved_by: string;
}

export interface VersionItem {
  version: number;
  problems_count: number;
  ever_ready: boolean;
  saved_at: string;
  saved_by: string;
}

/** One step of a version, alone or with what leads to it. */
export interface PartWish {
  part: { step: string; upstream: Part["upstream"] };
  version: number;
}

/** What a step gave in the newest execution in which it completed. */
export interface LastOutput {
  number: number;
  output: Json;
  output_artifact: ArtifactRef | null;
}

export interface Accepted {
  execution_id: string;
  number: number;
  status: "queued";
  position: number;
}

export interface ExecutionItem {
  id: string;
  number: number;
  run: number;
  workflow: { id: string; name: string; version: number };
  status: ExecutionStatus;
  queued_at: string;
  started_at: string | null;
  ended_at: string | null;
  labels: Record<string, string>;
  requested_by: string;
  /** What runs of the workflow; null: all of it. */
  part: Part | null;
  error: StepError | null;
  settled_steps: number;
  current_paths: string[];
  waiting_paths: string[];
}

/** Why a queued execution waits: `slots_taken`, `workflow_limit`, `key_limit`, `resources`, `held`, `delayed`; or why steps of one
 * that runs do: `steps_slots`, `steps_kind`, `steps_calls`, `steps_resources`. */
export interface WhyWaiting {
  code: string;
  params: {
    used?: number;
    limit?: number;
    place?: number | null;
    higher?: number;
    running?: number;
    until?: string | null;
    resource?: string;
    needed?: number;
    free?: number;
    steps?: number;
    kind?: string;
    key?: string | null;
    holders?: { execution_id: string; number: number | null; started_at: string | null }[];
  };
}

/** Milliseconds from now: half of the cases are within p50, nine of ten within p90. */
export interface Within {
  p50: number;
  p90: number;
}

export interface QueueItem extends ExecutionItem {
  priority: number;
  /** From 1; null of one that is held. */
  place: number | null;
  /** Null where nobody can say. */
  starts_in_ms: Within | null;
  key: string | null;
  waited_ms: number;
  why_waiting: WhyWaiting;
}

/** What can be done to many executions. */
export type BulkAction = "stop" | "retry" | "hold" | "release" | "move";

export interface BulkRun {
  id: string;
  number: number;
  workflow: { id: string; name: string };
  status: ExecutionStatus;
  runs_again?: number | null;
  repeats_effects?: number | null;
  code?: string | null;
  message?: string | null;
}

export interface BulkPreview {
  items: BulkRun[];
  refused: BulkRun[];
  more: boolean;
  preview_token: string;
}

export interface BulkOutcome {
  id: string;
  done: boolean;
  code: string | null;
  message: string | null;
}

export interface QueueLimit {
  workflow: { id: string; name: string };
  key: string | null;
  limit: number;
  running: number;
  queued: number;
}

export interface QueueAnswer {
  slots: { used: number; limit: number };
  running: number;
  queued: number;
  oldest_wait_ms: number | null;
  causes: { code: string; count: number }[];
  priorities: { priority: number; count: number }[];
  limits: QueueLimit[];
  items: QueueItem[];
  /** Of places behind these nothing is said. */
  places_estimated: number;
  next_cursor: number | null;
  position: number;
}

export interface LimitsBody {
  attempts: number | null;
  workflows: Record<string, { running: number | null; queued: number | null }>;
  kinds: Record<string, number>;
  resources: Record<string, number>;
}

export interface LimitsAnswer extends LimitsBody {
  machine: Record<string, number>;
  most_attempts: number;
  version: number;
  changed_at: string | null;
  changed_by: string | null;
}

export interface LimitMove {
  at: string;
  /** Null: attempts at once. */
  resource: string | null;
  from_limit: number | null;
  to_limit: number | null;
  reason: string;
  memory_used: number | null;
  cpu_others: number | null;
}

interface ResourceUse {
  name: string;
  taken: number;
  limit: number | null;
}

export interface CapacityAnswer {
  slots: { used: number; limit: number };
  pinned: boolean;
  follows_load: boolean;
  most_attempts: number;
  workers: number;
  kinds: ResourceUse[];
  resources: ResourceUse[];
  pressure: { memory_used: number; memory_stall: number | null; cpu_others: number; cpu_wait: number | null };
  moves: LimitMove[];
}

export interface Quantiles {
  p50: number;
  p90: number;
  p99: number;
}

export interface StepStatistics {
  path: string;
  kind: string;
  runs: number;
  skipped: number;
  failed: number;
  attempts: number;
  duration_ms: Quantiles | null;
  peak_memory_bytes: number | null;
  critical_share: number;
}

export interface FailureCause {
  code: string;
  category: string;
  type: string;
  step: string | null;
  message: string;
  advice: string;
  count: number;
  last_at: string | null;
  execution_id: string;
  number: number;
}

export interface StatisticsAnswer {
  workflow: { id: string; name: string; version: number };
  runs: Record<"total" | ExecutionStatus, number>;
  duration_ms: Quantiles | null;
  waited_ms: Quantiles | null;
  worked_ms: Quantiles | null;
  steps: StepStatistics[];
  failure_causes: FailureCause[];
  bottleneck: { path: string; share: number } | null;
  by_day: { day: string; completed: number; failed: number; stopped: number }[];
}

export interface ExecutionAnswer extends ExecutionItem {
  /** `waits_for_person`: a person is to answer, and when nobody knows. */
  progress: {
    done: number;
    total: number;
    fraction: number;
    eta_ms: Within | null;
    waits_for_person: boolean;
  };
  waited_ms: number;
  worked_ms: number;
  /** Milliseconds in the queue by cause. */
  waited_by: Record<string, number>;
  why_waiting: WhyWaiting | null;
  starts_in_ms: Within | null;
  result: Json;
  result_artifact: ArtifactRef | null;
  inputs: Json;
  cause_path: string | null;
  pointer: string | null;
  knock_on: string[];
  handled_failures: number;
  proof: string | null;
  position: number;
  counts: { events: number; log_lines: number; dropped_lines: number };
  metadata: {
    stop_reason?: string | null;
    stopped_by: string | null;
    paused_by?: string | null;
    parent?: { execution_id: string; path: string } | null;
    stop_unconfirmed?: { paths: string[]; server: string; since: string } | null;
  };
  decided?: Record<string, Record<string, boolean>>;
}

export interface RetryWish {
  from: "failed" | "start" | string[];
  inputs?: Record<string, Json>;
  version?: number;
}

export interface StepFate {
  path: string;
  action: "run_again" | "reuse";
  reason: string;
  by: string | null;
  had: StepStatus | null;
  repeats_effects: boolean;
}

export interface RetryPreview {
  run: number;
  version: number;
  steps: StepFate[];
  runs_again: number;
  reuses: number;
  repeats_effects: number;
  preview_token: string;
}

export interface AttemptAnswer {
  run: number;
  attempt: number;
  started_at: string;
  began_at: string | null;
  ended_at: string | null;
  outcome: "completed" | "failed" | "stopped" | "lost" | null;
  duration_ms: number | null;
  error: StepError | null;
  usage?: Usage | null;
}

export interface StepAnswer {
  path: string;
  node: string;
  kind: string;
  status: StepStatus;
  attempt: number;
  reason: string | null;
  /** When a waiting step goes on by itself. */
  due_at: string | null;
  worker: string | null;
  child_id?: string | null;
  /** Of a map. */
  items?: { total: number; completed: number; failed: number; stopped: number } | null;
  /** Of an item: its place in the list, from 0. */
  index?: number | null;
  started_at: string | null;
  began_at: string | null;
  ended_at: string | null;
  duration_ms: number | null;
  error: StepError | null;
  usage: Usage | null;
  input?: Json;
  input_artifact?: ArtifactRef | null;
  output: Json;
  output_artifact: ArtifactRef | null;
  artifacts: ArtifactRef[];
  progress: { fraction: number | null; text: string | null } | null;
  attempts: AttemptAnswer[];
}

export interface LogLine {
  line: number;
  /** RFC 3339, UTC. */
  at: string;
  level: string;
  stream: string;
  step: string;
  attempt: number;
  text: string;
}

export interface LogWindowAnswer {
  items: LogLine[];
  next_cursor: number | null;
  total_lines: number;
  dropped_lines: number;
  complete: boolean;
  position: number;
}

export interface Page<Item> {
  items: Item[];
  next_cursor: number | null;
  position: number;
}
