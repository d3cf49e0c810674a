/** Saving: a new workflow, or the next version on the one the text began from. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, Refused } from "../api/client";
import type { WorkflowAnswer } from "../api/types";
import { workflowApi } from "../api/workflows";
import { bodyOf, obstacleOf, sameDefinition } from "./definitionBody";
import { readText } from "./definitionText";
import type { Editing } from "./useEditing";

interface Order {
  text: string;
  base: number;
}

const MEANWHILE = new Set(["version_conflict", "changed_meanwhile"]);

export const isConflict = (error: unknown): boolean =>
  error instanceof Refused && MEANWHILE.has(error.problem.code);

export function useSave(
  workflowId: string | null,
  editing: Editing,
  onSaved: (workflow: WorkflowAnswer, created: boolean) => void,
) {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ text, base }: Order) => send(workflowId, text, base),
    onSuccess: (workflow, { text }) => {
      editing.wrote(workflow.latest_version, text);
      queries.setQueryData(["workflows", "one", workflow.id], workflow);
      void queries.invalidateQueries({ queryKey: ["workflows"] });
      void queries.invalidateQueries({ queryKey: ["versions", workflow.id] });
      onSaved(workflow, workflowId === null);
    },
    onError: (error) => {
      // Who was faster is read again: the notice of the conflict names them.
      if (isConflict(error)) void queries.invalidateQueries({ queryKey: ["workflows"] });
    },
  });
  const save = (base = editing.base.version) => {
    if (!mutation.isPending) mutation.mutate({ text: editing.text, base });
  };
  return { ...mutation, save };
}

async function send(id: string | null, text: string, base: number): Promise<WorkflowAnswer> {
  // Read anew: what was read last may be a moment behind the typing.
  const read = readText(text);
  const obstacle = obstacleOf(read, id === null);
  if (obstacle) throw new Error(obstacle);
  const body = bodyOf(read.value);
  if (id === null) return workflowApi.create(body);
  try {
    return await workflowApi.save(id, base, body);
  } catch (error) {
    if (!isConflict(error)) throw error;
    // A save whose answer was lost is refused when it is repeated, though what is stored is this very text.
    const latest = await api.workflow(id);
    if (sameDefinition(latest.definition, read.value)) return latest;
    throw error;
  }
}
