// @vitest-environment node

import { expect, it } from "vitest";
import { layout, layoutAll, NODE_HEIGHT, NODE_WIDTH } from "./layout";

const nodes = ["a", "b", "c", "d"].map((id) => ({ id, kind: "python" }));
const edges = [
  { from: "a", to: "b" },
  { from: "a", to: "c" },
  { from: "b", to: "d" },
  { from: "c", to: "d" },
];
const placed = (direction: "LR" | "TB") =>
  Object.fromEntries(layout({ nodes, edges }, direction).map((node) => [node.id, node]));

it("a step stands after all that lead to it: to the right, on a phone below", () => {
  const wide = placed("LR");
  expect(wide.a!.x + NODE_WIDTH).toBeLessThan(wide.b!.x);
  expect(wide.b!.x).toBe(wide.c!.x);
  expect(wide.b!.x + NODE_WIDTH).toBeLessThan(wide.d!.x);
  const narrow = placed("TB");
  expect(narrow.a!.y + NODE_HEIGHT).toBeLessThan(narrow.b!.y);
  expect(narrow.b!.y + NODE_HEIGHT).toBeLessThan(narrow.d!.y);
});

it("no two boxes lie on each other", () => {
  const boxes = layout({ nodes, edges: [] }, "LR");
  for (const [index, one] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) {
      const apart = Math.abs(one.x - other.x) >= NODE_WIDTH || Math.abs(one.y - other.y) >= NODE_HEIGHT;
      expect(apart, `${one.id} and ${other.id}`).toBe(true);
    }
  }
});

it("an edge of a draft that leads nowhere does no harm", () => {
  expect(layout({ nodes: nodes.slice(0, 1), edges }, "LR").map(({ id }) => id)).toEqual(["a"]);
  expect(layout({}, "LR")).toEqual([]);
});

it("a step stands where it was put, the others below; on a phone the layout decides", () => {
  const drawn = { nodes: [{ ...nodes[0]!, position: { x: -40, y: 100 } }, nodes[1]!], edges: [] };
  const [a, b] = layout(drawn, "LR");
  expect(a).toMatchObject({ x: -40, y: 100 });
  expect(b!.y).toBeGreaterThan(100 + NODE_HEIGHT);
  expect(layout(drawn, "TB")).toEqual(layout({ nodes: nodes.slice(0, 2), edges: [] }, "TB"));
  const half = { nodes: [{ ...nodes[0]!, position: { x: 1 } }], edges: [] };
  expect(layout(half, "LR")).toEqual(layout({ nodes: nodes.slice(0, 1), edges: [] }, "LR"));
});

it("a graph placed by hand is drawn in the direction its edges go", () => {
  const at = (id: string, x: number, y: number) => ({ id, kind: "python", position: { x, y } });
  const way = (...placed: ReturnType<typeof at>[]) =>
    layoutAll({ nodes: placed, edges: edges.slice(0, 1) }, "LR").direction;
  expect(way(at("a", 0, 0), at("b", 20, 200))).toBe("TB");
  expect(way(at("a", 0, 0), at("b", 300, 20))).toBe("LR");
});
