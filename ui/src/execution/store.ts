/**
 * One execution's view as a store that nodes and rows read by id. Events are folded at most once per
 * animation frame: a burst of hundreds is one drawing.
 */

import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";
import { applyEvent } from "./applyEvent";
import type { ExecutionEvent } from "./events";
import type { ExecutionView } from "./view";

export interface ExecutionState {
  view: ExecutionView;
  selected: string | null;
  select(path: string | null): void;
  receive(event: ExecutionEvent): void;
}

export type ExecutionStore = StoreApi<ExecutionState>;
export type Schedule = (flush: () => void) => void;

/** A hidden tab gets no frames; it must still end when its execution does. */
export const nextFrame: Schedule = (flush) => {
  if (document.hidden) setTimeout(flush, 100);
  else requestAnimationFrame(flush);
};

export function createExecutionStore(view: ExecutionView, schedule: Schedule = nextFrame): ExecutionStore {
  let waiting: ExecutionEvent[] = [];
  return createStore<ExecutionState>((set, get) => ({
    view,
    selected: null,
    select: (selected) => set({ selected }),
    receive: (event) => {
      waiting.push(event);
      if (waiting.length > 1) return;
      schedule(() => {
        const events = waiting;
        waiting = [];
        set({ view: events.reduce(applyEvent, get().view) });
      });
    },
  }));
}

export const ExecutionContext = createContext<ExecutionStore | null>(null);

const nothing = createStore<ExecutionState | null>(() => null);

/** Select from the execution around, or null where a graph is drawn without one. */
export function useExecution<T>(select: (state: ExecutionState) => T): T | null {
  const store = useContext(ExecutionContext);
  return useStore((store ?? nothing) as StoreApi<ExecutionState | null>, (state) =>
    state === null ? null : select(state),
  );
}
