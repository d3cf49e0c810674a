/** Between what a field shows and the value in the definition. Pure. */

import { parseDocument } from "yaml";
import { toText } from "../definitionText";
import type { Widget } from "./fields";

export type Read = { value: unknown } | { unreadable: true };

/** What an empty field means: it is not in the definition. */
export const ABSENT: Read = { value: undefined };

export function readText(text: string, widget: Widget, numbers: boolean): Read {
  if (widget === "json") return readValue(text);
  if (text === "") return ABSENT;
  const number = Number(text);
  return { value: numbers && text.trim() !== "" && Number.isFinite(number) ? number : text };
}

/** Any value as YAML, and so as JSON; an expression and a plain text need no quotes. */
export function readValue(text: string): Read {
  if (text.trim() === "") return ABSENT;
  // `${a.b}: x` would be read as an object.
  if (/^\s*\$\{/.test(text) && !text.trimEnd().includes("\n")) return { value: text.trim() };
  const read = parseDocument(text, { version: "1.2", schema: "core", logLevel: "error" });
  if (read.errors.length > 0)
    return /^[\w\s$]/.test(text) && !/[\n:]/.test(text) ? { value: text } : { unreadable: true };
  return { value: read.toJS() };
}

export function shownText(value: unknown, widget: Widget): string {
  if (value === undefined) return "";
  if (widget !== "json") return typeof value === "string" ? value : JSON.stringify(value);
  return shownValue(value, "\n");
}

/** `between` says whether lists and objects stand on lines of their own or on one line. */
export function shownValue(value: unknown, between: "\n" | " " = " "): string {
  if (value === undefined) return "";
  if (typeof value === "string") return isSame(readValue(value), value) ? value : JSON.stringify(value);
  if (typeof value !== "object" || value === null || between === " ") return JSON.stringify(value);
  return toText(value).trimEnd();
}

function isSame(read: Read, value: string): boolean {
  return "value" in read && read.value === value;
}
