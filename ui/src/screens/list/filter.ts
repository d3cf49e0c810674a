/** The filter of the list as the address holds it, and as the server is asked. */

import type { ExecutionItem } from "../../api/types";
import type { ExecutionStatus } from "../../execution/events";

export const STATUSES: readonly ExecutionStatus[] = [
  "queued",
  "running",
  "paused",
  "stopping",
  "completed",
  "failed",
  "stopped",
];
export const ACTIVE: readonly ExecutionStatus[] = ["queued", "running", "paused", "stopping"];
/** Hours back. */
export const SINCE = { "1h": 1, "24h": 24, "7d": 168 } as const;
export type Since = keyof typeof SINCE;

export interface ListFilter {
  /** None is all. */
  statuses: readonly ExecutionStatus[];
  workflow: string;
  /** name=value */
  label: string;
  since: Since | "";
  /** Only those of which a step waits: for a person, a time, another run. */
  waits: boolean;
  q: string;
}

export function readFilter(params: URLSearchParams): ListFilter {
  const asked = params.getAll("status");
  const since = params.get("since") ?? "";
  return {
    statuses: STATUSES.filter(
      (status) => asked.includes(status) || (asked.includes("active") && ACTIVE.includes(status)),
    ),
    workflow: params.get("workflow") ?? "",
    label: params.get("label") ?? "",
    since: since in SINCE ? (since as Since) : "",
    waits: params.get("waits") === "yes",
    q: params.get("q") ?? "",
  };
}

export const sameStatuses = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((status) => b.includes(status));

export function writeFilter({ statuses, workflow, label, since, waits, q }: ListFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (sameStatuses(statuses, ACTIVE)) params.append("status", "active");
  else for (const status of statuses) params.append("status", status);
  for (const [name, value] of Object.entries({ workflow, label, since, waits: waits ? "yes" : "", q })) {
    if (value !== "") params.set(name, value);
  }
  return params;
}

/** `q` and `waits` are not asked of the server: they look through the rows that are here. */
export function queryOf({ statuses, workflow, label, since }: ListFilter, now: number) {
  return {
    status: [...statuses],
    ...(workflow === "" ? {} : { workflow_id: workflow }),
    ...(/^[^=]+=/.test(label) ? { label } : {}),
    // To the minute, so that reading on asks about the same time.
    ...(since === ""
      ? {}
      : { since: new Date(Math.floor(now / 60_000) * 60_000 - SINCE[since] * 3_600_000).toISOString() }),
  };
}

/** Whether a row waits, where that is asked, and has all the words. */
export const matches = (item: ExecutionItem, { waits, q }: Pick<ListFilter, "waits" | "q">): boolean =>
  (!waits || item.waiting_paths.length > 0) && hasWords(item, q);

/** Of its workflow, number, who asked, labels, steps and error. */
function hasWords(item: ExecutionItem, q: string): boolean {
  const { workflow, number, requested_by, labels, error, current_paths, waiting_paths } = item;
  const text = [
    workflow.name,
    `#${number}`,
    requested_by,
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    error ? `${error.type} ${error.message} ${error.code}` : "",
    ...current_paths,
    ...waiting_paths,
  ]
    .join(" ")
    .toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
