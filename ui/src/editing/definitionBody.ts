/** From what is written to what is sent. */

import type { WorkflowBody } from "../api/workflows";
import type { ReadText } from "./definitionText";
import { isObject } from "./drawable";

export type Obstacle = "unreadable" | "empty" | "nameless";

/** Why the text can't be saved at all; problems of a definition are no reason: it is kept as a draft with them. */
export function obstacleOf(read: ReadText, isNew: boolean): Obstacle | null {
  if (read.value === undefined) return "unreadable";
  if (!isObject(read.value)) return "empty";
  return isNew && !textOf(read.value.name) ? "nameless" : null;
}

/** Name, description and labels follow the text where it names them; else they stay as they are. */
export function bodyOf(definition: unknown): WorkflowBody {
  const top = isObject(definition) ? definition : {};
  const body: WorkflowBody = { definition };
  const name = textOf(top.name);
  const description = textOf(top.description);
  if (name) body.name = name;
  if (description) body.description = description;
  if (isObject(top.labels) && Object.values(top.labels).every((value) => typeof value === "string")) {
    body.labels = top.labels as Record<string, string>;
  }
  return body;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() ? value.trim() : null;
}

/** Whether two definitions say the same; the order of fields counts, since it is kept. */
export function sameDefinition(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
