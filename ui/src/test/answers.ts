/** Answers of the server, as it gives them; a test names only what it is about. */

import type {
  ExecutionAnswer,
  ExecutionItem,
  JsonSchema,
  LogLine,
  Page,
  ProblemItem,
  StepAnswer,
  WorkflowAnswer,
  WorkflowItem,
} from "../api/types";
import { applyEvent } from "../execution/applyEvent";
import type { ExecutionView } from "../execution/view";
import { beginning, type History } from "./histories";
import { answers } from "./server";

const NOW = "2026-01-01T09:00:00Z";
export const WORKFLOW = "01900000-0000-7000-8000-000000000001";

export function page<Item>(items: Item[], next_cursor: number | null = null): Page<Item> {
  return { items, next_cursor, position: 100 };
}

export function workflowItem(more: Partial<WorkflowItem> = {}): WorkflowItem {
  return {
    id: WORKFLOW,
    name: "weather-report",
    description: "",
    labels: {},
    status: "ready",
    version: 1,
    latest_version: 1,
    ready_version: 1,
    problems_count: 0,
    nodes: 2,
    updated_at: NOW,
    updated_by: "local:ada",
    last_runs: [],
    ...more,
  };
}

export function lastRun(number: number, status: WorkflowItem["last_runs"][number]["status"] = "completed") {
  return {
    id: `run-${number}`,
    number,
    status,
    started_at: NOW,
    duration_ms: status === "running" ? null : 1_000 * number,
  };
}

export const INPUTS: JsonSchema = {
  type: "object",
  required: ["city"],
  properties: {
    city: { type: "string", title: "City", minLength: 2 },
    year: { type: "integer", title: "Year", minimum: 1900, maximum: 2030, default: 2025 },
  },
};

const DEFINITION = {
  name: "weather-report",
  inputs: INPUTS,
  nodes: [
    { id: "load", kind: "python" },
    { id: "stats", kind: "sql" },
  ],
  edges: [{ from: "load", to: "stats", when: "${steps.load.output.n > 0}" }],
};

export function workflowAnswer(more: Partial<WorkflowAnswer> = {}): WorkflowAnswer {
  return {
    id: WORKFLOW,
    name: "weather-report",
    description: "A year of weather",
    labels: {},
    status: "ready",
    version: 1,
    latest_version: 1,
    ready_version: 1,
    definition: DEFINITION,
    problems: [],
    position: 100,
    ...more,
  };
}

export function problemItem(more: Partial<ProblemItem> = {}): ProblemItem {
  return {
    node: "stats",
    pointer: "/nodes/1/config/query",
    code: "missing",
    message: "A query is needed.",
    advice: "Write one.",
    severity: "error",
    params: {},
    ...more,
  };
}

export function executionItem(more: Partial<ExecutionItem> = {}): ExecutionItem {
  return {
    id: "execution-1",
    number: 1,
    run: 1,
    workflow: { id: WORKFLOW, name: "weather-report", version: 1 },
    status: "completed",
    queued_at: NOW,
    started_at: "2026-01-01T09:00:02Z",
    ended_at: "2026-01-01T09:00:10.300Z",
    labels: {},
    requested_by: "local:ada",
    part: null,
    error: null,
    settled_steps: 2,
    current_paths: [],
    waiting_paths: [],
    ...more,
  };
}

/** Version `n` of any workflow, with the form of its inputs. */
export function serveVersion(inputs: JsonSchema | undefined = INPUTS): void {
  answers("/workflows/:id/versions/:n", ({ url }) => ({
    version: Number(url.split("/").at(-1)),
    definition: { ...DEFINITION, inputs },
  }));
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

/** What the server answers about a history of which the first `count` events have happened. */
export function serveExecution(history: History, count = history.events.length): ExecutionView {
  const view = history.events.slice(0, count).reduce(applyEvent, beginning(history));
  answers(`/executions/${view.id}`, () => executionAnswer(history, view));
  answers(`/executions/${view.id}/steps`, ({ url }) => {
    const asked = new URL(url).searchParams;
    const items = asked.has("of") ? itemAnswers(view, asked) : stepAnswers(view);
    return {
      items,
      next_cursor: asked.has("of") && asked.get("cursor") === null ? 1 : null,
      position: view.position,
    };
  });
  answers(`/executions/${view.id}/logs`, ({ url }) => {
    const asked = new URL(url).searchParams;
    const all = logLines(history, count);
    const severity = ["debug", "info", "warning", "error"];
    const items = all.filter(
      (line) =>
        line.line > Number(asked.get("after") ?? 0) &&
        line.line < Number(asked.get("before") ?? 2 ** 31) &&
        severity.indexOf(line.level) >= severity.indexOf(asked.get("level") ?? "debug") &&
        line.step === (asked.get("step") ?? line.step) &&
        line.text.includes(asked.get("q") ?? ""),
    );
    const newest = items.slice(-Number(asked.get("limit")));
    return {
      items: newest,
      next_cursor: newest.length < items.length ? newest[0]!.line : null,
      total_lines: all.length,
      dropped_lines: view.droppedLines,
      complete: false,
      position: view.position,
    };
  });
  const nodes = Object.keys(view.steps).map((id) => ({ id, kind: "python" }));
  const edges = nodes.slice(1).map(({ id }) => ({ from: nodes[0]!.id, to: id }));
  answers("/workflows/:id/versions/:n", { version: 1, definition: { nodes, edges, inputs: INPUTS } });
  answers("/executions", page<ExecutionItem>([])); // there is no run before it
  return view;
}

export function executionAnswer(history: History, view: ExecutionView): ExecutionAnswer {
  const total = history.view.progress.total;
  return {
    id: view.id,
    number: view.number,
    run: view.run,
    workflow: { id: view.workflowId, name: view.workflowName, version: view.workflowVersion },
    status: view.status,
    queued_at: iso(view.queuedAt)!,
    started_at: iso(view.startedAt),
    ended_at: iso(view.endedAt),
    labels: {},
    requested_by: view.requestedBy,
    part: view.part,
    error: view.error,
    settled_steps: 0,
    current_paths: [],
    waiting_paths: [],
    progress: {
      done: 0,
      total,
      fraction: 0,
      eta_ms: null,
      waits_for_person: Object.values(view.steps).some(
        (step) => step.reason === "approval" && step.status === "waiting",
      ),
    },
    waited_ms: 0,
    worked_ms: 0,
    waited_by: view.waitedBy,
    why_waiting:
      view.status === "queued" ? { code: "slots_taken", params: { used: 8, limit: 8, place: 3 } } : null,
    starts_in_ms: view.status === "queued" ? { p50: 60_000, p90: 120_000 } : null,
    result: view.result,
    result_artifact: view.resultArtifact,
    inputs: view.inputs,
    cause_path: view.causePath,
    pointer: null,
    knock_on: view.knockOn,
    handled_failures: view.handledFailures,
    proof: view.proof,
    position: view.position,
    counts: { events: view.events, log_lines: view.logLines, dropped_lines: view.droppedLines },
    metadata: {
      stop_reason: view.stop?.reason ?? null,
      stopped_by: view.stop?.by ?? null,
      stop_unconfirmed: view.stop?.unconfirmed
        ? {
            paths: view.stop.unconfirmed.paths,
            server: "server-1",
            since: new Date(view.stop.unconfirmed.since).toISOString(),
          }
        : null,
      paused_by: view.pausedBy,
    },
  };
}

export function stepAnswers(view: ExecutionView): StepAnswer[] {
  return Object.values(view.steps).map((step) => ({
    path: step.path,
    node: step.path,
    kind: step.kind,
    status: step.status,
    attempt: step.attempt,
    reason: step.reason,
    due_at: iso(step.dueAt),
    worker: step.worker,
    items: step.items,
    started_at: iso(step.attempts[0]?.startedAt ?? null),
    began_at: iso(step.attempts.at(-1)?.beganAt ?? null),
    ended_at: iso(step.endedAt),
    duration_ms: step.attempts.at(-1)?.durationMs ?? null,
    error: step.error,
    usage: step.usage,
    input: step.input,
    input_artifact: step.inputArtifact,
    output: step.output,
    output_artifact: step.outputArtifact,
    artifacts: step.artifacts,
    progress:
      step.fraction === null && step.progressText === null
        ? null
        : { fraction: step.fraction, text: step.progressText },
    attempts: step.attempts.map((attempt) => ({
      run: attempt.run,
      attempt: attempt.attempt,
      started_at: iso(attempt.startedAt)!,
      began_at: iso(attempt.beganAt),
      ended_at: iso(attempt.endedAt),
      outcome: attempt.outcome,
      duration_ms: attempt.durationMs,
      error: attempt.error,
      usage: attempt.usage,
    })),
  }));
}

/** Two windows of a map's items, of which every second one failed. */
function itemAnswers(view: ExecutionView, asked: URLSearchParams): StepAnswer[] {
  const path = asked.get("of")!;
  const [like] = stepAnswers({ ...view, steps: { [path]: view.steps[path]! } });
  const first = asked.get("cursor") === null ? 0 : 2;
  return [first, first + 1].flatMap((index) => {
    const failed = index % 2 === 1;
    if (asked.get("status") === "failed" && !failed) return [];
    const error = { ...ITEM_ERROR, message: `item ${index} is bad` };
    const status = failed ? ("failed" as const) : ("completed" as const);
    const item = { ...like!, path: `${path}[${index}]`, index, status, items: null };
    return [
      { ...item, output: failed ? null : index * 10, input: { n: index }, error: failed ? error : null },
    ];
  });
}

const ITEM_ERROR = {
  code: "python_exception",
  category: "step",
  type: "ValueError",
  message: "",
  advice: "",
  retryable: false,
  traceback: null,
};

function logLines(history: History, count: number): LogLine[] {
  return history.events.slice(0, count).flatMap((event) => {
    if (event.type !== "execution.step_logged") return [];
    const { path, attempt, first_line, lines } = event.data;
    return lines.map(({ at_ms, ...line }, index) => ({
      ...line,
      line: first_line + index,
      at: iso(at_ms)!,
      step: path,
      attempt,
    }));
  });
}
