/** Calls of the editor: check, save, versions, and what a workflow's life consists of. */

import type { NodeKindItem } from "../editing/completion";
import type { DefinitionSchema } from "../editing/schema";
import type { Json } from "../execution/events";
import { ask, client } from "./client";
import type { ProblemItem, Template, VersionItem, WorkflowAnswer } from "./types";

/** What is sent of a workflow. Left out, description and labels stay as they are. */
export interface WorkflowBody {
  definition: unknown;
  name?: string;
  description?: string;
  labels?: Record<string, string>;
}

export type Change = "pause" | "resume" | "archive";

export const workflowApi = {
  validate: (definition: unknown, signal: AbortSignal) =>
    ask<{ valid: boolean; problems: ProblemItem[] }>(
      client.POST("/api/v1/workflows/validate", { body: definition as never, signal }),
    ),

  schema: () =>
    ask<DefinitionSchema>(client.GET("/api/v1/schemas/{name}", { params: { path: { name: "workflow" } } })),

  templates: () => ask<{ items: Template[] }>(client.GET("/api/v1/templates")),

  kinds: () => ask<{ items: NodeKindItem[] }>(client.GET("/api/v1/node-kinds")),

  /** What a template gives on the values of an execution. */
  evaluate: (executionId: string, template: unknown) =>
    ask<{ value: Json; size_bytes: number; error: string | null }>(
      client.POST("/api/v1/executions/{execution_id}/evaluate", {
        params: { path: { execution_id: executionId } },
        body: { template } as never,
      }),
    ),

  create: (body: WorkflowBody) =>
    ask<WorkflowAnswer>(client.POST("/api/v1/workflows", { body: body as never })),

  /** Refused with 409 when a version other than `base` is the latest by now. */
  save: (id: string, base: number, body: WorkflowBody) =>
    ask<WorkflowAnswer>(
      client.PUT("/api/v1/workflows/{workflow_id}", {
        params: { path: { workflow_id: id } },
        headers: { "If-Match": `"${base}"` },
        body: body as never,
      }),
    ),

  versions: (id: string, cursor?: number) =>
    ask<{ items: VersionItem[]; next_cursor: number | null }>(
      client.GET("/api/v1/workflows/{workflow_id}/versions", {
        params: { path: { workflow_id: id }, query: { limit: 50, ...(cursor ? { cursor } : {}) } },
      }),
    ),

  change: (id: string, change: Change) =>
    ask<WorkflowAnswer>(
      client.POST(`/api/v1/workflows/{workflow_id}/${change}`, {
        params: { path: { workflow_id: id } },
        // A body without fields: the server takes unsafe requests only as JSON.
        body: {} as never,
      }),
    ),

  duplicate: (id: string, name: string) =>
    ask<WorkflowAnswer>(
      client.POST("/api/v1/workflows/{workflow_id}/duplicate", {
        params: { path: { workflow_id: id } },
        body: { name } as never,
      }),
    ),
};
