import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { ExecutionItem } from "../../api/types";
import type { ExecutionView } from "../../execution/view";

const WINDOW = 50;

/** The newest completed execution of the same workflow that is older than this one; else any other completed one. */
export function lastGoodOf(items: readonly ExecutionItem[], of: Pick<ExecutionView, "id" | "number">) {
  // What ran only for one step is no run to be held against.
  const good = items.filter(({ id, status, part }) => status === "completed" && !part && id !== of.id);
  const older = good.filter(({ number }) => number < of.number);
  return (older.length > 0 ? older : good)[0] ?? null;
}

export function useLastGood(of: Pick<ExecutionView, "id" | "number" | "workflowId">, enabled = true) {
  return useQuery({
    queryKey: ["executions", "last-good", of.workflowId, of.id],
    queryFn: async () => {
      const query = { workflow_id: of.workflowId, status: ["completed"], limit: WINDOW };
      return lastGoodOf((await api.executions(query)).items, of);
    },
    enabled,
    staleTime: 30_000,
  });
}
