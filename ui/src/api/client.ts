/** The typed client: every call of the page, and what a refusal is. */

import createClient from "openapi-fetch";
import type { ExecutionEvent, Json } from "../execution/events";
import { forgetSeen, notOlder } from "../stream/seen";
import { serverClock } from "./clock";
import type { paths } from "./schema";
import type {
  Accepted,
  BulkAction,
  BulkOutcome,
  BulkPreview,
  CapacityAnswer,
  ExecutionAnswer,
  ExecutionItem,
  LastOutput,
  LimitsAnswer,
  LimitsBody,
  LogWindowAnswer,
  Page,
  PartWish,
  ProblemDetails,
  QueueAnswer,
  RetryPreview,
  RetryWish,
  StatisticsAnswer,
  StepAnswer,
  VersionAnswer,
  WorkflowAnswer,
  WorkflowItem,
} from "./types";

/** The server said no, or did not answer (then `code` is `network`). */
export class Refused extends Error {
  constructor(readonly problem: ProblemDetails) {
    super(problem.detail);
    this.name = "Refused";
  }
}

export const client = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "http://localhost" : location.origin,
  fetch: (request) => globalThis.fetch(request), // looked up at each call: tests put theirs in its place
});

client.use({
  onResponse({ response }) {
    serverClock.learn(response.headers.get("X-Runwright-Time") ?? response.headers.get("Date"));
    return undefined;
  },
});

interface Reply {
  data?: unknown;
  error?: unknown;
  response: Response;
}

export async function ask<Answer>(call: Promise<Reply>): Promise<Answer> {
  let reply: Reply;
  try {
    reply = await call;
  } catch {
    throw new Refused(unreachable());
  }
  if (!reply.response.ok) throw new Refused(problemOf(reply));
  return reply.data as Answer;
}

async function upToDate<Answer>(call: Promise<Reply>): Promise<Answer> {
  try {
    return await ask<Answer>(call);
  } catch (error) {
    if (error instanceof Refused && error.problem.code === "view_behind") forgetSeen();
    throw error;
  }
}

export function unreachable(): ProblemDetails {
  return {
    type: "about:blank",
    title: "network",
    status: 0,
    detail: "The server does not answer.",
    code: "network",
    category: "infrastructure",
    retryable: true,
    advice: "",
    errors: [],
    request_id: "",
  };
}

/** A proxy in between may answer with something else than a problem. */
function problemOf({ error, response }: Reply): ProblemDetails {
  const given = typeof error === "object" && error !== null ? (error as Partial<ProblemDetails>) : {};
  const gateway = response.status === 502 || response.status === 504;
  return {
    ...unreachable(),
    code: gateway ? "network" : `http_${response.status}`,
    category: response.status === 404 ? "not_found" : response.status < 500 ? "validation" : "infrastructure",
    status: response.status,
    detail: `The server answered ${response.status}.`,
    ...given,
    errors: given.errors ?? [],
  };
}

export type Decision = "run_again" | "completed" | "failed" | "approved" | "rejected";

export const api = {
  workflows: (q?: string) =>
    upToDate<Page<WorkflowItem>>(
      client.GET("/api/v1/workflows", { params: { query: { ...(q ? { q } : {}), ...notOlder() } } }),
    ),

  workflow: (id: string) =>
    ask<WorkflowAnswer>(
      client.GET("/api/v1/workflows/{workflow_id}", { params: { path: { workflow_id: id } } }),
    ),

  version: (id: string, version: number) =>
    ask<VersionAnswer>(
      client.GET("/api/v1/workflows/{workflow_id}/versions/{number}", {
        params: { path: { workflow_id: id, number: String(version) } },
      }),
    ),

  ready: (id: string, version: number) =>
    ask<WorkflowAnswer>(
      client.POST("/api/v1/workflows/{workflow_id}/ready", {
        params: { path: { workflow_id: id } },
        body: { version },
      }),
    ),

  /** `key` makes a second press, or a repetition after a lost answer, the same run. */
  execute: (id: string, inputs: Record<string, Json>, key: string, part?: PartWish) =>
    ask<Accepted>(
      client.POST("/api/v1/workflows/{workflow_id}/execute", {
        params: { path: { workflow_id: id } },
        headers: { "Idempotency-Key": key },
        body: { inputs, ...part } as never, // the document repeats its definitions inside the body's schema
      }),
    ),

  lastOutput: (id: string, step: string) =>
    ask<LastOutput>(
      client.GET("/api/v1/workflows/{workflow_id}/outputs/{step}", {
        params: { path: { workflow_id: id, step } },
      }),
    ),

  changeQueue: (id: string, body: { priority?: number; held?: boolean }) =>
    ask<{ position: number }>(
      client.POST("/api/v1/executions/{execution_id}/queue", {
        params: { path: { execution_id: id } },
        body: body as never,
      }),
    ),

  queue: (query: { limit: number; cursor?: number }) =>
    ask<QueueAnswer>(client.GET("/api/v1/queue", { params: { query } })),

  limits: () => ask<LimitsAnswer>(client.GET("/api/v1/queue/limits")),

  setLimits: (body: LimitsBody, version: number) =>
    ask<LimitsAnswer>(
      client.PUT("/api/v1/queue/limits", { headers: { "If-Match": String(version) }, body: body as never }),
    ),

  statistics: (id: string) =>
    ask<StatisticsAnswer>(
      client.GET("/api/v1/stats/workflows/{workflow_id}", { params: { path: { workflow_id: id } } }),
    ),

  capacity: () => ask<CapacityAnswer>(client.GET("/api/v1/capacity")),

  nodeKinds: () => ask<{ items: { name: string }[] }>(client.GET("/api/v1/node-kinds")),

  executions: (query: {
    status?: string[];
    workflow_id?: string;
    label?: string;
    since?: string;
    cursor?: number;
    limit?: number;
  }) =>
    upToDate<Page<ExecutionItem>>(
      client.GET("/api/v1/executions", { params: { query: { ...query, ...notOlder() } as never } }),
    ),

  /** What an action would do to each; changes nothing. */
  bulkPreview: (body: { action: BulkAction; ids: string[]; priority?: number }) =>
    ask<BulkPreview>(client.POST("/api/v1/executions/bulk", { body: body as never })),

  /** Done to those that the preview of this token named. */
  bulk: (body: {
    action: BulkAction;
    ids: string[];
    preview_token: string;
    priority?: number;
    grace_s?: number;
    reason?: string | null;
  }) => ask<{ items: BulkOutcome[] }>(client.POST("/api/v1/executions/bulk", { body: body as never })),

  /** As it stands, or stood at a position of the log. */
  execution: (id: string, at: number | null = null) =>
    ask<ExecutionAnswer>(
      client.GET("/api/v1/executions/{execution_id}", {
        params: { path: { execution_id: id }, query: at === null ? {} : { at } },
      }),
    ),

  steps: (id: string, at: number | null = null) =>
    ask<{ items: StepAnswer[]; position: number }>(
      client.GET("/api/v1/executions/{execution_id}/steps", {
        params: { path: { execution_id: id }, query: at === null ? {} : { at } },
      }),
    ),

  /** A window of a map's items, the ones after the place `cursor`. */
  items: (id: string, of: string, query: { status?: "failed"; cursor?: number; limit: number }) =>
    ask<Page<StepAnswer> & { position: number }>(
      client.GET("/api/v1/executions/{execution_id}/steps", {
        params: { path: { execution_id: id }, query: { of, ...query } },
      }),
    ),

  logs: (
    id: string,
    query: { after?: number; before?: number; level?: string; step?: string; q?: string; limit: number },
  ) =>
    ask<LogWindowAnswer>(
      client.GET("/api/v1/executions/{execution_id}/logs", {
        params: { path: { execution_id: id }, query },
      }),
    ),

  events: (id: string, after: number, limit: number) =>
    ask<{ items: ExecutionEvent[]; next_cursor: number | null }>(
      client.GET("/api/v1/executions/{execution_id}/events", {
        params: { path: { execution_id: id }, query: { after, limit } },
      }),
    ),

  stop: (id: string, graceS: number, reason: string | null) =>
    ask<{ status: string; position: number }>(
      client.POST("/api/v1/executions/{execution_id}/stop", {
        params: { path: { execution_id: id } },
        body: { grace_s: graceS, reason },
      }),
    ),

  /** A person answers for the death of what nobody can prove dead. */
  forceStop: (id: string) =>
    ask<{ status: string; position: number }>(
      client.POST("/api/v1/executions/{execution_id}/stop", {
        params: { path: { execution_id: id } },
        body: { force: true },
      }),
    ),

  pause: (id: string, resume: boolean) =>
    ask<{ status: string; position: number }>(
      resume
        ? client.POST("/api/v1/executions/{execution_id}/resume", {
            params: { path: { execution_id: id } },
            body: {},
          })
        : client.POST("/api/v1/executions/{execution_id}/pause", {
            params: { path: { execution_id: id } },
            body: {},
          }),
    ),

  retryPreview: (id: string, wish: RetryWish) =>
    ask<RetryPreview>(
      client.POST("/api/v1/executions/{execution_id}/retry/preview", {
        params: { path: { execution_id: id } },
        body: wish as never,
      }),
    ),

  /** `token` is of the preview that was seen: nothing else is done. */
  retry: (id: string, wish: RetryWish, token: string) =>
    ask<{ run: number; position: number }>(
      client.POST("/api/v1/executions/{execution_id}/retry", {
        params: { path: { execution_id: id } },
        body: { ...wish, preview_token: token } as never,
      }),
    ),

  answer: (id: string, path: string, decision: Decision, output?: Json) =>
    ask<{ position: number }>(
      client.POST("/api/v1/executions/{execution_id}/steps/{path}/answer", {
        params: { path: { execution_id: id, path } },
        body: (output === undefined ? { decision } : { decision, output }) as never,
      }),
    ),
};

export function artifactUrl(executionId: string, sha256: string, download = false): string {
  return `/api/v1/executions/${executionId}/artifacts/${sha256}${download ? "?download=true" : ""}`;
}
