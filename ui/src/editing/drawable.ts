/** Of a definition half written, what can be drawn: steps with an id, each once, and edges between them. */

import type { Definition } from "../api/types";
import type { EdgeDefinition, NodeDefinition } from "../execution/edges";

type Loose = Record<string, unknown> | null;

export function drawable(value: unknown): Definition {
  const { nodes, edges, canvas } = (isObject(value) ? value : {}) as Record<string, unknown>;
  const drawn = new Map<string, NodeDefinition>();
  for (const item of Array.isArray(nodes) ? (nodes as Loose[]) : []) {
    if (!isObject(item) || typeof item.id !== "string" || item.id === "" || drawn.has(item.id)) continue;
    const kind = typeof item.kind === "string" ? item.kind : "?";
    drawn.set(item.id, { ...item, id: item.id, kind } as NodeDefinition);
  }
  const lines = (Array.isArray(edges) ? (edges as Loose[]) : []).flatMap((item): EdgeDefinition[] => {
    if (!isObject(item) || typeof item.from !== "string" || typeof item.to !== "string") return [];
    if (!drawn.has(item.from) || !drawn.has(item.to)) return [];
    const when = typeof item.when === "string" ? { when: item.when } : {};
    const label = typeof item.label === "string" ? { label: item.label } : {};
    return [{ from: item.from, to: item.to, ...when, ...label }];
  });
  return { nodes: [...drawn.values()], edges: lines, ...(canvas !== undefined && { canvas }) };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
