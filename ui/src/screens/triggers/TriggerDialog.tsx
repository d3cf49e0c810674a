import { Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, Refused } from "../../api/client";
import { type Trigger, triggersApi } from "../../api/triggers";
import type { JsonSchema, WorkflowItem } from "../../api/types";
import { RunError } from "../../components/RunDialog";
import { bodyOf, type Draft, draftOf, emptyDraft, problemOf } from "./draft";
import { Inputs } from "./Inputs";
import { NameAndWorkflow } from "./NameAndWorkflow";
import { Policies } from "./Policies";
import { When } from "./When";
import { problemWords } from "./words";

interface Props {
  /** null: a new one. */
  trigger: Trigger | null;
  workflowId: string | null;
  workflows: readonly WorkflowItem[];
  onClose: () => void;
  onMade: (trigger: Trigger) => void;
}

export function TriggerDialog(props: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={props.trigger ? t("triggers.edit", { name: props.trigger.name }) : t("triggers.new")}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      <Form {...props} />
    </Modal>
  );
}

function Form({ trigger, workflowId, workflows, onClose, onMade }: Props) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() =>
    trigger
      ? draftOf(trigger)
      : emptyDraft(workflowId ?? "", Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"),
  );
  const [notJson, setNotJson] = useState(false);
  const chosen = workflows.find(({ id }) => id === draft.workflowId);
  const version = useQuery({
    queryKey: ["version", draft.workflowId, chosen?.ready_version],
    queryFn: () => api.version(draft.workflowId, chosen!.ready_version!),
    enabled: chosen !== undefined && chosen.ready_version !== null,
  });
  const save = useMutation({
    mutationFn: (body: Parameters<typeof triggersApi.create>[0]) =>
      trigger ? triggersApi.change(trigger.id, trigger.version, body) : triggersApi.create(body),
    onSuccess: (answer) => {
      void queries.invalidateQueries({ queryKey: ["triggers"] });
      onClose();
      onMade(answer);
    },
  });
  const problems = save.error instanceof Refused ? save.error.problem.errors : [];
  const wrong = (field: string) => {
    if (field === "inputs" && notJson) return t("run.json");
    const problem = problemOf(problems, field);
    return problem && problemWords(problem, t, i18n.language);
  };
  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }));
    setNotJson(false);
    if (save.isError) save.reset();
  };
  const submit = () => {
    const read = bodyOf(draft);
    if ("wrong" in read) setNotJson(true);
    else if (!save.isPending) save.mutate(read.body);
  };
  const schema = (version.data?.definition as { inputs?: JsonSchema } | undefined)?.inputs;
  const parts = { draft, wrong, onChange: change };
  return (
    <form
      className="form trigger-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        submit();
      }}
    >
      <NameAndWorkflow {...parts} workflows={workflows} fixed={trigger !== null} />
      <When {...parts} fixed={trigger !== null} />
      <Inputs {...parts} schema={schema} />
      <Policies {...parts} />
      {problems.length === 0 && <RunError error={save.error} />}
      <div className="foot">
        <button type="button" className="btn" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button type="submit" className="btn primary" disabled={save.isPending}>
          {trigger ? t("triggers.save") : t("triggers.create")}
        </button>
      </div>
    </form>
  );
}
