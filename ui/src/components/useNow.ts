import { useEffect, useReducer } from "react";
import { serverClock } from "../api/clock";

interface Ticker {
  ticks: Set<() => void>;
  timer: ReturnType<typeof setInterval>;
}

/** What ticks at one pace ticks together: many times that pass are one drawing. */
const tickers = new Map<number, Ticker>();

function onTick(ms: number, tick: () => void): () => void {
  const { ticks, timer } = tickers.get(ms) ?? started(ms);
  ticks.add(tick);
  return () => {
    ticks.delete(tick);
    if (ticks.size > 0) return;
    clearInterval(timer);
    tickers.delete(ms);
  };
}

function started(ms: number): Ticker {
  const ticks = new Set<() => void>();
  const timer = setInterval(() => {
    for (const tick of ticks) tick();
  }, ms);
  tickers.set(ms, { ticks, timer });
  return { ticks, timer };
}

/** Draw again every `ms` while `active`. */
export function useTick(ms: number, active = true): void {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => (active ? onTick(ms, tick) : undefined), [ms, active]);
}

/** The server's time in Unix ms, ticking while `active`. */
export function useNow(active: boolean, ms = 100): number {
  useTick(ms, active);
  return serverClock.now();
}
