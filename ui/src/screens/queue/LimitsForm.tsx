import { Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, Refused } from "../../api/client";
import type { LimitsAnswer } from "../../api/types";
import { RunError } from "../../components/RunDialog";
import { Attempts } from "./Attempts";
import { LimitRows } from "./LimitRows";
import { bodyOf, draftOf, type Part } from "./limits";

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** The limits an operator sets, all of them; what is left out has none. */
export function LimitsForm({ opened, onClose }: Props) {
  const { t } = useTranslation();
  const limits = useQuery({ queryKey: ["limits"], queryFn: api.limits, enabled: opened, gcTime: 0 });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t("queue.edit.title")}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      {limits.data && <Fields limits={limits.data} onClose={onClose} />}
      <RunError error={limits.error} />
    </Modal>
  );
}

function Fields({ limits, onClose }: { limits: LimitsAnswer; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(limits));
  const kinds = useQuery({ queryKey: ["node-kinds"], queryFn: api.nodeKinds });
  const workflows = useQuery({ queryKey: ["workflows", ""], queryFn: () => api.workflows() });
  const save = useMutation({
    mutationFn: () => api.setLimits(bodyOf(draft), limits.version),
    onSuccess: () => {
      for (const key of ["limits", "capacity", "queue"]) void queries.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const problems = save.error instanceof Refused ? save.error.problem.errors : [];
  const options: Partial<Record<Part, { value: string; label: string }[]>> = {
    kinds: (kinds.data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
    workflows: (workflows.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
  };
  const parts: Part[] = ["workflows", "kinds", "resources"];
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Attempts
        value={draft.attempts}
        most={limits.most_attempts}
        problems={problems}
        onChange={(attempts) => setDraft({ ...draft, attempts })}
      />
      {parts.map((part) => (
        <LimitRows
          key={part}
          part={part}
          rows={draft[part]}
          options={options[part]}
          problems={problems}
          onChange={(rows) => setDraft({ ...draft, [part]: rows })}
        />
      ))}
      {problems.length === 0 && <RunError error={save.error} />}
      <div className="foot">
        <button type="button" className="btn" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button type="submit" className="btn primary" disabled={save.isPending}>
          {t("queue.edit.save")}
        </button>
      </div>
    </form>
  );
}
