// @vitest-environment node

import { expect, it } from "vitest";
import { BOX, fitted, layered } from "./layers";

const steps = (...ids: string[]) => ids.map((id) => ({ id, kind: "python" }));
const leads = (...pairs: string[]) => pairs.map((pair) => ({ from: pair[0]!, to: pair[1]! }));
const placed = (nodes: string, ...pairs: string[]) => {
  const { boxes, ...size } = layered({ nodes: steps(...nodes), edges: leads(...pairs) }, "LR");
  return { ...size, at: Object.fromEntries(boxes.map((box) => [box.id, box])) };
};

it("a step stands one column after the last of those that lead to it", () => {
  // The edges in no order, and a short way beside a long one.
  const { at, width, height } = placed("dcba", "cd", "ad", "bc", "ab");
  expect([at.a!.x, at.b!.x, at.c!.x, at.d!.x]).toEqual([0, 212, 424, 636]);
  expect(width).toBe(636 + BOX.width);
  expect(height).toBe(BOX.height);
});

it("those of one column stand below each other, in the middle of the height", () => {
  const { at, height } = placed("abcd", "ab", "ac", "bd", "cd");
  expect(at.c!.y - at.b!.y).toBeGreaterThan(BOX.height);
  expect(at.a!.y).toBe((at.b!.y + at.c!.y) / 2);
  expect(at.d!.y).toBe(at.a!.y);
  expect(at.c!.y + BOX.height).toBe(height);
});

it("a circle and an edge that leads nowhere do no harm", () => {
  const { at } = placed("ab", "ab", "ba", "bz");
  expect(Object.keys(at).sort()).toEqual(["a", "b"]);
  expect(layered({}, "TB")).toEqual({ boxes: [], width: 0, height: 0, direction: "TB" });
});

it("a long chain goes down where there is more height, across where there is more width", () => {
  const chain = { nodes: steps(..."abcde"), edges: leads("ab", "bc", "cd", "de") };
  const down = fitted(chain, 1.5);
  expect(down.direction).toBe("TB");
  expect(down.boxes.map(({ x }) => x)).toEqual([0, 0, 0, 0, 0]);
  expect(fitted(chain, 12).direction).toBe("LR");
});
