// @vitest-environment node

import { describe, expect, it } from "vitest";
import { chartOf, MOST_LINES, MOST_ROWS, momentOf, withFigures } from "./chart";
import { asTable, parseCsv } from "./shape";

const of = (rows: Parameters<typeof asTable>[0]) => chartOf(asTable(rows)!);

describe("rows as a chart", () => {
  it("have their moments along the axis, in the order of time", () => {
    const chart = of([
      { city: "Oslo", day: "2025-01-02", mm: 2 },
      { city: "Oslo", day: "2025-01-01", mm: 1 },
    ])!;
    expect(chart).toMatchObject({ along: "day", axis: "time", cut: false });
    expect(chart.xs).toEqual([Date.UTC(2025, 0, 1) / 1000, Date.UTC(2025, 0, 2) / 1000]);
    expect(chart.lines).toEqual([{ name: "mm", values: [1, 2] }]);
  });

  it("have figures that grow along the axis where no moment is", () => {
    expect(of([1, 2, 3].map((year) => ({ year, mm: 9 - year })))).toMatchObject({
      along: "year",
      axis: "number",
      xs: [1, 2, 3],
      lines: [{ name: "mm", values: [8, 7, 6] }],
    });
  });

  it("have one place for each word", () => {
    expect(of(["b", "a"].map((city, n) => ({ city, mm: n })))).toMatchObject({
      along: "city",
      axis: "word",
      xs: [0, 1],
      words: ["b", "a"],
    });
  });

  it("are numbered where they have figures alone, and those do not grow", () => {
    expect(of([{ n: 3 }, { n: 1 }])).toMatchObject({
      along: null,
      words: ["1", "2"],
      lines: [{ name: "n" }],
    });
  });

  it("leave a hole where a figure is missing, and out what is no figure", () => {
    const chart = of([
      { city: "a", mm: 1, note: "x", mixed: 1 },
      { city: "b", mm: null, note: "y", mixed: "2" },
    ])!;
    expect(chart.lines).toEqual([{ name: "mm", values: [1, null] }]);
  });

  it("are no chart without figures or with one row", () => {
    expect(of([{ a: "x" }, { a: "y" }])).toBeNull();
    expect(of([{ a: "x", n: 1 }])).toBeNull();
  });

  it("are cut where there are more than can be drawn, which is said", () => {
    const long = of(Array.from({ length: MOST_ROWS + 1 }, (_, n) => ({ n, m: -n })))!;
    expect([long.xs.length, long.cut]).toEqual([MOST_ROWS, true]);
    const names = Array.from({ length: MOST_LINES + 1 }, (_, n) => [`m${n}`, n]);
    const wide = of([
      Object.fromEntries([["c", "x"], ...names]),
      Object.fromEntries([["c", "y"], ...names]),
    ])!;
    expect([wide.lines.length, wide.cut]).toEqual([MOST_LINES, true]);
  });
});

it.each([
  ["2025-01-01", Date.UTC(2025, 0, 1)],
  ["2025-01-01T10:00", Date.UTC(2025, 0, 1, 10)],
  ["2025-01-01 10:00:30", Date.UTC(2025, 0, 1, 10, 0, 30)],
  ["2025-01-01T10:00:00+02:00", Date.UTC(2025, 0, 1, 8)],
])("%s is a moment of UTC", (text, ms) => expect(momentOf(text)).toBe(ms / 1000));

it.each([2025, "2025", "January 1", "2025-13-01", null])("%s is none", (value) =>
  expect(momentOf(value)).toBeNull(),
);

it("figures written in a text are drawn, an empty cell is a hole, and 1,000 is a word", () => {
  const table = parseCsv('day,mm,note\n2025-01-01,1.5,"1,000"\n2025-01-02,,2\n2025-01-03,-2e3,3\n');
  const chart = chartOf(withFigures(table))!;
  expect(chart).toMatchObject({
    along: "day",
    axis: "time",
    lines: [{ name: "mm", values: [1.5, null, -2000] }],
  });
  expect(table.rows[0]![1]).toBe("1.5");
});
