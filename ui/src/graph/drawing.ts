/** A definition as what React Flow draws: its boxes at their places, its edges with their words. */

import { type Edge, type Node, Position } from "@xyflow/react";
import type { Definition } from "../api/types";
import { layoutAll, NODE_HEIGHT, NODE_WIDTH } from "./layout";

/** Beyond it a graph is drawn small as shapes, and in full only where one has zoomed in. */
export const MANY = 120;

/** Below this zoom the words of a box cannot be read. */
export const READABLE = 0.45;

export function drawnOf(definition: Definition, wished: "LR" | "TB") {
  const { nodes, labels, direction } = layoutAll(definition, wished);
  const many = nodes.length > MANY;
  const placed = nodes.map(
    (node): Node => ({
      id: node.id,
      type: "step",
      position: { x: node.x, y: node.y },
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      ariaLabel: node.id,
      data: { kind: node.kind, direction },
      // Where the edges end is known: no box has to be drawn and measured to find out.
      ...(many ? { handles: handlesOf(direction) } : {}),
    }),
  );
  return { placed, edges: edgesOf(definition, labels), many, direction };
}

/** What encloses all boxes, in px at zoom 1. */
export function boundsOf(placed: readonly Node[]) {
  const x = Math.min(0, ...placed.map(({ position }) => position.x));
  const y = Math.min(0, ...placed.map(({ position }) => position.y));
  const width = Math.max(0, ...placed.map(({ position }) => position.x + NODE_WIDTH)) - x;
  const height = Math.max(0, ...placed.map(({ position }) => position.y + NODE_HEIGHT)) - y;
  return { x, y, width, height };
}

/** Where an edge leaves and reaches a box, counted from the box's corner. */
export function endsOf(direction: "LR" | "TB") {
  return direction === "LR"
    ? {
        source: { x: NODE_WIDTH, y: NODE_HEIGHT / 2, position: Position.Right },
        target: { x: 0, y: NODE_HEIGHT / 2, position: Position.Left },
      }
    : {
        source: { x: NODE_WIDTH / 2, y: NODE_HEIGHT, position: Position.Bottom },
        target: { x: NODE_WIDTH / 2, y: 0, position: Position.Top },
      };
}

function handlesOf(direction: "LR" | "TB"): NonNullable<Node["handles"]> {
  const { source, target } = endsOf(direction);
  return [
    { type: "source", width: 1, height: 1, ...source },
    { type: "target", width: 1, height: 1, ...target },
  ];
}

function edgesOf(definition: Definition, labels: ({ x: number; y: number } | null)[]): Edge[] {
  const nodes = new Map((definition.nodes ?? []).map((node) => [node.id, node]));
  return (definition.edges ?? []).map((edge, index) => ({
    id: `${index}:${edge.from}-${edge.to}`,
    type: "step",
    source: edge.from,
    target: edge.to,
    data: { edge, source: nodes.get(edge.from), at: labels[index] ?? null },
  }));
}
