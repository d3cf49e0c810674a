import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { tellError } from "../api/problem";
import type { JsonSchema } from "../api/types";
import { Icon } from "./Icon";
import { SchemaForm } from "./SchemaForm";
import { ServerWords } from "./ServerWords";
import { StatusGlyph } from "./StatusGlyph";
import { type PartRun, useRun } from "./useRun";

interface Props {
  workflow: { id: string; name: string };
  schema: JsonSchema | undefined;
  opened: boolean;
  onClose: () => void;
  /** Only one step, or what leads to it. */
  part?: PartRun | undefined;
}

export function RunDialog({ workflow, schema, opened, onClose, part }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={
        part
          ? t(`part.dialog.${part.wish.part.upstream}`, { name: workflow.name, step: part.wish.part.step })
          : t("run.title", { name: workflow.name })
      }
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      {opened && <RunForm workflow={workflow} schema={schema} onClose={onClose} part={part} />}
    </Modal>
  );
}

function RunForm({ workflow, schema, onClose, part }: Omit<Props, "opened">) {
  const { t } = useTranslation();
  const run = useRun(workflow.id, schema, onClose, part);
  const fieldless = Object.keys(schema?.properties ?? {}).length === 0;
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        run.submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          run.submit();
        }
      }}
    >
      <SchemaForm
        schema={schema ?? {}}
        values={run.values}
        problems={run.problems}
        refused={run.refused}
        onChange={run.change}
      />
      <RunError error={run.error} />
      <div className="foot">
        <button type="button" className="btn" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button
          type="submit"
          className="btn primary"
          disabled={run.busy}
          // Without a field the focus would fall on Close, and Ctrl+Enter would press that.
          data-autofocus={fieldless || undefined}
        >
          <Icon name="play" size={14} />
          {run.busy ? t("run.starting") : t("run.start")}
          {!run.busy && <kbd>{t("run.shortcut")}</kbd>}
        </button>
      </div>
    </form>
  );
}

export function RunError({ error }: { error: unknown }) {
  const { t, i18n } = useTranslation();
  if (!error) return null;
  const told = tellError(error, t, i18n.language);
  return (
    <div role="alert" className="field">
      <p className="wrong">
        <StatusGlyph status="failed" size={14} />
        <b>{told.title ?? told.category}</b>
      </p>
      <p className="hint">{told.advice}</p>
      <ServerWords told={told} className="hint mono" />
    </div>
  );
}
