/** The operator's limits as a form holds them: texts by row, until they are sent whole. */

import type { LimitsAnswer, LimitsBody, ProblemItem } from "../../api/types";

export interface Row {
  /** The kind, the resource, or the id of the workflow. */
  name: string;
  amount: string;
  /** Of a workflow: how many may wait. */
  queued?: string;
}

export interface Draft {
  /** Null: it follows the load. */
  attempts: string | null;
  kinds: Row[];
  resources: Row[];
  workflows: Row[];
}

export type Part = "kinds" | "resources" | "workflows";

const text = (value: number | null | undefined): string => (value == null ? "" : String(value));

export function draftOf(limits: LimitsAnswer): Draft {
  const rows = (named: Record<string, number>) =>
    Object.entries(named).map(([name, amount]) => ({ name, amount: text(amount) }));
  return {
    attempts: limits.attempts === null ? null : text(limits.attempts),
    kinds: rows(limits.kinds),
    resources: rows(limits.resources),
    workflows: Object.entries(limits.workflows).map(([name, { running, queued }]) => ({
      name,
      amount: text(running),
      queued: text(queued),
    })),
  };
}

/** What is no number goes as it was written: the server says what is wrong with it. */
const number = (written: string): number => {
  const value = Number(written.trim());
  return (written.trim() === "" || Number.isNaN(value) ? written : value) as number;
};

export function bodyOf(draft: Draft): LimitsBody {
  const named = (rows: Row[]) =>
    Object.fromEntries(rows.filter((row) => row.name).map((row) => [row.name, number(row.amount)]));
  return {
    attempts: draft.attempts === null ? null : number(draft.attempts),
    kinds: named(draft.kinds),
    resources: named(draft.resources),
    workflows: Object.fromEntries(
      draft.workflows
        .filter((row) => row.name)
        .map(({ name, amount, queued }) => [
          name,
          {
            running: amount.trim() ? number(amount) : null,
            queued: queued?.trim() ? number(queued) : null,
          },
        ]),
    ),
  };
}

const token = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

export function problemAt(
  problems: readonly ProblemItem[],
  part: "attempts" | Part,
  name = "",
): ProblemItem | undefined {
  const pointer = name ? `/${part}/${token(name)}` : `/${part}`;
  return problems.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`));
}
