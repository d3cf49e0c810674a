// @vitest-environment node

import { describe, expect, it } from "vitest";
import { jsonDiff, jsonEqual, placeOf } from "./jsonDiff";

const told = (a: Parameters<typeof jsonDiff>[0], b: Parameters<typeof jsonDiff>[1]) =>
  jsonDiff(a, b).changes.map(({ path, kind }) => `${kind} ${path}`);

describe("the difference of two values", () => {
  it("is nothing where only the order of fields differs", () => {
    expect(told({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toEqual([]);
    expect(jsonEqual({ a: 1 }, { a: 1, b: undefined as never })).toBe(false);
  });

  it("names what was added, removed and changed, with both values", () => {
    expect(jsonDiff({ a: 1, b: 2, c: 3 }, { a: 1, b: 5, d: 4 }).changes).toEqual([
      { path: "/b", kind: "changed", before: 2, after: 5 },
      { path: "/c", kind: "removed", before: 3 },
      { path: "/d", kind: "added", after: 4 },
    ]);
  });

  it("goes into what both have, and tells a value of another kind as one change", () => {
    expect(told({ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } })).toEqual(["changed /a/b/c"]);
    expect(told({ a: { b: 1 } }, { a: [1] })).toEqual(["changed /a"]);
    expect(told({ a: null }, { a: {} })).toEqual(["changed /a"]);
    expect(told(1, 1)).toEqual([]);
    expect(jsonDiff("a", "b").changes).toEqual([{ path: "", kind: "changed", before: "a", after: "b" }]);
  });

  it("tells one row put in at the front or in the middle as that row", () => {
    expect(told([1, 2, 3], [0, 1, 2, 3])).toEqual(["added /0"]);
    expect(told([1, 2, 3], [1, 9, 2, 3])).toEqual(["added /1"]);
    expect(told([1, 2, 3], [1, 3])).toEqual(["removed /1"]);
    expect(told([{ n: 1 }, { n: 2 }], [{ n: 1 }, { n: 3 }])).toEqual(["changed /1/n"]);
  });

  it("knows a field named like one of every object's own", () => {
    expect(told({}, { constructor: 1 })).toEqual(["added /constructor"]);
    expect(told({ toString: 1 }, {})).toEqual(["removed /toString"]);
  });

  it("stops at the most it may tell, and says so", () => {
    const rows = Array.from({ length: 1_000 }, (_, n) => n);
    const other = rows.map((n) => n + 0.5);
    expect(jsonDiff(rows, other, 10)).toMatchObject({ cut: true, changes: { length: 10 } });
    expect(jsonDiff(rows.slice(0, 10), other.slice(0, 10), 10).cut).toBe(false);
  });
});

it("a pointer is told as a place", () => {
  expect(placeOf("/config/args/0/a~1b~0c")).toBe("config.args[0].a/b~c");
  expect(placeOf("")).toBe("");
});
