import type { TFunction } from "i18next";
import type { WorkflowItem } from "../api/types";

/** Why Run is off, as a sentence; null when it is on. `problems` counts what is wrong with the latest version. */
export function whyNotRunnable(
  workflow: Pick<WorkflowItem, "status" | "ready_version">,
  problems: number,
  t: TFunction,
): string | null {
  if (workflow.status === "paused") return t("workflow.reasonPaused");
  if (workflow.status === "archived") return t("workflow.reasonArchived");
  if (workflow.ready_version !== null) return null;
  return problems > 0 ? t("workflow.reasonDraft", { count: problems }) : t("workflow.reasonDraftClean");
}
