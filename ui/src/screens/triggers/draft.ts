/** Between what the form of a trigger holds (text) and the settings that are sent. Pure. */

import type { CatchUp, Overlap, Trigger, TriggerKind, TriggerSettings } from "../../api/triggers";
import type { JsonSchema, ProblemItem } from "../../api/types";
import { initialValues, readValues } from "../../components/schemaValues";
import type { Json } from "../../execution/events";

export interface Draft {
  workflowId: string;
  name: string;
  kind: TriggerKind;
  cron: string;
  timezone: string;
  /** A number, and its unit in seconds. */
  every: string;
  unit: number;
  /** JSON. */
  inputs: string;
  priority: string;
  overlap: Overlap;
  catchUp: CatchUp;
  jitter: string;
}

export const UNITS = [1, 60, 3_600, 86_400] as const;

export function emptyDraft(workflowId: string, timezone: string): Draft {
  return {
    workflowId,
    name: "",
    kind: "cron",
    cron: "0 8 * * 1-5",
    timezone,
    every: "15",
    unit: 60,
    inputs: "",
    priority: "",
    overlap: "skip",
    catchUp: "latest",
    jitter: "0",
  };
}

export function draftOf(trigger: Trigger): Draft {
  const seconds = trigger.every_s ?? 900;
  const unit = UNITS.findLast((one) => seconds % one === 0) ?? 1;
  const empty = emptyDraft(trigger.workflow_id, trigger.timezone ?? "UTC");
  return {
    ...empty,
    name: trigger.name,
    kind: trigger.kind,
    cron: trigger.cron ?? empty.cron,
    every: String(seconds / unit),
    unit,
    inputs: Object.keys(trigger.inputs).length > 0 ? JSON.stringify(trigger.inputs, null, 2) : "",
    priority: trigger.priority === null ? "" : String(trigger.priority),
    overlap: trigger.overlap,
    catchUp: trigger.catch_up,
    jitter: String(trigger.jitter_s),
  };
}

/** What the workflow takes, as far as it says so by itself: where inputs begin. */
export function exampleInputs(schema: JsonSchema | undefined, kind: TriggerKind): string {
  const { inputs } = readValues(schema, initialValues(schema));
  const names = Object.keys(schema?.properties ?? {});
  if (kind !== "webhook") {
    const required = (schema?.required ?? []).filter((name) => !(name in inputs));
    return JSON.stringify({ ...Object.fromEntries(required.map((name) => [name, ""])), ...inputs }, null, 2);
  }
  const from = Object.fromEntries(names.map((name) => [name, `\${request.body.${name}}`]));
  return JSON.stringify(from, null, 2);
}

/** The body to send, or the place of what is no JSON. Numbers that are none are left to the server to refuse. */
export function bodyOf(
  draft: Draft,
): { body: Partial<TriggerSettings> & { workflow_id: string } } | { wrong: "inputs" } {
  let inputs: Json = {};
  try {
    if (draft.inputs.trim() !== "") inputs = JSON.parse(draft.inputs) as Json;
  } catch {
    return { wrong: "inputs" };
  }
  const timing =
    draft.kind === "cron"
      ? { cron: draft.cron, timezone: draft.timezone }
      : draft.kind === "interval"
        ? { every_s: number(draft.every, draft.unit) }
        : {};
  const byClock =
    draft.kind === "webhook"
      ? {}
      : { overlap: draft.overlap, catch_up: draft.catchUp, jitter_s: number(draft.jitter) };
  const priority = draft.priority.trim() === "" ? {} : { priority: number(draft.priority) };
  return {
    body: {
      workflow_id: draft.workflowId,
      name: draft.name,
      kind: draft.kind,
      inputs: inputs as Record<string, Json>,
      ...timing,
      ...byClock,
      ...priority,
    },
  };
}

function number(text: string, times = 1): number {
  const value = Number(text);
  return (text.trim() === "" || !Number.isFinite(value) ? text : value * times) as number;
}

/** What is wrong with a field or with something in it. */
export function problemOf(problems: readonly ProblemItem[], field: string): ProblemItem | undefined {
  return problems.find(({ pointer }) => pointer === `/${field}` || pointer.startsWith(`/${field}/`));
}
