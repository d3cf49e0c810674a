import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Decision } from "../../api/client";
import type { Json } from "../../execution/events";

/** A person's answer to a step that waits for one. */
export function useAnswer(id: string, path: string, onAnswered?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ decision, output }: { decision: Decision; output?: Json }) =>
      api.answer(id, path, decision, output),
    onSuccess: () => {
      onAnswered?.();
      // Which items wait is no fact of the log that the page reads: it is asked for again.
      void queries.invalidateQueries({ queryKey: ["asked", id] });
      void queries.invalidateQueries({ queryKey: ["items", id] });
    },
  });
}
