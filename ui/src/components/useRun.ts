import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { api, Refused } from "../api/client";
import type { Accepted, JsonSchema, PartWish } from "../api/types";
import type { Json } from "../execution/events";
import { newKey } from "./keys";
import { type FieldProblem, type FormValues, initialValues, readValues } from "./schemaValues";

/** Another press than Run: for one step of a version. */
export interface PartRun {
  wish: PartWish;
  /** Left out, the page of the execution is opened. */
  onAccepted?: (accepted: Accepted, inputs: Record<string, Json>) => void;
}

/**
 * The run form of a workflow: values, what is wrong, and the press. One key per form and input, so that a
 * double click, or a repetition after a lost answer, is one run.
 */
export function useRun(
  workflowId: string,
  schema: JsonSchema | undefined,
  onStarted?: () => void,
  part?: PartRun,
) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const first = useMemo(() => initialValues(schema), [schema]);
  const [changed, setChanged] = useState<FormValues>({});
  const [problems, setProblems] = useState<Record<string, FieldProblem>>({});
  const key = useRef({ key: newKey(), body: "" });
  const values = { ...first, ...changed };

  const mutation = useMutation({
    mutationFn: (inputs: Parameters<typeof api.execute>[1]) => {
      const body = JSON.stringify(inputs);
      if (key.current.body !== body) key.current = { key: newKey(), body };
      return api.execute(workflowId, inputs, key.current.key, part?.wish);
    },
    onSuccess: (accepted, inputs) => {
      void queries.invalidateQueries({ queryKey: ["workflows"] });
      void queries.invalidateQueries({ queryKey: ["executions"] });
      onStarted?.();
      if (part?.onAccepted) part.onAccepted(accepted, inputs);
      else void navigate(`/executions/${accepted.execution_id}`);
    },
  });

  const submit = () => {
    if (mutation.isPending || mutation.isSuccess) return;
    const read = readValues(schema, values);
    setProblems(read.problems);
    if (Object.keys(read.problems).length === 0) mutation.mutate(read.inputs);
  };

  return {
    values,
    problems,
    refused: refusedFields(mutation.error),
    error: mutation.error,
    busy: mutation.isPending || mutation.isSuccess,
    submit,
    change: (name: string, value: string | boolean) => {
      setChanged((before) => ({ ...before, [name]: value }));
      setProblems(({ [name]: _, ...others }) => others);
      if (mutation.isError) mutation.reset();
    },
  };
}

/** `/year` or `/inputs/year` -> the server's sentence for that field. */
function refusedFields(error: unknown): Record<string, string> {
  if (!(error instanceof Refused)) return {};
  return Object.fromEntries(
    error.problem.errors.map((item) => [item.pointer.split("/").filter(Boolean).at(-1) ?? "", item.message]),
  );
}
