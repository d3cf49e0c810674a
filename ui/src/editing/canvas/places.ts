/** Where boxes stand on the canvas: the grid, a place that is free, lines of boxes, neighbours. Px, pure. */

import type { Definition } from "../../api/types";
import { layout, NODE_HEIGHT, NODE_WIDTH } from "../../graph/layout";
import type { Point } from "../document/nodes";

export const GRID = 16;
/** Px between two boxes that are put beside each other. */
const GAP = 48;

export type Places = ReadonlyMap<string, Point>;

/** Where the boxes are drawn, by themselves or by hand. */
export const placesOf = (definition: Definition, direction: "LR" | "TB"): Places =>
  new Map(layout(definition, direction).map(({ id, x, y }) => [id, { x, y }]));

export const snapped = ({ x, y }: Point): Point => ({
  x: Math.round(x / GRID) * GRID,
  y: Math.round(y / GRID) * GRID,
});

/** The place wished for, or the next one below where nothing stands. */
export function freePlace(places: Places, wished: Point): Point {
  let place = snapped(wished);
  const taken = ({ x, y }: Point) =>
    Math.abs(x - place.x) < NODE_WIDTH + GRID && Math.abs(y - place.y) < NODE_HEIGHT + GRID;
  while ([...places.values()].some(taken)) place = { x: place.x, y: place.y + GRID };
  return place;
}

/** Where a new step stands: behind the one it follows, between two, or behind all. */
export function placeFor(places: Places, way: "LR" | "TB", after?: string, before?: string): Point {
  const [from, to] = [after && places.get(after), before && places.get(before)];
  const behind = ({ x, y }: Point) =>
    freePlace(places, way === "LR" ? { x: x + NODE_WIDTH + GAP, y } : { x, y: y + NODE_HEIGHT + GAP });
  if (from && to) return freePlace(places, { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });
  if (from) return behind(from);
  const all = [...places.values()];
  if (all.length === 0) return { x: 0, y: 0 };
  const axis = way === "LR" ? "x" : "y";
  return behind(all.reduce((one, other) => (other[axis] > one[axis] ? other : one)));
}

export const WAYS = ["left", "center", "right", "top", "middle", "bottom", "across", "down"] as const;
export type Way = (typeof WAYS)[number];

/** The boxes on one line; `across` and `down` put the same distance between them. All boxes have one size. */
export function aligned(places: Places, way: Way): Places {
  if (way === "across" || way === "down") return spread(places, way === "across" ? "x" : "y");
  const axis = way === "left" || way === "center" || way === "right" ? "x" : "y";
  const values = [...places.values()].map((place) => place[axis]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const line =
    way === "left" || way === "top" ? least : way === "right" || way === "bottom" ? most : (least + most) / 2;
  return new Map([...places].map(([id, place]) => [id, { ...place, [axis]: line }]));
}

function spread(places: Places, axis: "x" | "y"): Places {
  const sorted = [...places].sort(([, a], [, b]) => a[axis] - b[axis]);
  if (sorted.length < 3) return places;
  const [first, last] = [sorted[0]![1][axis], sorted.at(-1)![1][axis]];
  const step = (last - first) / (sorted.length - 1);
  return new Map(sorted.map(([id, place], n) => [id, { ...place, [axis]: first + n * step }]));
}

const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export const arrowOf = (key: string): Point | null => ARROWS[key] ?? null;

/** The next box in a direction: near comes before straight. null where there is none. */
export function neighbour(places: Places, id: string, { x: dx, y: dy }: Point): string | null {
  const from = places.get(id);
  if (!from) return null;
  let [best, least]: [string | null, number] = [null, Number.POSITIVE_INFINITY];
  for (const [other, place] of places) {
    const [x, y] = [(place.x - from.x) / NODE_WIDTH, (place.y - from.y) / NODE_HEIGHT];
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (other === id || ahead <= 0.1 || aside > ahead * 3) continue;
    const far = ahead + 2 * aside;
    if (far < least) [best, least] = [other, far];
  }
  return best;
}
