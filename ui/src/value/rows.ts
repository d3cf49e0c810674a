/** A tree as the rows that are open: the keyboard walks them in order, and only they are drawn. */

import type { Json } from "../execution/events";

export interface TreeRow {
  /** JSON Pointer; `…` at its end for "more of these". */
  id: string;
  level: number;
  name: string | null;
  value: Json;
  /** null where nothing can be opened. */
  open: boolean | null;
  /** How many children are not drawn; only on a row for more. */
  more: number;
}

export const CHILDREN = 100;
const LONG = 100;
/** So many rows are open at first. */
const FIRST = 40;

export const isBranch = (value: Json): boolean =>
  (typeof value === "object" && value !== null && Object.keys(value).length > 0) ||
  (typeof value === "string" && (value.length > LONG || value.includes("\n")));

function children(value: Json): [string, Json][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** `shown` says how many children of a branch are drawn where somebody asked for more than the first. */
export function rowsOf(
  root: Json,
  open: ReadonlySet<string>,
  shown: ReadonlyMap<string, number> = new Map(),
): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (id: string, name: string | null, value: Json, level: number) => {
    const branch = isBranch(value);
    rows.push({ id, level, name, value, open: branch ? open.has(id) : null, more: 0 });
    if (!branch || !open.has(id)) return;
    const all = children(value);
    const most = shown.get(id) ?? CHILDREN;
    for (const [key, child] of all.slice(0, most)) add(`${id}/${escaped(key)}`, key, child, level + 1);
    if (all.length > most) {
      rows.push({
        id: `${id}/…`,
        level: level + 1,
        name: null,
        value: null,
        open: null,
        more: all.length - most,
      });
    }
  };
  add("", null, root, 1);
  return rows;
}

/** The first levels, as far as they are few rows. */
export function firstOpen(root: Json): Set<string> {
  const open = new Set<string>();
  let level: [string, Json][] = [["", root]];
  let rows = 1;
  while (level.length > 0) {
    const next: [string, Json][] = [];
    for (const [id, value] of level) {
      const inner = children(value);
      if (inner.length === 0) continue;
      rows += Math.min(inner.length, CHILDREN);
      if (rows > FIRST && id !== "") return open;
      open.add(id);
      next.push(
        ...inner.slice(0, CHILDREN).map(([key, child]): [string, Json] => [`${id}/${escaped(key)}`, child]),
      );
    }
    level = next;
  }
  return open;
}
