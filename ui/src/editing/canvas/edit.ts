/**
 * What one does on the canvas, as edits of the text: the YAML stays the one document. Comments and the order of
 * fields stay where they are. Pure; a text that can't be read, or has no graph, is given back as it is.
 */

import { type Document, isMap, isScalar, isSeq, parseDocument, visit, type YAMLMap, YAMLSeq } from "yaml";
import { lineDiff } from "../lineDiff";

export interface Edge {
  from: string;
  to: string;
}

/** Where a new step comes in: behind one, between two, or by itself. */
export type Place = { after: string } | { between: Edge } | null;

export interface NewStep {
  kind: string;
  config: Record<string, unknown>;
}

const WRITE = { lineWidth: 0, flowCollectionPadding: false } as const;

/** A step of that kind, with the id it got. */
export function addStep(text: string, step: NewStep, place: Place): { text: string; id: string | null } {
  let id: string | null = null;
  const changed = edited(text, (document) => {
    const nodes = list(document, "nodes");
    id = freeId(nodes, step.kind);
    const before = place === null ? null : "after" in place ? place.after : place.between.from;
    nodes.add(document.createNode({ id, kind: step.kind, config: reading(step.config, before) }));
    if (place === null) return;
    const edges = list(document, "edges");
    if ("after" in place) addEdge(document, edges, place.after, id);
    else {
      const cut = edges.items.find((item) => isEdge(item, place.between));
      if (isMap(cut)) cut.set("to", id); // its condition stays with where it leaves
      addEdge(document, edges, id, place.between.to);
    }
  });
  return { text: changed, id };
}

/** An example speaks of steps that are not here: it reads the one before instead, or the inputs. */
function reading(config: Record<string, unknown>, before: string | null): unknown {
  const name = before !== null && /^[A-Za-z_]\w*$/.test(before) ? before : `\`${before}\``;
  const source = before === null ? "inputs" : `steps.${name}.output`;
  return JSON.parse(
    JSON.stringify(config, (_, value) =>
      typeof value === "string"
        ? value.replace(/\$\{[^}]*\}/g, (expression) =>
            expression.replace(/\bsteps\.\w+(\.output)?/g, source),
          )
        : value,
    ),
  );
}

/** Without these steps and every edge of theirs. */
export function removeSteps(text: string, ids: readonly string[]): string {
  return edited(text, (document) => {
    const gone = new Set(ids);
    const nodes = list(document, "nodes");
    nodes.items = nodes.items.filter((item) => !gone.has(textOf(item, "id")));
    const edges = document.get("edges");
    if (!isSeq(edges)) return;
    edges.items = edges.items.filter(
      (item) => !gone.has(textOf(item, "from")) && !gone.has(textOf(item, "to")),
    );
    if (edges.items.length === 0) document.delete("edges");
  });
}

/** Another step like it, right behind it in the text; its edges stay with the first. */
export function duplicateStep(text: string, id: string): { text: string; id: string | null } {
  let made: string | null = null;
  const changed = edited(text, (document) => {
    const nodes = list(document, "nodes");
    const at = nodes.items.findIndex((item) => textOf(item, "id") === id);
    const original = nodes.items[at];
    if (!isMap(original)) return;
    made = freeId(nodes, id.replace(/_\d+$/, ""));
    const copy = original.clone() as YAMLMap;
    copy.set("id", made);
    nodes.items.splice(at + 1, 0, copy);
  });
  return { text: changed, id: made };
}

/** Why two steps can't be connected; null when they can. */
export function whyNotConnected(
  edges: readonly Edge[],
  { from, to }: Edge,
): "self" | "twice" | "circle" | null {
  if (from === to) return "self";
  if (edges.some((edge) => edge.from === from && edge.to === to)) return "twice";
  const after = new Set<string>();
  const open = [to];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === from) return "circle";
    if (after.has(id)) continue;
    after.add(id);
    open.push(...edges.filter((edge) => edge.from === id).map((edge) => edge.to));
  }
  return null;
}

export function connect(text: string, { from, to }: Edge): string {
  return edited(text, (document) => addEdge(document, list(document, "edges"), from, to));
}

export function disconnect(text: string, edge: Edge): string {
  return edited(text, (document) => {
    const edges = document.get("edges");
    if (!isSeq(edges)) return;
    edges.items = edges.items.filter((item) => !isEdge(item, edge));
    if (edges.items.length === 0) document.delete("edges");
  });
}

/** Another id, in edges and in expressions too. An id that is taken, or none, changes nothing. */
export function renameStep(text: string, from: string, to: string): string {
  return edited(text, (document) => {
    const nodes = list(document, "nodes");
    const ids = nodes.items.map((item) => textOf(item, "id"));
    if (!ID.test(to) || ids.includes(to)) return;
    for (const item of nodes.items) if (isMap(item) && textOf(item, "id") === from) item.set("id", to);
    const edges = document.get("edges");
    for (const item of isSeq(edges) ? edges.items : []) {
      if (!isMap(item)) continue;
      for (const end of ["from", "to"]) if (textOf(item, end) === from) item.set(end, to);
    }
    const named = new RegExp(`\\bsteps\\s*\\.\\s*(?:\`${escaped(from)}\`|${escaped(from)}(?![\\w-]))`, "g");
    const written = /^[A-Za-z_]\w*$/.test(to) ? `steps.${to}` : `steps.\`${to}\``;
    visit(document, {
      Scalar: (_, scalar) => {
        if (typeof scalar.value !== "string" || !scalar.value.includes("${")) return;
        scalar.value = scalar.value.replace(/\$\{[^}]*\}/g, (expression) =>
          expression.replace(named, written),
        );
      },
    });
  });
}

/** What an id may be. */
export const ID = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;

function edited(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text, { version: "1.2", schema: "core", stringKeys: true });
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  const before = document.toString(WRITE);
  change(document as unknown as Document);
  const after = document.toString(WRITE);
  return after === before ? text : asWritten(text, before, after);
}

/** Lines that the edit did not touch as they were written, with their own spaces. */
function asWritten(text: string, before: string, after: string): string {
  const lines = text.split("\n");
  // Where the writer breaks lines otherwise than the author did, no line of one is known to be one of the other.
  if (lines.length !== before.split("\n").length) return after;
  return lineDiff(before, after)
    .filter(({ right }) => right !== null)
    .map(({ left, text: line }) => (left === null ? line : lines[left - 1]!))
    .join("\n");
}

function list(document: Document, name: string): YAMLSeq {
  const found = document.get(name);
  if (isSeq(found)) {
    if (found.items.length === 0) found.flow = false;
    return found;
  }
  const made = new YAMLSeq();
  document.set(name, made);
  return made;
}

function addEdge(document: Document, edges: YAMLSeq, from: string, to: string): void {
  const edge = document.createNode({ from, to });
  edge.flow = true;
  edges.add(edge);
}

function isEdge(item: unknown, { from, to }: Edge): boolean {
  return textOf(item, "from") === from && textOf(item, "to") === to;
}

function textOf(item: unknown, field: string): string {
  const value = isMap(item) ? item.get(field, true) : undefined;
  return isScalar(value) && typeof value.value === "string" ? value.value : "";
}

function freeId(nodes: YAMLSeq, wanted: string): string {
  const taken = new Set(nodes.items.map((item) => textOf(item, "id")));
  let id = wanted;
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}_${count}`;
  return id;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
