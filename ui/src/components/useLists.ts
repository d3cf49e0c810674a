/** Lists that stay true by themselves: events of the `executions` topic make them read again. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { noteSeen } from "../stream/seen";
import { stream } from "../stream/tab";

const PAUSE_MS = 400;

export function useLiveLists(position: number | undefined): void {
  const queries = useQueryClient();
  const known = position !== undefined;
  // Only the first position matters: after it the subscription moves on by itself.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (position === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: ["executions"] });
        void queries.invalidateQueries({ queryKey: ["workflows"] });
        void queries.invalidateQueries({ queryKey: ["queue"] });
      }, PAUSE_MS);
    };
    const leave = stream.subscribe("executions", position, (event) => {
      noteSeen(event.position);
      refresh();
    });
    const untick = stream.onTick(refresh);
    return () => {
      leave();
      untick();
      clearTimeout(timer);
    };
  }, [known, queries]);
}
