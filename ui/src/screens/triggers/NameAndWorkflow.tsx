import { useTranslation } from "react-i18next";
import type { WorkflowItem } from "../../api/types";
import { type PartProps, TriggerField } from "./TriggerField";

export function NameAndWorkflow({
  draft,
  wrong,
  onChange,
  workflows,
  fixed,
}: PartProps & { workflows: readonly WorkflowItem[]; fixed: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="trigger-pair">
      <TriggerField label={t("triggers.name")} wrong={wrong("name")}>
        <input
          className="input"
          autoComplete="off"
          data-autofocus
          maxLength={100}
          placeholder={t("triggers.nameExample")}
          value={draft.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </TriggerField>
      <TriggerField label={t("triggers.workflow")} wrong={wrong("workflow_id")}>
        <select
          className="input"
          value={draft.workflowId}
          disabled={fixed}
          onChange={(event) => onChange({ workflowId: event.target.value })}
        >
          {draft.workflowId === "" && <option value="">{t("run.choose")}</option>}
          {workflows
            .filter(({ status, id }) => status !== "archived" || id === draft.workflowId)
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </select>
      </TriggerField>
    </div>
  );
}
