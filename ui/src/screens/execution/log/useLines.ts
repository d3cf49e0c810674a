/** The window of drawn rows: follows the end, or keeps what is read in its place while lines come and go. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { useLog } from "../../../components/useLog";
import type { LogWindow } from "../../../execution/logWindow";

export const ROW = 18;
/** From the end; nearer counts as "at the end". */
const NEAR_PX = 24;

export function useLines(logs: LogWindow, follow: boolean, onFollow: (follow: boolean) => void) {
  const { lines, olderExist, newerExist } = useLog(logs);
  const box = useRef<HTMLDivElement>(null);
  /** The line at the upper edge and how far it is above it. */
  const anchor = useRef({ line: 0, offset: 0, first: 0 });
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    // A new function would make it measure every line anew at every drawing.
    getItemKey: useCallback((index: number) => lines[index]?.line ?? index, [lines]),
    overscan: 20,
    // Drawn within the scroll event, every line that comes would be laid out three times.
    useFlushSync: false,
  });
  const last = lines.at(-1)?.line ?? 0;
  const total = rows.getTotalSize();

  useEffect(() => logs.hold(!follow), [logs, follow]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the end moves with the last line and the size
  useLayoutEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, last, total]);

  // Older lines come in above, or go: what is being read stays where it is.
  useLayoutEffect(() => {
    const { line, offset, first } = anchor.current;
    const now = lines[0]?.line ?? 0;
    anchor.current.first = now;
    if (!box.current || follow || first === 0 || line === 0 || first === now) return;
    const index = lines.findIndex((one) => one.line >= line);
    const start = rows.measurementsCache[index]?.start;
    if (start !== undefined) box.current.scrollTop = start + offset;
  }, [lines, follow, rows]);

  const scrolled = () => {
    const element = box.current;
    if (!element) return;
    const top = rows.getVirtualItemForOffset(element.scrollTop);
    if (top) {
      anchor.current.line = lines[top.index]?.line ?? 0;
      anchor.current.offset = element.scrollTop - top.start;
    }
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (follow && fromEnd > NEAR_PX * 4) onFollow(false);
    if (!follow && fromEnd < NEAR_PX / 4 && !newerExist) onFollow(true);
    if (element.scrollTop < ROW * 60 && olderExist) void logs.older();
    else if (fromEnd < ROW * 60 && newerExist) void logs.newer();
  };
  return { box, rows, lines, last, total, scrolled };
}
