import { useSyncExternalStore } from "react";
import type { LogState, LogWindow } from "../execution/logWindow";

export function useLog(logs: LogWindow): LogState {
  return useSyncExternalStore(logs.subscribe, logs.get);
}
