/** Snapshot, then the stream from its position. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "../api/client";
import type { ExecutionAnswer } from "../api/types";
import { stream } from "../stream/tab";
import { type ExecutionEvent, FINAL, isTerminal } from "./events";
import { LogWindow, NO_FILTER } from "./logWindow";
import { viewOfSnapshot } from "./snapshot";
import { createExecutionStore, type ExecutionStore, inTurn } from "./store";

export interface LiveExecution {
  store: ExecutionStore;
  logs: LogWindow;
  snapshot: ExecutionAnswer;
  /** Step ids in the order of the graph. */
  order: readonly string[];
}

/** Between two drawings of what happens, at most: ten a second look live. */
const PACE_MS = 100;

async function load(id: string): Promise<LiveExecution> {
  const schedule = inTurn(PACE_MS);
  const snapshot = await api.execution(id);
  const steps = await api.steps(id);
  const logs = new LogWindow(
    ({ level, step, q, ...window }) =>
      api.logs(id, {
        ...window,
        ...(level === "debug" ? {} : { level }),
        ...(step === null ? {} : { step }),
        ...(q === "" ? {} : { q }),
      }),
    schedule(),
  );
  return {
    store: createExecutionStore(viewOfSnapshot(snapshot, steps.items, steps.position), schedule()),
    logs,
    snapshot,
    order: steps.items.map((step) => step.path),
  };
}

/** `line` of the log is where one begins to read; null is its end. */
export function useExecutionStream(id: string, line: number | null) {
  const begin = useRef(line);
  const begun = useRef<LiveExecution | null>(null);
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ["execution", id],
    queryFn: () => load(id),
    // The stream keeps it fresh; reading again would only throw the folded view away.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const live = query.data;

  useEffect(() => {
    if (!live) return;
    const { store, logs } = live;
    // The line is where the first look begins; of a later run the log is read from its end.
    begun.current ??= live;
    const at = begun.current === live ? begin.current : null;
    void (at === null ? logs.show(NO_FILTER) : logs.showAt(at));
    const { view } = store.getState();
    if (FINAL.has(view.status)) void logs.settle(view.logLines);
    const receive = (event: ExecutionEvent) => {
      store.getState().receive(event);
      if (event.type === "execution.step_logged") logs.append(event);
      if (!isTerminal(event)) return;
      void logs.settle(event.data.log_lines);
      void queries.invalidateQueries({ queryKey: ["workflows"] });
    };
    // Also of one that has ended: somebody may retry it.
    return stream.subscribe(`execution:${id}`, view.position, receive);
  }, [id, live, queries]);

  return query;
}
