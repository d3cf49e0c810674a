import type { TFunction } from "i18next";
import type { WorkflowAnswer } from "../api/types";
import { whyNotRunnable } from "../components/whyNotRunnable";

/** Why Run is off where a workflow is edited; null when it is on. */
export function whyNotRun(workflow: WorkflowAnswer | null, dirty: boolean, t: TFunction): string | null {
  if (workflow === null) return t("editor.reasonNew");
  const errors = workflow.problems.filter((problem) => problem.severity !== "warning").length;
  const reason = whyNotRunnable(workflow, errors, t);
  // What keeps it from running at all comes first: saving would not help.
  return reason ?? (dirty ? t("editor.reasonUnsaved") : null);
}
