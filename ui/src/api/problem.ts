/** Refusals and failures in the reader's language: by code, else by category, else the server's words. */

import type { TFunction } from "i18next";
import { Refused, unreachable } from "./client";

export interface Told {
  category: string;
  /** A short sentence; null when only the server's message says it. */
  title: string | null;
  /** The server's or the code's own words. */
  message: string;
  /** The message says in English what the title says in the reader's language. */
  isForeign: boolean;
  advice: string;
}

interface Telling {
  code: string;
  category: string;
  message: string;
  advice: string;
  type?: string;
}

export const CATEGORIES = [
  "validation",
  "not_found",
  "conflict",
  "permission",
  "capacity",
  "timeout",
  "step",
  "infrastructure",
  "internal",
] as const;

/** Failures whose message holds what a program or another server said: nobody else knows it. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  "python_exception",
  "sql_error",
  "shell_exit",
  "http_status",
  "llm_status",
  "expression_error",
  "process_exited",
  "step_exited",
]);

export function tell(
  { code, category, message, advice, type }: Telling,
  t: TFunction,
  language: string,
): Told {
  const known = (CATEGORIES as readonly string[]).includes(category) ? category : "internal";
  const title = t(`errors.${code}.title` as never, { type: type ?? "", defaultValue: "" }) as string;
  const own = t(`errors.${code}.advice` as never, { defaultValue: "" }) as string;
  // The server writes English: for an English reader its advice, which knows the case, is the better one.
  const general = t(`category.${known}.advice` as never) as string;
  return {
    category: t(`category.${known}.label` as never) as string,
    title: title || null,
    message: code === "network" ? "" : message, // nobody said it: the page itself wrote it
    isForeign: title !== "" && !language.startsWith("en") && !OWN_WORDS.has(code),
    advice: own || (language.startsWith("en") && advice ? advice : general),
  };
}

export function tellError(error: unknown, t: TFunction, language: string): Told & { requestId: string } {
  if (error instanceof Refused) {
    const { code, category, detail, advice, request_id } = error.problem;
    return { ...tell({ code, category, message: detail, advice }, t, language), requestId: request_id };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    ...tell({ code: "internal_error", category: "internal", message, advice: "" }, t, language),
    requestId: "",
  };
}

/** The code of a part of the page that was not opened before comes from the server too: it may not answer. */
export function notLoaded(error: unknown): unknown {
  const absent =
    error instanceof Error && /preload|dynamically imported|importing a module/i.test(error.message);
  return absent ? new Refused(unreachable()) : error;
}
