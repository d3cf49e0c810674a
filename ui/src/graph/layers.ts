/** Where the boxes of a small graph stand, without the library that places large ones. Sizes in px. */

import type { Definition } from "../api/types";

export const BOX = { width: 172, height: 64 };
/** Px between two layers, and between two boxes of one. */
const GAP = { between: 40, beside: 16 };

export type Direction = "LR" | "TB";

export interface Layered {
  id: string;
  kind: string;
  x: number;
  y: number;
}

/** The way in which the picture is larger in a box of that width to height. */
export function fitted(definition: Definition, ratio: number) {
  const [across, down] = [layered(definition, "LR"), layered(definition, "TB")];
  const scale = ({ width, height }: { width: number; height: number }) => Math.min(ratio / width, 1 / height);
  return scale(down) > scale(across) ? down : across;
}

/** Each step one layer after the last of those that lead to it; a layer stands in the middle of the picture. */
export function layered({ nodes = [], edges = [] }: Definition, direction: Direction) {
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
  const [along, across] =
    direction === "LR"
      ? [BOX.width + GAP.between, BOX.height + GAP.beside]
      : [BOX.height + GAP.between, BOX.width + GAP.beside];
  const boxes = [...columns].flatMap(([at, members]) =>
    members.map(({ id, kind }, row): Layered => {
      const beside = (row + (tallest - members.length) / 2) * across;
      const place = direction === "LR" ? { x: at * along, y: beside } : { x: beside, y: at * along };
      return { id, kind, ...place };
    }),
  );
  const width = Math.max(0, ...boxes.map(({ x }) => x + BOX.width));
  const height = Math.max(0, ...boxes.map(({ y }) => y + BOX.height));
  return { boxes, width, height, direction };
}
