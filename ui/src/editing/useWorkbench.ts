/** Everything the workbench knows, put together. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { WorkflowAnswer } from "../api/types";
import { useDrawing } from "./canvas/useDrawing";
import { obstacleOf } from "./definitionBody";
import { toText } from "./definitionText";
import { NEW } from "./drafts";
import { drawable, isObject } from "./drawable";
import type { ImportedFile } from "./files";
import { marksByNode, marksOf } from "./marks";
import { TEMPLATE } from "./template";
import { useEditing } from "./useEditing";
import { asYaml, useFile } from "./useFile";
import { useLife } from "./useLife";
import { useRead } from "./useRead";
import { isConflict, useSave } from "./useSave";
import { useShortcut } from "./useShortcut";
import { useShown } from "./useShown";
import { useValidation } from "./useValidation";

/** How one comes to the workbench. */
export interface Beginning {
  /** A file that was chosen or dropped on the list of workflows. */
  arrived: ImportedFile | null;
  /** What a new workflow begins from, where it was chosen; `fresh` right after that: then it goes before a draft. */
  begin: (ImportedFile & { fresh: boolean }) | null;
  /** It has just been saved for the first time. */
  justSaved: boolean;
}

export function useWorkbench(workflow: WorkflowAnswer | null, { arrived, begin, justSaved }: Beginning) {
  const { i18n } = useTranslation();
  const navigate = useNavigate();
  const saved = useSaved(workflow, begin?.text ?? TEMPLATE);
  const editing = useEditing(workflow?.id ?? NEW, saved);
  const read = useRead(editing.text, editing.edition);
  const validation = useValidation(read);
  const [cursor, setCursor] = useState(0);
  const [leaving, setLeaving] = useState<string | null>(null);
  const life = useLife(workflow, editing);
  const files = useFile(editing, arrived);
  const save = useSave(workflow?.id ?? null, editing, (answer, created) => {
    if (created) setLeaving(answer.id);
  });
  useArrival(arrived ?? (begin?.fresh ? begin : null), editing.replace);
  const obstacle = obstacleOf(read, workflow === null);
  const canSave =
    obstacle === null && workflow?.status !== "archived" && (workflow === null || editing.dirty);
  useShortcut(() => canSave && save.save());

  // Only once the guard knows that nothing is left behind.
  useEffect(() => {
    if (leaving !== null)
      void navigate(`/workflows/${leaving}`, { replace: true, state: { justSaved: true } });
  }, [leaving, navigate]);

  const newer = saved.version > editing.base.version;
  const { adopt, dirty } = editing;
  useEffect(() => {
    if (newer && !dirty && !save.isPending) adopt(saved);
  }, [newer, dirty, saved, adopt, save.isPending]);

  const marks = useMemo(
    () => marksOf(read, validation.problems, i18n.language),
    [read, validation.problems, i18n.language],
  );
  const byNode = useMemo(() => marksByNode(marks), [marks]);
  const shown = useShown(read);
  const drawing = useDrawing(editing, shown);
  return {
    editing,
    read,
    validation,
    life,
    files,
    save,
    marks,
    byNode,
    shown,
    drawing,
    setCursor,
    obstacle,
    canSave,
    leaving: leaving !== null,
    chosen: useMemo(() => chosenNode(read.nodeAt(cursor), read.value), [read, cursor]),
    spanOfNode: useCallback((id: string) => read.spanOf(`/nodes/${indexOf(id, read.value)}/id`), [read]),
    conflict: newer && dirty && !save.isPending ? saved : null,
    saveError: save.isError && !isConflict(save.error) ? save.error : null,
    savedAs: (save.isSuccess || justSaved) && !dirty ? editing.base.version : null,
    throwAway: () => adopt(saved),
  };
}

/** The latest saved version as text; what a new workflow begins with. */
function useSaved(workflow: WorkflowAnswer | null, template: string): { version: number; text: string } {
  const version = workflow?.latest_version ?? 0;
  // A version never changes: its number and workflow say whether it is another.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  return useMemo(
    () => ({ version, text: workflow ? toText(workflow.definition) : template }),
    [workflow?.id, version, template],
  );
}

/** A file that came along is put in as a step that undo takes back: a draft may be under it. */
function useArrival(arrived: ImportedFile | null, replace: (text: string) => void): void {
  useEffect(() => {
    if (arrived) replace(asYaml(arrived.name, arrived.text));
  }, [arrived, replace]);
}

function nodesOf(value: unknown): readonly unknown[] {
  return isObject(value) && Array.isArray(value.nodes) ? value.nodes : [];
}

function chosenNode(index: number | null, value: unknown): string | null {
  const node = index === null ? null : nodesOf(value)[index];
  const id = isObject(node) ? node.id : null;
  return typeof id === "string" && drawable(value).nodes!.some((drawn) => drawn.id === id) ? id : null;
}

function indexOf(id: string, value: unknown): number {
  return nodesOf(value).findIndex((node) => isObject(node) && node.id === id);
}
