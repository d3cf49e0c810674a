/** The log as plain text: one line of it as a line, the whole of it page by page. */

import type { LogLine, LogWindowAnswer } from "../api/types";
import { plain } from "./ansi";

const PAGE = 1_000;

export function asText(lines: readonly LogLine[]): string {
  return lines
    .map(({ at, level, step, text }) => `${at} ${level.toUpperCase().padEnd(7)} ${step}: ${plain(text)}\n`)
    .join("");
}

export interface Progress {
  done: number;
  total: number;
}

/**
 * All lines there are, as parts of a file: a log of any length never stands in one string. Ends early, with
 * null, when `signal` says so.
 */
export async function wholeLog(
  read: (after: number, limit: number) => Promise<LogWindowAnswer>,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<string[] | null> {
  const parts: string[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const page: LogWindowAnswer = await read(after, PAGE);
    if (signal.aborted) return null;
    parts.push(asText(page.items));
    after = page.next_cursor;
    const done = page.items.at(-1)?.line ?? after ?? page.total_lines;
    onProgress({ done, total: Math.max(done, page.total_lines) });
  }
  return parts;
}
