import { useState } from "react";
import type { BulkAction, ExecutionItem } from "../../api/types";

/** The rows that are selected, as they stand now; what left the list stays selected as it was last seen. */
export function useMarks<Item extends ExecutionItem>(items: readonly Item[]) {
  const [marked, setMarked] = useState<ReadonlyMap<string, Item>>(new Map());
  const [asking, setAsking] = useState<BulkAction | null>(null);
  const now = new Map(items.map((item) => [item.id, item]));
  const chosen = [...marked.values()].map((item) => now.get(item.id) ?? item);
  return {
    ids: new Set(marked.keys()) as ReadonlySet<string>,
    chosen,
    mark: (wanted: readonly Item[], on: boolean) =>
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
    ask: (action: BulkAction) => {
      if (chosen.some((item) => fits(action, item))) setAsking(action);
    },
    leave: () => setAsking(null),
  };
}

export type Marks = Pick<ReturnType<typeof useMarks>, "chosen" | "clear" | "asking" | "ask" | "leave">;

/** Whether an action may do something to an execution, as far as its status says; the server knows. */
export function fits(action: BulkAction, { status }: ExecutionItem): boolean {
  if (action === "stop") return status === "queued" || status === "running" || status === "paused";
  if (action === "retry") return status === "failed" || status === "stopped";
  return status === "queued";
}
