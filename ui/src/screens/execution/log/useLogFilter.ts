import { useCallback, useEffect, useRef, useState } from "react";
import { type LogFilter, type LogWindow, NO_FILTER } from "../../../execution/logWindow";

const SEARCH_PAUSE_MS = 250;

/** The filter of the log, and the log read by it: at once, or after a pause in typing. */
export function useLogFilter(logs: LogWindow) {
  const [filter, setFilter] = useState<LogFilter>(NO_FILTER);
  const shown = useRef(filter);
  const { level, q, step } = filter;
  useEffect(() => {
    const before = shown.current;
    if (before.level === level && before.q === q && before.step === step) return;
    const timer = setTimeout(
      () => {
        shown.current = { level, q, step };
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
