import { useState } from "react";
import type { ExecutionItem } from "../../api/types";

/** The rows that are selected, as they stand now; what left the list stays selected as it was last seen. */
export function useMarks(items: readonly ExecutionItem[]) {
  const [marked, setMarked] = useState<ReadonlyMap<string, ExecutionItem>>(new Map());
  const [asking, setAsking] = useState(false);
  const now = new Map(items.map((item) => [item.id, item]));
  const chosen = [...marked.values()].map((item) => now.get(item.id) ?? item);
  return {
    ids: new Set(marked.keys()) as ReadonlySet<string>,
    chosen,
    stoppable: chosen.filter((item) => whyNotStoppable(item) === null),
    mark: (wanted: readonly ExecutionItem[], on: boolean) =>
      setMarked((before) => {
        const next = new Map(before);
        for (const item of wanted) {
          if (on) next.set(item.id, item);
          else next.delete(item.id);
        }
        return next;
      }),
    clear: () => setMarked(new Map()),
    asking,
    ask: () => setAsking(chosen.some((item) => whyNotStoppable(item) === null)),
    leave: () => setAsking(false),
  };
}

export type Marks = ReturnType<typeof useMarks>;

/** Why an execution cannot be stopped: the status that refuses; null when it can. */
export function whyNotStoppable({ status }: ExecutionItem) {
  return status === "completed" || status === "failed" || status === "stopped" || status === "stopping"
    ? status
    : null;
}
