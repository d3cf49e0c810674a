import { type Node, type NodeProps, NodeResizer } from "@xyflow/react";
import { lazy, memo, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "../api/types";
import { around, type GroupMark, groupKey, marksIn, type NoteMark, noteKey } from "./marks";
import "../value/value.css";
import "./marks.css";

const Markdown = lazy(() => import("../value/Markdown"));

interface NoteData extends Record<string, unknown> {
  note: NoteMark;
  /** Where it may be changed. */
  onResize?:
    | ((id: string, size: { width: number; height: number }, at: { x: number; y: number }) => void)
    | undefined;
  chosen?: boolean;
}

interface GroupData extends Record<string, unknown> {
  group: GroupMark;
  onChoose?: ((group: GroupMark) => void) | undefined;
  chosen?: boolean;
}

export const NoteNode = memo(function NoteNode({ data }: NodeProps) {
  const { note, onResize, chosen } = data as NoteData;
  return (
    <div
      className="sketch note"
      data-color={note.color}
      data-note={note.id}
      data-chosen={chosen || undefined}
    >
      {onResize && (
        <NodeResizer
          isVisible={chosen === true}
          minWidth={96}
          minHeight={48}
          onResizeEnd={(_, { width, height, x, y }) => onResize(note.id, { width, height }, { x, y })}
        />
      )}
      <Suspense fallback={note.text}>
        <Markdown text={note.text} />
      </Suspense>
    </div>
  );
});

export const GroupNode = memo(function GroupNode({ data }: NodeProps) {
  const { t } = useTranslation();
  const { group, onChoose, chosen } = data as GroupData;
  const title = group.title || t("canvas.untitled");
  return (
    <div
      className="sketch group"
      data-color={group.color}
      data-group={group.id}
      data-chosen={chosen || undefined}
    >
      {onChoose ? (
        <button
          type="button"
          className="group-title nodrag nopan"
          tabIndex={-1}
          onClick={() => onChoose(group)}
        >
          {title}
        </button>
      ) : (
        <span className="group-title">{title}</span>
      )}
    </div>
  );
});

export const markTypes = { note: NoteNode, area: GroupNode };

export function noteNodes(definition: Definition): Node[] {
  return marksIn(definition).notes.map((note) => ({
    id: noteKey(note.id),
    type: "note",
    position: note.position,
    ...note.size,
    zIndex: -1,
    ariaLabel: note.text.slice(0, 80),
    data: { note },
  }));
}

/** Notes that are only read. */
export function fixedNotes(definition: Definition): Node[] {
  const fixed = { selectable: false, draggable: false, focusable: false, connectable: false };
  return noteNodes(definition).map((node) => ({ ...node, ...fixed }));
}

/** Behind their steps, wherever these are drawn at present. */
export function groupNodes(
  definition: Definition,
  steps: readonly Node[],
  data: Partial<Pick<GroupData, "onChoose">> & { isChosen?: (group: GroupMark) => boolean } = {},
): Node[] {
  const places = new Map(steps.map(({ id, position }) => [id, position]));
  return marksIn(definition).groups.flatMap((group): Node[] => {
    const box = around(group, (id) => places.get(id));
    if (!box) return [];
    const { x, y, width, height } = box;
    return [
      {
        id: groupKey(group.id),
        type: "area",
        className: "behind",
        position: { x, y },
        width,
        height,
        zIndex: -2,
        selectable: false,
        draggable: false,
        focusable: false,
        connectable: false,
        data: { group, onChoose: data.onChoose, chosen: data.isChosen?.(group) },
      },
    ];
  });
}
