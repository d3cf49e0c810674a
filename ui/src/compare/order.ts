/** The steps of two definitions in one order of the graph: each behind all that lead to it in either. */

import type { Definition } from "../api/types";

export interface Order {
  order: string[];
  /** The steps whose edges lead to a step, in either. */
  before: Map<string, Set<string>>;
}

export function orderOf(a: Definition, b: Definition): Order {
  // The later version's order of writing first; what only the earlier one has comes where the graph puts it.
  const ids = [...new Set([...(b.nodes ?? []), ...(a.nodes ?? [])].map(({ id }) => id))];
  const before = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
  for (const { from, to } of [...(b.edges ?? []), ...(a.edges ?? [])]) {
    if (before.has(from)) before.get(to)?.add(from);
  }
  const order: string[] = [];
  const waiting = new Set(ids);
  while (waiting.size > 0) {
    const free = [...waiting].filter((id) => ![...before.get(id)!].some((one) => waiting.has(one)));
    // Two versions together may have a circle that neither has alone: it is cut where it was written first.
    for (const id of free.length > 0 ? free : [[...waiting][0]!]) {
      waiting.delete(id);
      order.push(id);
    }
  }
  return { order, before };
}

/** Both graphs in one: the later one's steps and edges, and what only the earlier one has. */
export function unionOf(a: Definition, b: Definition): Definition {
  const nodes = new Set((b.nodes ?? []).map(({ id }) => id));
  const edges = new Set((b.edges ?? []).map(({ from, to }) => `${from} ${to}`));
  return {
    ...b,
    nodes: [...(b.nodes ?? []), ...(a.nodes ?? []).filter(({ id }) => !nodes.has(id))],
    edges: [...(b.edges ?? []), ...(a.edges ?? []).filter(({ from, to }) => !edges.has(`${from} ${to}`))],
  };
}
