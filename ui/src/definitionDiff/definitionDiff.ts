/**
 * Two definitions of a workflow as what was added, removed, renamed and changed. Pure: the comparison of two runs and
 * the versions of a workflow show the same.
 *
 * Where somebody moved a step on the canvas says nothing about what runs: it is told apart (`moved`).
 */

import type { Definition } from "../api/types";
import { type Change, isFields, jsonDiff, jsonEqual } from "../difference/jsonDiff";
import type { Json } from "../execution/events";

type Fields = { [key: string]: Json };

export interface NodeChange {
  /** In the later definition; of a removed one in the earlier. */
  id: string;
  kind: "added" | "removed" | "changed" | "renamed";
  /** Its name before, of a renamed one. */
  was: string | null;
  /** What its kind is: python, sql, … */
  nodeKind: string;
  /** Paths within the node: `/config/code`, `/retry/max_attempts`. Empty of one that was added or removed. */
  fields: Change[];
}

export interface EdgeChange {
  from: string;
  to: string;
  kind: "added" | "removed" | "changed";
  /** `/when`, `/label`. */
  fields: Change[];
}

export interface DefinitionDiff {
  /** Nothing that runs differs. */
  same: boolean;
  nodes: NodeChange[];
  edges: EdgeChange[];
  /** Everything else: `/inputs/properties/city/default`, `/settings/timeout_s`. */
  fields: Change[];
  /** Steps that only stand elsewhere on the canvas, and run as before. */
  moved: string[];
}

export function definitionDiff(before: Definition, after: Definition): DefinitionDiff {
  const [a, b] = [before as unknown as Fields, after as unknown as Fields];
  const { nodes, moved, renamed } = nodeChanges(entries(a.nodes), entries(b.nodes));
  const edges = edgeChanges(entries(a.edges), entries(b.edges), renamed);
  const { changes: fields } = jsonDiff(
    without(a, "nodes", "edges", "canvas"),
    without(b, "nodes", "edges", "canvas"),
  );
  return {
    same: nodes.length + edges.length + fields.length === 0,
    nodes,
    edges,
    fields,
    moved,
  };
}

/** Fields that no whole run looks at: where it stands, and what it is taken to give when another step is tried. */
export const DRAWN = ["position", "sample"] as const;

const entries = (value: Json | undefined): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

function without(value: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

function nodeChanges(before: readonly Fields[], after: readonly Fields[]) {
  const was = new Map(before.map((node) => [text(node.id), node]));
  const is = new Map(after.map((node) => [text(node.id), node]));
  const gone = [...was].filter(([id]) => !is.has(id));
  const renamed = new Map<string, string>();
  const nodes: NodeChange[] = [];
  const moved: string[] = [];
  for (const [id, node] of is) {
    const nodeKind = text(node.kind);
    const old = was.get(id);
    if (!old) {
      // Under another name, but the same in everything else.
      const twin = gone.find(([name, one]) => ![...renamed.keys()].includes(name) && runsAs(one, node));
      if (twin) renamed.set(twin[0], id);
      nodes.push({
        id,
        kind: twin ? "renamed" : "added",
        was: twin?.[0] ?? null,
        nodeKind,
        fields: [],
      });
      continue;
    }
    const { changes } = jsonDiff(without(old, ...DRAWN), without(node, ...DRAWN));
    if (changes.length > 0) nodes.push({ id, kind: "changed", was: null, nodeKind, fields: changes });
    else if (!jsonEqual(old.position, node.position)) moved.push(id);
  }
  for (const [id, node] of gone) {
    if (!renamed.has(id))
      nodes.push({ id, kind: "removed", was: null, nodeKind: text(node.kind), fields: [] });
  }
  return { nodes, moved, renamed };
}

const runsAs = (a: Fields, b: Fields) => jsonEqual(without(a, "id", ...DRAWN), without(b, "id", ...DRAWN));

/** An edge is known by its ends; of several between the same two, by their order. */
function edgeChanges(
  before: readonly Fields[],
  after: readonly Fields[],
  renamed: ReadonlyMap<string, string>,
) {
  const name = (id: Json | undefined) => renamed.get(text(id)) ?? text(id);
  const was = keyed(before.map((edge) => ({ ...edge, from: name(edge.from), to: name(edge.to) })));
  const is = keyed(after);
  const edges: EdgeChange[] = [];
  for (const [key, edge] of is) {
    const ends = { from: text(edge.from), to: text(edge.to) };
    const old = was.get(key);
    if (!old) edges.push({ ...ends, kind: "added", fields: [] });
    else {
      const { changes: fields } = jsonDiff(old, edge);
      if (fields.length > 0) edges.push({ ...ends, kind: "changed", fields });
    }
  }
  for (const [key, edge] of was) {
    if (!is.has(key)) edges.push({ from: text(edge.from), to: text(edge.to), kind: "removed", fields: [] });
  }
  return edges;
}

function keyed(edges: readonly Fields[]): Map<string, Fields> {
  const found = new Map<string, Fields>();
  for (const edge of edges) {
    let key = JSON.stringify([edge.from, edge.to]);
    while (found.has(key)) key += "+";
    found.set(key, edge);
  }
  return found;
}
