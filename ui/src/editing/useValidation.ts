/** What the server says about the text: asked after a pause, given up when newer text comes or no answer does. */

import { useCallback, useEffect, useState } from "react";
import { Refused } from "../api/client";
import type { ProblemItem } from "../api/types";
import { workflowApi } from "../api/workflows";
import type { ReadText } from "./definitionText";

export type ValidationState = "checking" | "checked" | "unreadable" | "unanswered";

const PAUSE_MS = 250;
const PATIENCE_MS = 10_000;
const AGAIN_MS = 5_000;

interface Answer {
  read: ReadText | null;
  state: ValidationState;
  problems: readonly ProblemItem[];
}

export function useValidation(read: ReadText) {
  const [answer, setAnswer] = useState<Answer>({ read: null, state: "checking", problems: [] });
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((before) => before + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn asks about the same text again
  useEffect(() => {
    if (read.value === undefined) return;
    const asking = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    const pause = setTimeout(async () => {
      const patience = setTimeout(() => asking.abort("late"), PATIENCE_MS);
      const found = await ask(read.value, asking.signal);
      clearTimeout(patience);
      if (asking.signal.aborted && asking.signal.reason !== "late") return;
      if (found) setAnswer({ read, state: "checked", problems: found });
      else {
        setAnswer((before) => ({ ...before, read, state: "unanswered" }));
        retry = setTimeout(again, AGAIN_MS);
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(pause);
      clearTimeout(retry);
      asking.abort("outdated");
    };
  }, [read, turn, again]);

  if (read.value === undefined) return { state: "unreadable" as const, problems: NONE, again };
  return {
    state: answer.read === read ? answer.state : ("checking" as const),
    problems: answer.problems,
    again,
  };
}

const NONE: readonly ProblemItem[] = [];

/** null when nobody answered. */
async function ask(definition: unknown, signal: AbortSignal): Promise<readonly ProblemItem[] | null> {
  try {
    return (await workflowApi.validate(definition, signal)).problems;
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.status === 0 || error.problem.status >= 500) return null;
    const { code, detail, advice, errors } = error.problem;
    // Refused at the border (too large, half a character): a problem of the whole text.
    return errors.length > 0 ? errors : [{ node: null, pointer: "", code, message: detail, advice }];
  }
}
