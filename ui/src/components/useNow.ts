import { useEffect, useReducer } from "react";
import { serverClock } from "../api/clock";

/** Draw again every `ms` while `active`. */
export function useTick(ms: number, active = true): void {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  }, [ms, active]);
}

/** The server's time in Unix ms, ticking while `active`. */
export function useNow(active: boolean, ms = 100): number {
  useTick(ms, active);
  return serverClock.now();
}
