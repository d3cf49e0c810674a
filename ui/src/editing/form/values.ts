/** Between what a field shows and the value in the definition. Pure. */

import { isCollection, parseDocument } from "yaml";
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

/**
 * Lists and objects as YAML, and so as JSON; numbers, true, false and null as they are written again; a text in quotes
 * without them. Anything else is the text itself, to the last letter: `Ticket #12`, `007`, two lines.
 */
export function readValue(text: string): Read {
  if (text.trim() === "") return ABSENT;
  const plain = text.trim();
  // `${a.b}: x` would be read as an object.
  if (/^\$\{/.test(plain) && !plain.includes("\n")) return { value: plain };
  const read = parseDocument(text, { version: "1.2", schema: "core", logLevel: "error" });
  const isWritten = isCollection(read.contents) || /^["']/.test(plain);
  if (read.errors.length > 0) {
    const isText = !/^([[{"']|- )/.test(plain) && !/^[\w-]+:\s/m.test(plain);
    return isText ? { value: text } : { unreadable: true };
  }
  if (isWritten) return read.warnings.length > 0 ? { unreadable: true } : { value: read.toJS() };
  const value: unknown = read.toJS();
  return typeof value !== "string" && JSON.stringify(value) === plain ? { value } : { value: text };
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
