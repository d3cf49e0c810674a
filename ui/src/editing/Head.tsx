import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../api/client";
import type { WorkflowAnswer } from "../api/types";
import { useCommands } from "../commands/registry";
import { ConnectionChip } from "../components/ConnectionChip";
import { Icon } from "../components/Icon";
import { PageTitle } from "../components/PageTitle";
import { RunDialog } from "../components/RunDialog";
import { StatusGlyph } from "../components/StatusGlyph";
import { WorkflowStatus } from "../components/WorkflowStatus";
import type { Obstacle } from "./definitionBody";
import type { Editing } from "./useEditing";
import { whyNotRun } from "./whyNotRun";

interface Props {
  workflow: WorkflowAnswer | null;
  editing: Editing;
  obstacle: Obstacle | null;
  canSave: boolean;
  savedAs: number | null;
  saving: boolean;
  onSave: () => void;
  onVersions: () => void;
  /** Whether the form of a run is open. */
  running: boolean;
  onRunning: (running: boolean) => void;
  /** The menu of further actions. */
  children: ReactNode;
}

export function Head({
  workflow,
  editing,
  savedAs,
  onVersions,
  running,
  onRunning,
  children,
  ...saving
}: Props) {
  const { t } = useTranslation();
  const name = workflow?.name ?? t("editor.new");
  const reason = whyNotRun(workflow, editing.dirty, t);
  const { obstacle } = saving;
  const unsaved = obstacle && editing.dirty ? t(`editor.cannotSave.${obstacle}`) : null;
  useCommands([
    saving.canSave && !saving.saving
      ? { id: "keys.editor.save", icon: "save", run: saving.onSave, word: saveWord(workflow, editing, t) }
      : null,
    workflow ? { id: "keys.editor.versions", icon: "history", run: onVersions } : null,
  ]);
  return (
    <>
      <PageTitle text={editing.dirty ? `• ${name}` : name} />
      <div className="topbar">
        <nav className="crumbs" aria-label={t("workflows.title")}>
          <Link to="/workflows">{t("nav.workflows")}</Link>
          <span aria-hidden="true">/</span>
          <b className="name-clip">{name}</b>
          {workflow && (
            <>
              <span className="chip outline">v{workflow.latest_version}</span>
              <WorkflowStatus status={workflow.status} />
            </>
          )}
        </nav>
        <span className="grow" />
        {workflow && <ConnectionChip />}
        {children}
        {workflow && (
          <button type="button" className="btn" onClick={onVersions}>
            <Icon name="history" size={16} />
            {t("versions.open")}
          </button>
        )}
        <SaveButton workflow={workflow} editing={editing} unsaved={unsaved} {...saving} />
        <Run workflow={workflow} reason={reason} opened={running} onOpened={onRunning} />
      </div>
      {/* A place of its own, always there: no button moves under the hand when something is typed. */}
      <div className="head-notes">
        {editing.dirty && (
          <span className="chip retry" data-unsaved>
            {editing.isKept ? t("editor.unsavedKept") : t("editor.unsavedNotKept")}
          </span>
        )}
        <span
          role="status"
          className={savedAs === null ? "sr" : "chip done"}
          data-saved={savedAs ?? undefined}
        >
          {savedAs !== null && t("editor.savedAs", { version: savedAs })}
        </span>
        {unsaved && (
          <span className="dim" id="why-not-saved">
            {unsaved}
          </span>
        )}
        <span className="grow" />
        {reason ? (
          <span className="status failed why-not" id="why-not">
            <StatusGlyph status="failed" />
            {reason}
          </span>
        ) : (
          isOlder(workflow) && (
            <span className="dim" id="why-not">
              {t("editor.runsOlder", { version: workflow!.ready_version })}
            </span>
          )
        )}
      </div>
    </>
  );
}

/** Run takes an older version than the one that is shown. */
const isOlder = (workflow: WorkflowAnswer | null): boolean =>
  workflow !== null && workflow.ready_version !== workflow.latest_version;

const saveWord = (workflow: WorkflowAnswer | null, editing: Editing, t: TFunction): string =>
  workflow ? t("editor.saveAs", { version: editing.base.version + 1 }) : t("editor.saveNew");

function SaveButton({
  workflow,
  editing,
  canSave,
  saving,
  unsaved,
  onSave,
}: Pick<Props, "workflow" | "editing" | "canSave" | "saving" | "onSave"> & { unsaved: string | null }) {
  const { t } = useTranslation();
  if (workflow?.status === "archived") return null;
  return (
    <button
      type="button"
      className={`btn save ${canSave ? "strong" : ""}`}
      disabled={saving || !canSave}
      aria-describedby={unsaved ? "why-not-saved" : undefined}
      aria-keyshortcuts="Control+S Meta+S"
      onClick={onSave}
    >
      {saving ? t("editor.saving") : saveWord(workflow, editing, t)}
    </button>
  );
}

interface RunProps {
  workflow: WorkflowAnswer | null;
  reason: string | null;
  opened: boolean;
  onOpened: (opened: boolean) => void;
}

function Run({ workflow, reason, opened, onOpened }: RunProps) {
  const { t } = useTranslation();
  const ready = useQuery({
    queryKey: ["version", workflow?.id, workflow?.ready_version],
    queryFn: () => api.version(workflow!.id, workflow!.ready_version!),
    enabled: workflow !== null && workflow.ready_version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const off = reason !== null || !ready.data;
  useCommands([off ? null : { id: "keys.editor.run", icon: "play", run: () => onOpened(true) }]);
  return (
    <>
      <button
        type="button"
        className="btn primary"
        disabled={off}
        aria-describedby={reason || isOlder(workflow) ? "why-not" : undefined}
        onClick={() => onOpened(true)}
      >
        <Icon name="play" size={14} />
        {t("workflow.runShort")}
      </button>
      {workflow && (
        <RunDialog
          workflow={workflow}
          schema={ready.data?.definition.inputs}
          opened={opened && ready.isSuccess}
          onClose={() => onOpened(false)}
        />
      )}
    </>
  );
}
