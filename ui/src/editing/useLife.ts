/** What happens to a workflow besides its text: ready, pause, resume, archive, copy, an old version on top. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../api/client";
import type { WorkflowAnswer } from "../api/types";
import { type Change, workflowApi } from "../api/workflows";
import { bodyOf } from "./definitionBody";
import { readText } from "./definitionText";
import type { Editing } from "./useEditing";

export function useLife(workflow: WorkflowAnswer | null, editing: Editing) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const id = workflow?.id ?? "";
  const learn = (answer: WorkflowAnswer) => {
    queries.setQueryData(["workflows", "one", answer.id], answer);
    void queries.invalidateQueries({ queryKey: ["workflows"] });
    void queries.invalidateQueries({ queryKey: ["versions", answer.id] });
  };
  // A refusal mostly means that it changed meanwhile: what is shown is read again.
  const onError = () => void queries.invalidateQueries({ queryKey: ["workflows"] });

  const ready = useMutation({
    mutationFn: (version: number) => api.ready(id, version),
    onSuccess: learn,
    onError,
  });
  const change = useMutation({
    mutationFn: (what: Change) => workflowApi.change(id, what),
    onSuccess: learn,
    onError,
  });
  const restore = useMutation({
    mutationFn: (text: string) =>
      workflowApi.save(id, workflow?.latest_version ?? 0, bodyOf(readText(text).value)),
    onSuccess: (answer, text) => {
      editing.adopt({ version: answer.latest_version, text });
      learn(answer);
    },
    onError,
  });
  const duplicate = useMutation({
    mutationFn: () => workflowApi.duplicate(id, t("life.copyName", { name: workflow?.name ?? "" })),
    onSuccess: (copy) => {
      learn(copy);
      void navigate(`/workflows/${copy.id}`);
    },
  });
  const all = [ready, change, restore, duplicate];
  return {
    ready: ready.mutate,
    change: change.mutate,
    restore: restore.mutate,
    duplicate: () => duplicate.mutate(),
    busy: all.some(({ isPending }) => isPending),
    error: all.find(({ isError }) => isError)?.error ?? null,
    forget: () => {
      for (const mutation of all) mutation.reset();
    },
  };
}

export type Life = ReturnType<typeof useLife>;
