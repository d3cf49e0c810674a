import { useCallback, useEffect, useState } from "react";
import type { LogFilter, LogWindow } from "../../../execution/logWindow";

const SEARCH_PAUSE_MS = 250;

/** The filter of the log, and the log read by it: at once, or after a pause in typing. */
export function useLogFilter(logs: LogWindow) {
  const [filter, setFilter] = useState<LogFilter>(() => logs.filter);
  const { level, q, step } = filter;
  useEffect(() => {
    // Another window (of another run) begins unfiltered: it is read by what is chosen here.
    const before = logs.filter;
    if (before.level === level && before.q === q && before.step === step) return;
    const timer = setTimeout(
      () => {
        void logs.show({ level, q, step });
      },
      before.q === q ? 0 : SEARCH_PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [logs, level, q, step]);
  const change = useCallback(
    (change: Partial<LogFilter>) => setFilter((before) => ({ ...before, ...change })),
    [],
  );
  return {
    filter,
    change,
    narrowed: level !== "debug" || q !== "" || step !== null,
  };
}
