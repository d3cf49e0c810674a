/** The golden histories of the repository (tests/histories): the same files the server's views are held against. */

import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ExecutionEvent, ExecutionStatus, Json, StepStatus } from "../execution/events";
import { type ExecutionView, emptyView, pendingStep } from "../execution/view";

export interface History {
  name: string;
  says: string;
  events: ExecutionEvent[];
  view: {
    status: ExecutionStatus;
    steps: Record<string, { status: StepStatus; attempt: number }>;
    progress: { done: number; total: number };
    events: number;
    log_lines: number;
    dropped_lines: number;
    result: Json;
    error_code: string | null;
    as_of: {
      position: number;
      status: ExecutionStatus;
      done: number;
      steps: Record<string, StepStatus>;
    }[];
  };
}

// Vitest runs in ui/.
const FOLDER = resolve(process.cwd(), "../tests/histories");

export const histories: readonly History[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(resolve(FOLDER, file), "utf8")) as History);

export function history(name: string): History {
  const found = histories.find((one) => one.name === name);
  if (!found) throw new Error(`there is no history ${name}`);
  return found;
}

/** Where a page begins: every step of the graph is known and nothing has happened. */
export function beginning({ events, view }: History): ExecutionView {
  const steps = Object.keys(view.steps).map((path) => [path, pendingStep(path)]);
  return { ...emptyView(events[0]!.execution_id!), steps: Object.fromEntries(steps) };
}
