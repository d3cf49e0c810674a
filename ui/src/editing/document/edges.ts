/** Edges drawn and taken away. */

import { type Document, isMap, type YAMLMap } from "yaml";
import type { Definition } from "../../api/types";
import { edited, listOf, mapOf } from "./text";

export function edgesIn(document: Document): YAMLMap[] {
  return listOf(document, "edges").items.filter((edge) => isMap(edge)) as YAMLMap[];
}

export function connectIn(document: Document, from: string, to: string): void {
  if (edgesIn(document).some((edge) => edge.get("from") === from && edge.get("to") === to)) return;
  listOf(document, "edges").add(mapOf(document, { from, to }, true));
}

export function connect(text: string, from: string, to: string): string {
  return edited(text, (document) => connectIn(document, from, to));
}

/** Take away the edges between these ends. */
export function disconnect(text: string, ends: readonly { from: string; to: string }[]): string {
  return edited(text, (document) => {
    const edges = listOf(document, "edges");
    edges.items = edges.items.filter(
      (edge) =>
        !(isMap(edge) && ends.some(({ from, to }) => edge.get("from") === from && edge.get("to") === to)),
    );
  });
}

export function dropEdgesOf(document: Document, ids: readonly string[]): void {
  if (!document.has("edges")) return;
  const edges = listOf(document, "edges");
  edges.items = edges.items.filter(
    (edge) =>
      !(isMap(edge) && (ids.includes(String(edge.get("from"))) || ids.includes(String(edge.get("to"))))),
  );
}

/** Change an edge's condition or label; an empty one is taken out. */
export function setEdge(
  text: string,
  ends: { from: string; to: string },
  field: "when" | "label",
  value: string,
): string {
  return edited(text, (document) => {
    const edge = edgesIn(document).find((one) => one.get("from") === ends.from && one.get("to") === ends.to);
    if (value.trim() === "") edge?.delete(field);
    else edge?.set(field, value);
  });
}

export type Refusal = "self" | "twice" | "circle";

/** Why an edge cannot be drawn; null when it can. */
export function whyNotConnect({ edges = [] }: Definition, from: string, to: string): Refusal | null {
  if (from === to) return "self";
  if (edges.some((edge) => edge.from === from && edge.to === to)) return "twice";
  const reached = new Set([to]);
  // Set iteration visits what is added meanwhile.
  for (const id of reached) for (const edge of edges) if (edge.from === id) reached.add(edge.to);
  return reached.has(from) ? "circle" : null;
}
