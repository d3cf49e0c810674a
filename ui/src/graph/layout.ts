/** Where the boxes stand: layers from left to right (top to bottom on a phone). Sizes in px. */

import dagre from "@dagrejs/dagre";
import type { Definition } from "../api/types";
import type { EdgeDefinition, NodeDefinition } from "../execution/edges";

export const NODE_WIDTH = 172;
export const NODE_HEIGHT = 64;

/** What stands at an edge: its own label, else its condition without the braces. */
export function wordsOf({ label, when }: EdgeDefinition): string {
  return label || (when?.replace(/^\$\{(.*)\}$/s, "$1").trim() ?? "");
}

/** Px between two layers. */
const GAP = 44;
const LABEL_HEIGHT = 20;
const LABEL_MOST = 150;
const LETTER = 7;

export interface Placed {
  id: string;
  kind: string;
  x: number;
  y: number;
}

/** Where somebody put a step on the canvas; null where the layout decides. */
export function ownPlace({ position }: Pick<NodeDefinition, "position">): { x: number; y: number } | null {
  const { x, y } = (position ?? {}) as { x?: unknown; y?: unknown };
  return Number.isFinite(x) && Number.isFinite(y) ? { x: x as number, y: y as number } : null;
}

export const isPlaced = ({ nodes = [] }: Definition): boolean =>
  nodes.some((node) => ownPlace(node as NodeDefinition) !== null);

/** Which way the edges of a graph go that was placed by hand. */
function directionOf({ edges = [] }: Definition, places: ReadonlyMap<string, { x: number; y: number }>) {
  let [across, down] = [0, 0];
  for (const { from, to } of edges) {
    const [start, end] = [places.get(from), places.get(to)];
    if (!start || !end) continue;
    across += (end.x - start.x) / (NODE_WIDTH + GAP);
    down += (end.y - start.y) / (NODE_HEIGHT + GAP);
  }
  return down > across ? "TB" : "LR";
}

/** Beyond it no second layout is tried: it would be felt while typing. */
const MOST_TRIED = 200;

/** The direction in which the graph is drawn larger in a box of that width to height. */
export function betterDirection(definition: Definition, ratio: number): "LR" | "TB" {
  if ((definition.nodes?.length ?? 0) > MOST_TRIED || isPlaced(definition)) return "LR";
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

type Whole = ReturnType<typeof laidOut>;
/** Canvas, form and keys ask for the same places; of a thousand steps they take a second to find. */
const known = new WeakMap<Definition, Partial<Record<"LR" | "TB", Whole>>>();

/** The boxes, and the middle of each edge's words, by the edge's place in the definition, which is not changed after. */
export function layoutAll(definition: Definition, wished: "LR" | "TB"): Whole {
  const ways = known.get(definition) ?? {};
  known.set(definition, ways);
  ways[wished] ??= laidOut(definition, wished);
  return ways[wished];
}

function laidOut(definition: Definition, wished: "LR" | "TB") {
  const nodes = definition.nodes ?? [];
  // On a phone the steps stand below each other, whatever was drawn for a wide screen.
  const own = wished === "LR" ? ownPlaces(nodes as NodeDefinition[]) : new Map<string, never>();
  const direction = own.size > 0 ? directionOf(definition, own) : wished;
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({
    rankdir: direction,
    nodesep: direction === "LR" ? 18 : 12,
    ranksep: GAP,
    marginx: 8,
    marginy: 8,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const ids = new Set(nodes.map((node) => node.id));
  for (const node of nodes) graph.setNode(node.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const edge of definition.edges ?? []) {
    if (!ids.has(edge.from) || !ids.has(edge.to)) continue;
    const words = wordsOf(edge);
    const width = Math.min(LABEL_MOST, 8 + words.length * LETTER);
    graph.setEdge(edge.from, edge.to, words ? { width, height: LABEL_HEIGHT, labelpos: "c" } : {});
  }
  dagre.layout(graph);
  const labels = (definition.edges ?? []).map((edge) => {
    const placed =
      wordsOf(edge) && own.size === 0
        ? (graph.edge(edge.from, edge.to) as { x?: number; y?: number })
        : undefined;
    return placed?.x === undefined || placed.y === undefined ? null : { x: placed.x, y: placed.y };
  });
  // What was not put anywhere stands below what was.
  const below = own.size === 0 ? 0 : Math.max(...[...own.values()].map(({ y }) => y)) + NODE_HEIGHT + GAP;
  const placed = nodes.map((node): Placed => {
    const { x, y } = graph.node(node.id) as { x: number; y: number };
    const place = own.get(node.id) ?? { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 + below };
    return { id: node.id, kind: node.kind, ...place };
  });
  return { nodes: placed, labels, direction };
}

function ownPlaces(nodes: readonly NodeDefinition[]): Map<string, { x: number; y: number }> {
  return new Map(
    nodes.flatMap((node) => {
      const place = ownPlace(node);
      return place ? [[node.id, place] as const] : [];
    }),
  );
}
