import { describe, expect, it } from "vitest";
import { around, marksIn, NOTE_SIZE } from "./marks";

const nodes = ["a", "b", "c"].map((id) => ({ id, kind: "python" }));
const position = { x: 1, y: 2 };

describe("what the canvas shows beside the steps", () => {
  it("is read as it stands", () => {
    const note = { id: "n", text: "x", position, size: { width: 100, height: 50 }, color: "blue" };
    const group = { id: "g", title: "t", nodes: ["a", "b"], color: "red" };
    expect(marksIn({ nodes, canvas: { notes: [note], groups: [group] } })).toEqual({
      notes: [note],
      groups: [group],
    });
  });

  it("is drawn as far as it can be, while it is half written", () => {
    const canvas = {
      notes: [7, { id: "n" }, { id: "m", position }, { id: "m", position }, { position }],
      groups: [
        { id: "g", nodes: ["a", "gone", "a"] },
        { id: "h", nodes: ["a"] },
        { id: "i", nodes: "c" },
      ],
    };
    expect(marksIn({ nodes, canvas })).toEqual({
      notes: [{ id: "m", text: "", position, size: NOTE_SIZE, color: "yellow" }],
      groups: [{ id: "g", title: "", nodes: ["a"], color: "grey" }],
    });
    for (const odd of [undefined, null, "x", [], { notes: {}, groups: 1 }])
      expect(marksIn({ nodes, canvas: odd })).toEqual({ notes: [], groups: [] });
  });

  it("a group is around those of its steps that are drawn", () => {
    const group = { id: "g", title: "", nodes: ["a", "b"], color: "grey" } as const;
    const places = new Map([
      ["a", { x: 100, y: 100 }],
      ["b", { x: 400, y: 0 }],
    ]);
    expect(around(group, (id) => places.get(id))).toEqual({ x: 84, y: -44, width: 504, height: 224 });
    expect(around(group, () => undefined)).toBeNull();
  });
});
