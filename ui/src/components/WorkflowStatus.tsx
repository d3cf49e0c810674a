import { useTranslation } from "react-i18next";
import type { WorkflowItem } from "../api/types";
import { StatusGlyph } from "./StatusGlyph";

const GLYPH = { draft: "pending", ready: "completed", paused: "paused", archived: "stopped" } as const;
const WORD = {
  draft: "status.draft",
  ready: "status.readyWorkflow",
  paused: "status.paused",
  archived: "status.archived",
} as const;

export function WorkflowStatus({ status }: { status: WorkflowItem["status"] }) {
  const { t } = useTranslation();
  return (
    <span className={`status ${status === "ready" ? "completed" : ""}`}>
      <StatusGlyph status={GLYPH[status]} />
      {t(WORD[status])}
    </span>
  );
}
