// @vitest-environment node

import { expect, it } from "vitest";
import { aligned, freePlace, GRID, neighbour, placeFor, snapped } from "./places";

const places = new Map([
  ["a", { x: 0, y: 0 }],
  ["b", { x: 240, y: 16 }],
  ["c", { x: 480, y: 160 }],
]);
const xs = (all: ReadonlyMap<string, { x: number }>) => [...all.values()].map(({ x }) => x);

it("a box is put on the grid, and never on another one", () => {
  expect(snapped({ x: 23, y: -9 })).toEqual({ x: 16, y: -16 });
  const place = freePlace(places, { x: 5, y: 5 });
  expect(place.x % GRID).toBe(0);
  expect(place.y).toBeGreaterThan(64);
  expect(freePlace(places, { x: 0, y: 320 })).toEqual({ x: 0, y: 320 });
});

it("a new step stands behind the one it follows, between two, or behind all", () => {
  expect(placeFor(places, "LR", "a")).toMatchObject({ x: 224 });
  expect(placeFor(places, "LR", "a", "b").x).toBeLessThan(240);
  expect(placeFor(places, "LR").x).toBeGreaterThan(480);
  expect(placeFor(places, "TB", "c")).toEqual({ x: 480, y: 272 });
  expect(placeFor(new Map(), "LR")).toEqual({ x: 0, y: 0 });
});

it("boxes are put on one line, or at the same distance", () => {
  expect(xs(aligned(places, "left"))).toEqual([0, 0, 0]);
  expect(xs(aligned(places, "right"))).toEqual([480, 480, 480]);
  expect(xs(aligned(places, "center"))).toEqual([240, 240, 240]);
  expect([...aligned(places, "bottom").values()].map(({ y }) => y)).toEqual([160, 160, 160]);
  const uneven = new Map([...places, ["b", { x: 10, y: 0 }]]);
  expect(xs(aligned(uneven, "across"))).toEqual([0, 240, 480]);
});

it("arrows go to the next box in their direction", () => {
  expect(neighbour(places, "a", { x: 1, y: 0 })).toBe("b");
  expect(neighbour(places, "c", { x: -1, y: 0 })).toBe("b");
  expect(neighbour(places, "a", { x: -1, y: 0 })).toBeNull();
  expect(neighbour(places, "nobody", { x: 1, y: 0 })).toBeNull();
});
