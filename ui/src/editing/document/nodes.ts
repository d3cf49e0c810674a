/** Steps put in, taken out, changed and moved. Every function takes a definition's text and gives the text after. */

import { type Document, isMap, isScalar, type Node, YAMLMap } from "yaml";
import { isNote, noteOf } from "../../graph/marks";
import { connectIn, dropEdgesOf, edgesIn } from "./edges";
import { dropMembers, markIn } from "./marks";
import { edited, listOf, mapOf, written } from "./text";

export interface Point {
  x: number;
  y: number;
}

export interface NewNode {
  kind: string;
  /** Made from the kind where it is left out. */
  id?: string;
  config?: Record<string, unknown>;
  position?: Point;
  /** An edge comes from there. */
  after?: string;
  /** It comes between the two ends of this edge; the edge's condition stays before it. */
  into?: { from: string; to: string };
}

const ID = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

export const isNodeId = (id: string): boolean => ID.test(id);

export function idsIn(document: Document): string[] {
  return listOf(document, "nodes").items.flatMap((node) => {
    const id = isMap(node) ? node.get("id") : null;
    return typeof id === "string" ? [id] : [];
  });
}

/** An id nobody has: the name itself, else with a number. */
export function freeId(name: string, taken: readonly string[]): string {
  const base = (/^[A-Za-z_]/.test(name) ? name : `_${name}`).replace(/\W/g, "_").slice(0, 58);
  let id = base;
  for (let n = 2; taken.includes(id); n += 1) id = `${base}_${n}`;
  return id;
}

/** The node with an id; null where there is none. */
export function nodeIn(document: Document, id: string): YAMLMap | null {
  const found = listOf(document, "nodes").items.find((node) => isMap(node) && node.get("id") === id);
  return (found as YAMLMap | undefined) ?? null;
}

export function addNode(text: string, wanted: NewNode): { text: string; id: string } {
  let id = "";
  const { kind, config, position, after, into } = wanted;
  const changed = edited(text, (document) => {
    id = freeId(wanted.id ?? kind, idsIn(document));
    listOf(document, "nodes").add(mapOf(document, { id, kind, config, position: rounded(position) }));
    const edge =
      into && edgesIn(document).find((one) => one.get("from") === into.from && one.get("to") === into.to);
    if (edge) {
      const target = String(edge.get("to"));
      edge.set("to", id);
      connectIn(document, id, target);
    }
    if (after !== undefined && nodeIn(document, after)) connectIn(document, after, id);
  });
  return { text: changed, id };
}

/** With their edges, and with the result of the workflow where it was theirs alone. */
export function removeNodes(text: string, ids: readonly string[]): string {
  return edited(text, (document) => {
    const nodes = listOf(document, "nodes");
    nodes.items = nodes.items.filter((node) => !(isMap(node) && ids.includes(String(node.get("id")))));
    dropEdgesOf(document, ids);
    dropMembers(document, ids);
    const output = document.get("output");
    const read = typeof output === "string" ? /^\$\{steps\.(\w+)\b[^}]*\}$/.exec(output)?.[1] : undefined;
    if (read !== undefined && ids.includes(read)) document.delete("output");
  });
}

/**
 * Set what a pointer (RFC 6901, from the node) leads to; undefined takes the field out, and with it an object that
 * has become empty.
 */
export function setParam(text: string, id: string, pointer: string, value: unknown): string {
  return edited(text, (document) => {
    const node = nodeIn(document, id);
    if (node) setIn(document, node, pathOf(pointer), value);
  });
}

/** Calls what stands under a name in the object that a pointer leads to otherwise; its place and comments stay. */
export function renameKey(text: string, id: string, pointer: string, old: string, name: string): string {
  return edited(text, (document) => {
    const found = nodeIn(document, id)?.getIn(pathOf(pointer), true);
    if (!isMap(found) || found.has(name)) return;
    for (const { key } of found.items) if (isScalar(key) && String(key.value) === old) key.value = name;
  });
}

/** The same for a field of the definition or of an edge. */
export function setField(text: string, pointer: string, value: unknown): string {
  return edited(text, (document) => {
    const root = document.contents as unknown as YAMLMap;
    setIn(document, root, pathOf(pointer), value);
  });
}

function pathOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function setIn(document: Document, within: YAMLMap, path: readonly string[], value: unknown): void {
  const keys = path.map((token, depth) => {
    const around = depth === 0 ? within : within.getIn(path.slice(0, depth), true);
    return isMap(around) || !/^\d+$/.test(token) ? token : Number(token);
  });
  if (value === undefined) {
    deleteIn(within, keys);
    return;
  }
  const present = within.getIn(keys, true) as Node | undefined;
  if (isScalar(present) && isPlain(value)) {
    // The same place keeps its comment; how it is quoted is asked anew.
    const fresh = written(document, value);
    if (!isScalar(fresh)) return;
    present.value = fresh.value;
    if (fresh.type || typeof value !== "string" || present.type?.startsWith("BLOCK"))
      present.type = fresh.type ?? "PLAIN";
    if (typeof value === "number") delete present.source;
    return;
  }
  for (let depth = 1; depth < keys.length; depth += 1) {
    const around = within.getIn(keys.slice(0, depth), true);
    if (!isMap(around) && !Array.isArray((around as { items?: unknown } | undefined)?.items)) {
      within.setIn(keys.slice(0, depth), new YAMLMap());
    } else if (isMap(around)) around.flow = around.flow && isPlain(value) && !String(value).includes("\n");
  }
  within.setIn(keys, written(document, value));
}

const isPlain = (value: unknown): boolean => value === null || typeof value !== "object";

function deleteIn(within: YAMLMap, keys: readonly (string | number)[]): void {
  if (!within.hasIn(keys)) return;
  within.deleteIn(keys);
  const around = keys.slice(0, -1);
  if (around.length === 0) return;
  const left = within.getIn(around, true);
  // `config: {}` says nothing that its absence does not; an input without a type is one.
  if (isMap(left) && left.items.length === 0 && keys[0] !== "inputs") deleteIn(within, around);
}

/** Where boxes and notes stand on the canvas. Execution does not look at it. */
export function moveNodes(text: string, places: ReadonlyMap<string, Point>): string {
  return edited(text, (document) => {
    for (const [id, place] of places) {
      const node = isNote(id) ? markIn(document, "notes", noteOf(id)) : nodeIn(document, id);
      const { x, y } = rounded(place)!;
      const known = node?.get("position", true);
      // Notes of other programs beside x and y stay.
      if (isMap(known)) {
        known.set("x", x);
        known.set("y", y);
      } else node?.set("position", mapOf(document, { x, y }, true));
    }
  });
}

/** Give the places back to the automatic layout. */
export function forgetPlaces(text: string): string {
  return edited(text, (document) => {
    for (const node of listOf(document, "nodes").items) if (isMap(node)) node.delete("position");
  });
}

export function rounded(point: Point | undefined): Point | undefined {
  return point && { x: Math.round(point.x), y: Math.round(point.y) };
}
