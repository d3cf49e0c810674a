import { type ChangeEvent, type KeyboardEvent, type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { WorkflowAnswer } from "../api/types";
import type { Change } from "../api/workflows";
import { useCommands } from "../commands/registry";
import { Icon, type IconName } from "../components/Icon";
import { formatBytes } from "../format/format";
import { MOST_BYTES } from "./files";

interface Props {
  workflow: WorkflowAnswer | null;
  canExportJson: boolean;
  onChange: (change: Change) => void;
  onDuplicate: () => void;
  onFile: (file: File) => void;
  onExport: (format: "yaml" | "json") => void;
}

/** What else can be done with the workflow; each entry says what it does. */
export function Actions({ workflow, canExportJson, onChange, onDuplicate, onFile, onExport }: Props) {
  const { t } = useTranslation();
  const menu = useRef<HTMLDetailsElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const status = workflow?.status;
  useCommands([{ id: "keys.editor.yaml", icon: "download", run: () => onExport("yaml") }]);
  const close = () => {
    if (menu.current) menu.current.open = false;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !menu.current?.open) return;
    close();
    menu.current.querySelector("summary")?.focus();
  };
  const entry = (icon: IconName, word: string, text: string, press: () => void, off = false): ReactNode => (
    <button
      type="button"
      disabled={off}
      onClick={() => {
        close();
        press();
      }}
    >
      <Icon name={icon} size={16} />
      <span>
        <b>{word}</b>
        <span className="dim">{text}</span>
      </span>
    </button>
  );
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    event.target.value = ""; // the same file may be chosen again
    if (chosen) onFile(chosen);
  };
  return (
    <details
      className="menu"
      ref={menu}
      onKeyDown={onKey}
      onBlur={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <summary className="btn">
        {t("life.menu")}
        <Icon name="down" size={14} />
      </summary>
      <div className="menu-list">
        {workflow && entry("copy", t("life.duplicate"), t("life.duplicateText"), onDuplicate)}
        {status !== "archived" &&
          entry("upload", t("life.importFile"), t("life.importText", { size: formatBytes(MOST_BYTES) }), () =>
            file.current?.click(),
          )}
        {entry("download", t("life.exportYaml"), t("life.exportText"), () => onExport("yaml"))}
        {entry(
          "download",
          t("life.exportJson"),
          t("life.exportText"),
          () => onExport("json"),
          !canExportJson,
        )}
        {workflow &&
          entry("triggers", t("nav.triggers"), t("life.triggersText"), () =>
            navigate(`/triggers?workflow=${workflow.id}`),
          )}
        {status === "ready" && entry("stop", t("life.pause"), t("life.pauseText"), () => onChange("pause"))}
        {status === "paused" &&
          entry("play", t("life.resume"), t("life.resumeText"), () => onChange("resume"))}
        {workflow &&
          status !== "archived" &&
          entry("close", t("life.archive"), t("life.archiveText"), () => onChange("archive"))}
      </div>
      <input
        ref={file}
        type="file"
        accept=".yaml,.yml,.json"
        hidden
        aria-label={t("life.importFile")}
        onChange={choose}
      />
    </details>
  );
}
