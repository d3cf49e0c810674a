import { expect, it } from "vitest";
import { askingIn, indexOf, mapOf, nodeBehind, stepOf } from "./items";

const ask = { kind: "approval", config: { message: "?" } };
const map = (id: string, node: object) => ({ id, kind: "map", config: { items: [1], node } });
const definition = {
  nodes: [
    map("m", ask),
    map("outer", { id: "part", kind: "map", config: { node: ask } }),
    map("pause", { kind: "wait" }),
    map("call", { kind: "workflow" }),
    { id: "one", ...ask },
  ],
};

it("an item is addressed by its map and its place in it", () => {
  expect([stepOf("m[3]"), mapOf("m[3]"), indexOf("m[3]")]).toEqual(["m", "m", 3]);
  const inner = "outer[3].part[12]";
  expect([stepOf(inner), mapOf(inner), indexOf(inner)]).toEqual(["outer", "outer[3]", 12]);
});

it("behind an item is the node of its map, of a map in a map the inner one's", () => {
  expect(nodeBehind(definition, "m[3]")).toBe(ask);
  expect(nodeBehind(definition, "outer[3].part[0]")).toBe(ask);
  expect(nodeBehind(definition, "gone[0]")).toBeUndefined();
});

it("of what waits, the items that wait for a person are found, in the order of their places", () => {
  const waiting = ["m[10]", "pause[0]", "one", "m[9]", "outer[1].part[0]", "call[2]"];
  expect(askingIn(waiting, definition)).toEqual(["m[9]", "m[10]", "outer[1].part[0]"]);
  expect(askingIn(waiting, undefined)).toEqual([]);
});
