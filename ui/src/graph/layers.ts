/** Where the boxes of a small graph stand, without the library that places large ones. Sizes in px. */

import type { Definition } from "../api/types";

export const BOX = { width: 172, height: 64 };
const GAP = { x: 44, y: 18 };

export interface Layered {
  id: string;
  kind: string;
  x: number;
  y: number;
}

/** Each step one column after the last of those that lead to it; columns stand in the middle of the height. */
export function layered({ nodes = [], edges = [] }: Definition) {
  const column = new Map(nodes.map(({ id }) => [id, 0]));
  // A path visits each step at most once: after as many rounds nothing moves any more, in a circle neither.
  for (let round = 1; round < nodes.length; round += 1) {
    for (const { from, to } of edges) {
      const [before, own] = [column.get(from), column.get(to)];
      if (before !== undefined && own !== undefined && own <= before) column.set(to, before + 1);
    }
  }
  const columns = new Map<number, typeof nodes>();
  for (const node of nodes) {
    const at = column.get(node.id)!;
    columns.set(at, [...(columns.get(at) ?? []), node]);
  }
  const tallest = Math.max(0, ...[...columns.values()].map(({ length }) => length));
  const step = BOX.height + GAP.y;
  const boxes = [...columns].flatMap(([at, members]) =>
    members.map(
      ({ id, kind }, row): Layered => ({
        id,
        kind,
        x: at * (BOX.width + GAP.x),
        y: (row + (tallest - members.length) / 2) * step,
      }),
    ),
  );
  const width = Math.max(0, ...boxes.map(({ x }) => x + BOX.width));
  return { boxes, width, height: Math.max(0, tallest * step - GAP.y) };
}
