/**
 * One execution's view as a store that nodes and rows read by id. Events are folded at most once per
 * animation frame: a burst of hundreds is one drawing.
 */

import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { applyEvent } from "./applyEvent";
import type { ExecutionEvent } from "./events";
import type { ExecutionView, StepView } from "./view";

export interface ExecutionState {
  view: ExecutionView;
  selected: string | null;
  select(path: string | null): void;
  /** How often the items of a map were asked for. */
  itemsShown: number;
  /** Chooses the map, with its items. */
  showItems(path: string): void;
  receive(event: ExecutionEvent): void;
}

export type ExecutionStore = StoreApi<ExecutionState>;
export type Schedule = (flush: () => void) => void;

/** A hidden tab gets no frames, nor does one that is hidden meanwhile; it must still end when its execution does. */
export const nextFrame = (flush: (frame?: number) => void): void => {
  let frame = 0;
  const late = setTimeout(
    () => {
      cancelAnimationFrame(frame);
      flush();
    },
    document.hidden ? 100 : NO_FRAME_MS,
  );
  if (document.hidden) return;
  frame = requestAnimationFrame((at) => {
    clearTimeout(late);
    flush(at);
  });
};

const NO_FRAME_MS = 500;

/** Of the time that a drawing took, how much is left free after it. */
const REST = 4;

/**
 * Each schedule draws with the next frame, no two of them in one frame, and rests after it by what it took, at most
 * `most` ms: a flood of events leaves time for the hand that scrolls and types.
 */
export function inTurn(most: number): () => Schedule {
  let taken: number | null = null;
  return () => {
    let restUntil = 0;
    return (flush) => {
      const draw = () =>
        nextFrame((frame) => {
          if (frame !== undefined && frame === taken) return draw();
          taken = frame ?? null;
          const begun = performance.now();
          restUntil = begun + most;
          flush();
          // A task of its own comes once the frame is laid out and painted.
          setTimeout(() => {
            const took = performance.now() - begun;
            restUntil = begun + Math.min(most, took * (1 + REST));
          });
        });
      const wait = restUntil - performance.now();
      if (wait > 0) setTimeout(draw, wait);
      else draw();
    };
  };
}

export function createExecutionStore(view: ExecutionView, schedule: Schedule = nextFrame): ExecutionStore {
  let waiting: ExecutionEvent[] = [];
  return createStore<ExecutionState>((set, get) => ({
    view,
    selected: null,
    select: (selected) => set({ selected }),
    itemsShown: 0,
    showItems: (selected) => set({ selected, itemsShown: get().itemsShown + 1 }),
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

/** These of the execution's facts; what else changes in it draws nothing anew. */
export function useView<K extends keyof ExecutionView>(...keys: readonly K[]): Pick<ExecutionView, K> {
  const picked = useExecution(
    useShallow(
      ({ view }) => Object.fromEntries(keys.map((key) => [key, view[key]])) as Pick<ExecutionView, K>,
    ),
  );
  return picked!;
}

/** The steps that wait for that. */
export function useWaiting(reason: string): readonly StepView[] {
  const waiting = useExecution(
    useShallow(({ view }) =>
      Object.values(view.steps).filter((step) => step.status === "waiting" && step.reason === reason),
    ),
  );
  return waiting!;
}
