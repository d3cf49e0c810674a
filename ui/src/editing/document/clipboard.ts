/** Steps as text, to be put in again: into the same workflow or another one, or sent to somebody. */

import { isMap, isSeq, parseDocument, type YAMLMap } from "yaml";
import { noteKey } from "../../graph/marks";
import { toText } from "../definitionText";
import { isObject } from "../drawable";
import { connectIn } from "./edges";
import { idsOf, keepMarks, marksIn, marksList, membersOf } from "./marks";
import { freeId, idsIn, nodeIn, type Point } from "./nodes";
import { renameIn } from "./rename";
import { edited, listOf, open } from "./text";

/** How far beside its model a copy stands, in px. */
export const BESIDE = 32;

/** The steps with the edges among them, notes, and groups that are wholly theirs, as YAML that can be pasted; comments stay. */
export function copy(text: string, ids: readonly string[]): string {
  return edited(text, (document) => {
    const root = document.contents as unknown as YAMLMap;
    for (const { key } of [...root.items]) {
      if (!["nodes", "edges", "canvas"].includes(String(key))) root.delete(key);
    }
    document.commentBefore = null;
    const nodes = listOf(document, "nodes");
    nodes.items = nodes.items.filter((node) => isMap(node) && ids.includes(String(node.get("id"))));
    const edges = listOf(document, "edges");
    edges.items = edges.items.filter(
      (edge) => isMap(edge) && ids.includes(String(edge.get("from"))) && ids.includes(String(edge.get("to"))),
    );
    if (edges.items.length === 0) root.delete("edges");
    keepMarks(document, ids);
  });
}

/** null where the text holds no steps. `at` is where the first of them is to stand. */
export function paste(text: string, clip: string, at?: Point): { text: string; ids: string[] } | null {
  const source = stepsIn(clip);
  if (source === null) return null;
  const names = new Map<string, string>();
  const taken = idsIn(open(text));
  for (const id of idsIn(source)) {
    const free = freeId(id, taken);
    names.set(id, free);
    taken.push(free);
  }
  const by = shift(source, at);
  const notes: string[] = [];
  const changed = edited(text, (document) => {
    const nodes = listOf(document, "nodes");
    for (const node of listOf(source, "nodes").items) {
      if (!isMap(node) || typeof node.get("id") !== "string") continue;
      node.set("id", names.get(String(node.get("id"))));
      movedBy(node, by);
      renameIn(node as never, names);
      nodes.add(node);
    }
    for (const edge of listOf(source, "edges").items) {
      const [from, to] = isMap(edge)
        ? [names.get(String(edge.get("from"))), names.get(String(edge.get("to")))]
        : [];
      if (!isMap(edge) || from === undefined || to === undefined || !nodeIn(document, to)) continue;
      edge.set("from", from);
      edge.set("to", to);
      renameIn(edge as never, names);
      if (edge.has("when") || edge.has("label")) listOf(document, "edges").add(edge);
      else connectIn(document, from, to);
    }
    for (const list of ["notes", "groups"] as const) {
      for (const mark of marksIn(source, list)?.items ?? []) {
        if (!isMap(mark)) continue;
        const own = freeId(String(mark.get("id")), idsOf(marksList(document, list)));
        mark.set("id", own);
        if (list === "notes") {
          movedBy(mark, by);
          notes.push(own);
        } else
          mark.set(
            "nodes",
            membersOf(mark).map((id) => names.get(id) ?? id),
          );
        marksList(document, list).add(mark);
      }
    }
  });
  return { text: changed, ids: [...names.values(), ...notes.map(noteKey)] };
}

function movedBy(thing: YAMLMap, by: Point): void {
  const place = thing.get("position", true);
  if (!isMap(place)) return;
  for (const axis of ["x", "y"] as const) place.set(axis, Math.round(Number(place.get(axis)) + by[axis]));
}

export function duplicate(text: string, ids: readonly string[]) {
  return paste(text, copy(text, ids));
}

/** A whole workflow, `nodes` and `edges`, a list of steps, or one step; YAML or JSON. */
function stepsIn(clip: string) {
  const read = parseDocument(clip, { version: "1.2", schema: "core", prettyErrors: false });
  if (read.errors.length > 0) return null;
  const one = isMap(read.contents) && read.has("id") && read.has("kind");
  const wrapped = isSeq(read.contents) ? { nodes: read.toJS() } : one ? { nodes: [read.toJS()] } : null;
  if (wrapped) return stepsIn(toText(wrapped));
  const value: unknown = isMap(read.contents) ? read.toJS() : null;
  const nodes = isObject(value) ? value.nodes : null;
  const isStep = (node: unknown) =>
    isObject(node) && typeof node.id === "string" && typeof node.kind === "string";
  const notesAlone = isObject(value) && isObject(value.canvas) && Array.isArray(value.canvas.notes);
  return Array.isArray(nodes) && (nodes.length > 0 || notesAlone) && nodes.every(isStep) ? open(clip) : null;
}

function shift(source: ReturnType<typeof open>, at: Point | undefined): Point {
  if (!at) return { x: BESIDE, y: BESIDE };
  const places = listOf(source, "nodes").items.flatMap((node) => {
    const place = isMap(node) ? node.get("position", true) : null;
    return isMap(place) ? [{ x: Number(place.get("x")), y: Number(place.get("y")) }] : [];
  });
  if (places.length === 0) return { x: 0, y: 0 };
  const [left, top] = [Math.min(...places.map(({ x }) => x)), Math.min(...places.map(({ y }) => y))];
  return { x: at.x - left, y: at.y - top };
}
