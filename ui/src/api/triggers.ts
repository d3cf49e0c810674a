/** Calls about triggers: what starts workflows by the clock and by calls from outside. */

import type { Json } from "../execution/events";
import { ask, client } from "./client";
import type { Accepted, ProblemItem } from "./types";

export type TriggerKind = "cron" | "interval" | "webhook";
export type Overlap = "skip" | "queue" | "allow" | "replace";
export type CatchUp = "none" | "latest" | "all";

/** What somebody sets. */
export interface TriggerSettings {
  name: string;
  kind: TriggerKind;
  cron: string | null;
  timezone: string | null;
  every_s: number | null;
  inputs: Record<string, Json>;
  priority: number | null;
  overlap: Overlap;
  catch_up: CatchUp;
  jitter_s: number;
}

export interface Trigger extends TriggerSettings {
  id: string;
  /** Of the settings. */
  version: number;
  workflow_id: string;
  paused: boolean;
  /** When it fires if nothing is in its way; in the past while something is. */
  next_at: string | null;
  waits_for: string | null;
  last_due_at: string | null;
  last_execution_id: string | null;
  fired: number;
  skipped: number;
  last_skip: { at: string; count: number; reason: string; detail: string | null; last_due_at: string } | null;
  path: string | null;
  changed_at: string;
  changed_by: string;
  position: number;
  /** Only in the answer that made it. */
  secret?: string;
}

type Body = Partial<TriggerSettings> & { workflow_id?: string };
const at = (id: string) => ({ params: { path: { trigger_id: id } } });

export const triggersApi = {
  list: (workflowId: string | null, cursor?: number) =>
    ask<{ items: Trigger[]; next_cursor: number | null; position: number }>(
      client.GET("/api/v1/triggers", {
        params: {
          query: { ...(workflowId ? { workflow_id: workflowId } : {}), ...(cursor ? { cursor } : {}) },
        },
      }),
    ),

  create: (body: Body) => ask<Trigger>(client.POST("/api/v1/triggers", { body: body as never })),

  /** Refused with 409 when the settings are not at `version` any more. */
  change: (id: string, version: number, body: Body) =>
    ask<Trigger>(
      client.PUT("/api/v1/triggers/{trigger_id}", {
        ...at(id),
        headers: { "If-Match": `"${version}"` },
        body: body as never,
      }),
    ),

  steer: (id: string, what: "pause" | "resume" | "secret") =>
    ask<Trigger>(client.POST(`/api/v1/triggers/{trigger_id}/${what}`, { ...at(id), body: {} as never })),

  fire: (id: string) =>
    ask<Accepted>(client.POST("/api/v1/triggers/{trigger_id}/fire", { ...at(id), body: {} as never })),

  remove: (id: string) => ask<Trigger>(client.DELETE("/api/v1/triggers/{trigger_id}", at(id))),

  preview: (cron: string, timezone: string, signal: AbortSignal) =>
    ask<{ next_at: string[]; problems: ProblemItem[] }>(
      client.POST("/api/v1/triggers/preview", { body: { cron, timezone } as never, signal }),
    ),
};
