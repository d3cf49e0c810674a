// @vitest-environment node

import { describe, expect, it } from "vitest";
import type { Json } from "../execution/events";
import { firstOpen, rowsOf } from "./rows";
import { asTable, brief, parseCsv } from "./shape";

describe("a value is a table", () => {
  it.each([
    [
      [
        { a: 1, b: "x" },
        { a: 2, c: null },
      ],
      {
        columns: ["a", "b", "c"],
        rows: [
          [1, "x", null],
          [2, null, null],
        ],
      },
    ],
    [
      { columns: ["a", "b"], rows: [[1, 2]] },
      { columns: ["a", "b"], rows: [[1, 2]] },
    ],
    [
      { columns: [{ name: "a" }], rows: [{ a: 7 }] },
      { columns: ["a"], rows: [[7]] },
    ],
    [
      { rows: [{ a: 7 }], seen: 1 },
      { columns: ["a"], rows: [[7]] },
    ],
    [
      { columns: ["a"], rows: [] },
      { columns: ["a"], rows: [] },
    ],
  ] as [Json, unknown][])("%j", (value, table) => {
    expect(asTable(value)).toEqual(table);
  });

  it.each([
    [null],
    [[]],
    [[1, 2]],
    [[{ a: 1 }, 2]],
    ["x"],
    [{ a: 1 }],
    [{ rows: [1] }],
    [{ columns: ["a"], rows: [1] }],
    [[{}]],
  ] as [Json][])("%j is none", (value) => {
    expect(asTable(value)).toBeNull();
  });
});

describe("comma-separated text", () => {
  it("has quotes, commas and line breaks inside quotes, and any line ends", () => {
    const text = '\ufeffname,says\r\nada,"a ""b"", c\nd"\n\nlee,\n';
    expect(parseCsv(text)).toEqual({
      columns: ["name", "says"],
      rows: [
        ["ada", 'a "b", c\nd'],
        ["lee", ""],
      ],
    });
    expect(parseCsv("a,b\n1,2")).toEqual({ columns: ["a", "b"], rows: [["1", "2"]] });
    expect(parseCsv("")).toEqual({ columns: [], rows: [] });
  });

  it("is read up to a bound", () => {
    expect(parseCsv("n\n".repeat(10_000), 100).rows.length).toBeLessThanOrEqual(101);
  });
});

describe("a tree", () => {
  const value: Json = { city: "Oslo", "a/b": [1, { deep: true }], empty: {}, text: "x".repeat(200) };
  const ids = (open: string[], shown?: Map<string, number>) =>
    rowsOf(value, new Set(open), shown).map((row) => row.id);

  it("has the rows that are open, each with its pointer", () => {
    expect(ids([])).toEqual([""]);
    expect(ids(["", "/a~1b"])).toEqual(["", "/city", "/a~1b", "/a~1b/0", "/a~1b/1", "/empty", "/text"]);
    const rows = rowsOf(value, new Set([""]));
    expect(rows.map((row) => row.open)).toEqual([true, null, false, null, false]);
  });

  it("draws a hundred of many, then more at a press", () => {
    const many: Json = Array.from({ length: 1_250 }, (_, index) => index);
    expect(rowsOf(many, new Set([""])).at(-1)).toMatchObject({ id: "/…", more: 1_150 });
    expect(rowsOf(many, new Set([""]), new Map([["", 1_100]])).at(-1)).toMatchObject({ more: 150 });
  });

  it("is open at first as far as it is short", () => {
    expect([...firstOpen(value)]).toEqual(["", "/a~1b", "/a~1b/1"]);
    const wide: Json = { a: Array.from({ length: 90 }, () => 0), b: { c: 1 } };
    expect([...firstOpen(wide)]).toEqual([""]);
    expect([...firstOpen(7)]).toEqual([]);
  });
});

it("a cell stands on one line", () => {
  expect([brief(undefined), brief(null), brief({ a: 1 }), brief("y".repeat(9), 4)]).toEqual([
    "",
    "",
    '{"a":1}',
    "yyyy…",
  ]);
});
