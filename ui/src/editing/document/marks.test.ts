import { describe, expect, it } from "vitest";
import { copy, paste } from "./clipboard";
import { addGroup, addNote, removeMarks, setMark } from "./marks";
import { moveNodes, removeNodes } from "./nodes";
import { renameNode } from "./rename";
import { open } from "./text";

const TEXT = `# ours
name: w
nodes:
  - {id: a, kind: python}   # first
  - {id: b, kind: python}
  - {id: c, kind: python}
edges: []
`;
const value = (text: string) => open(text).toJS() as Record<string, unknown>;

describe("notes", () => {
  it("come at the end, leave the rest as it was written, and go without a trace", () => {
    const { text, id } = addNote(TEXT, { text: "two\nlines", position: { x: 1.4, y: -2.6 } });
    expect(text.startsWith(TEXT)).toBe(true);
    expect(value(text).canvas).toEqual({
      notes: [{ id, text: "two\nlines", position: { x: 1, y: -3 } }],
    });
    const moved = moveNodes(text, new Map([[`note:${id}`, { x: 10, y: 20 }]]));
    const coloured = setMark(moved, "notes", id, "color", "blue");
    expect(value(coloured).canvas).toEqual({
      notes: [{ id, text: "two\nlines", position: { x: 10, y: 20 }, color: "blue" }],
    });
    expect(removeMarks(coloured, "notes", [id])).toBe(TEXT);
    expect(addNote(text, { text: "", position: { x: 0, y: 0 } }).id).not.toBe(id);
  });
});

describe("groups", () => {
  const grouped = addGroup(TEXT, ["a", "b"], "Load");

  it("have each step once", () => {
    const again = addGroup(grouped, ["b", "c"], "Other");
    expect(value(again).canvas).toEqual({
      groups: [
        { id: "group", title: "Load", nodes: ["a"] },
        { id: "group_2", title: "Other", nodes: ["b", "c"] },
      ],
    });
    expect(removeMarks(removeMarks(again, "groups", ["group"]), "groups", ["group_2"])).toBe(TEXT);
  });

  it("follow a step's new name, and lose the steps that are removed", () => {
    expect(value(renameNode(grouped, "a", "z")).canvas).toMatchObject({ groups: [{ nodes: ["z", "b"] }] });
    expect(value(removeNodes(grouped, ["a"])).canvas).toMatchObject({ groups: [{ nodes: ["b"] }] });
    expect(value(removeNodes(grouped, ["a", "b"])).canvas).toBeUndefined();
  });
});

it("notes and whole groups go along with what is copied", () => {
  const { text } = addNote(addGroup(TEXT, ["a", "b"], "Load"), { text: "n", position: { x: 0, y: 0 } });
  const pasted = paste(text, copy(text, ["a", "b", "note:note"]))!;
  expect(pasted.ids).toEqual(["a_2", "b_2", "note:note_2"]);
  expect(value(pasted.text).canvas).toEqual({
    groups: [
      { id: "group", title: "Load", nodes: ["a", "b"] },
      { id: "group_2", title: "Load", nodes: ["a_2", "b_2"] },
    ],
    notes: [
      { id: "note", text: "n", position: { x: 0, y: 0 } },
      { id: "note_2", text: "n", position: { x: 32, y: 32 } },
    ],
  });
  expect(value(paste(text, copy(text, ["a"]))!.text).canvas).toEqual(value(text).canvas);
  expect(paste(text, copy(text, ["note:note"]))!.ids).toEqual(["note:note_2"]);
});
