import { useRef } from "react";
import type { ReadText } from "./definitionText";

/** The value of the last text that could be read. */
export function useShown(read: ReadText): unknown {
  const shown = useRef<unknown>(read.value);
  if (read.value !== undefined) shown.current = read.value;
  return shown.current;
}
