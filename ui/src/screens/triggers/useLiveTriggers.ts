import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { stream } from "../../stream/tab";

const PAUSE_MS = 300;

/** The list is read again when something happens to a trigger. */
export function useLiveTriggers(position: number | undefined): void {
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
        void queries.invalidateQueries({ queryKey: ["triggers"] });
      }, PAUSE_MS);
    };
    const leave = stream.subscribe("triggers", position, refresh);
    const untick = stream.onTick(refresh);
    return () => {
      leave();
      untick();
      clearTimeout(timer);
    };
  }, [known, queries]);
}
