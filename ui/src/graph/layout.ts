/** Where the boxes stand: layers from left to right (top to bottom on a phone). Sizes in px. */

import dagre from "@dagrejs/dagre";
import type { Definition } from "../api/types";
import type { EdgeDefinition } from "../execution/edges";

export const NODE_WIDTH = 172;
export const NODE_HEIGHT = 64;

/** What stands at an edge: its own label, else its condition without the braces. */
export function wordsOf({ label, when }: EdgeDefinition): string {
  return label || (when?.replace(/^\$\{(.*)\}$/s, "$1").trim() ?? "");
}

const LABEL_HEIGHT = 20;
const LABEL_MOST = 150;
const LETTER = 7;

export interface Placed {
  id: string;
  kind: string;
  x: number;
  y: number;
}

/** Beyond it no second layout is tried: it would be felt while typing. */
const MOST_TRIED = 200;

/** The direction in which the graph is drawn larger in a box of that width to height. */
export function betterDirection(definition: Definition, ratio: number): "LR" | "TB" {
  if ((definition.nodes?.length ?? 0) > MOST_TRIED) return "LR";
  const scale = (direction: "LR" | "TB") => {
    const placed = layout(definition, direction);
    const width = Math.max(...placed.map(({ x }) => x + NODE_WIDTH));
    const height = Math.max(...placed.map(({ y }) => y + NODE_HEIGHT));
    return Math.min(ratio / width, 1 / height);
  };
  return scale("TB") > scale("LR") ? "TB" : "LR";
}

export function layout(definition: Definition, direction: "LR" | "TB"): Placed[] {
  return layoutAll(definition, direction).nodes;
}

/** The boxes, and the middle of each edge's words, by the edge's place in the definition. */
export function layoutAll(definition: Definition, direction: "LR" | "TB") {
  const nodes = definition.nodes ?? [];
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({
    rankdir: direction,
    nodesep: direction === "LR" ? 18 : 12,
    ranksep: 44,
    marginx: 8,
    marginy: 8,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(nodes.map((node) => node.id));
  for (const node of nodes) graph.setNode(node.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const edge of definition.edges ?? []) {
    if (!known.has(edge.from) || !known.has(edge.to)) continue;
    const words = wordsOf(edge);
    const width = Math.min(LABEL_MOST, 8 + words.length * LETTER);
    graph.setEdge(edge.from, edge.to, words ? { width, height: LABEL_HEIGHT, labelpos: "c" } : {});
  }
  dagre.layout(graph);
  const labels = (definition.edges ?? []).map((edge) => {
    const placed = wordsOf(edge) ? (graph.edge(edge.from, edge.to) as { x?: number; y?: number }) : undefined;
    return placed?.x === undefined || placed.y === undefined ? null : { x: placed.x, y: placed.y };
  });
  const placed = nodes.map((node): Placed => {
    const { x, y } = graph.node(node.id) as { x: number; y: number };
    return { id: node.id, kind: node.kind, x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 };
  });
  return { nodes: placed, labels };
}
