/** A definition as what React Flow draws and lets one take hold of. */

import type { Edge, Node } from "@xyflow/react";
import type { TFunction } from "i18next";
import type { Definition } from "../../api/types";
import { drawnOf } from "../../graph/drawing";
import type { GraphMarks } from "../../graph/Graph";
import { noteNodes } from "../../graph/marked";
import type { Ends, Selection } from "./useSelection";

export function editable(definition: Definition, direction: "LR" | "TB") {
  const { placed, edges, many, direction: way } = drawnOf(definition, direction);
  const nodes = placed.map(
    (node): Node => ({ ...node, data: { ...node.data, direction: way, edits: true } }),
  );
  return { nodes: [...noteNodes(definition), ...nodes], edges, many, direction: way };
}

export type Resize = (
  id: string,
  size: { width: number; height: number },
  at: { x: number; y: number },
) => void;

/** The boxes with what is wrong with them and whether they are selected. */
export function dressed(
  nodes: readonly Node[],
  marks: GraphMarks,
  selection: Selection,
  onResize: Resize | null,
  t: TFunction,
): Node[] {
  return nodes.map((node) => {
    const mark = marks.get(node.id);
    const selected = selection.nodes.includes(node.id);
    if (node.type === "note")
      return { ...node, selected, data: { ...node.data, chosen: selected, onResize: onResize ?? undefined } };
    const words = mark && t(mark === "error" ? "editor.nodeWrong" : "editor.nodeDoubtful", { id: node.id });
    return { ...node, selected, ariaLabel: words ?? node.id, data: { ...node.data, mark, chosen: selected } };
  });
}

export function dressedEdges(
  edges: readonly Edge[],
  { edge: chosen }: Selection,
  onInsert: ((ends: Ends) => void) | null,
): Edge[] {
  return edges.map((edge) => ({
    ...edge,
    type: "edit",
    selected: chosen?.from === edge.source && chosen.to === edge.target,
    data: { ...edge.data, onInsert },
  }));
}
