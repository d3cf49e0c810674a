// @vitest-environment node

import { expect, it } from "vitest";
import { lineDiff } from "./lineDiff";

const shown = (left: string, right: string) =>
  lineDiff(left, right).map(
    (line) => (line.right === null ? "-" : line.left === null ? "+" : " ") + line.text,
  );

it("lines on one side only are told apart", () => {
  expect(shown("a\nb\nc\nd", "a\nx\nc\ny\nd")).toEqual([" a", "-b", "+x", " c", "+y", " d"]);
  expect(shown("a", "a")).toEqual([" a"]);
  expect(shown("a\na", "a")).toEqual([" a", "-a"]);
  expect(shown("", "a")).toEqual(["-", "+a"]);
});

it("numbers are those of each side, and both sides are whole", () => {
  const [left, right] = ["a\nb\nc\nb\na\nd", "b\nc\nd\nb\nx\nd"];
  const lines = lineDiff(left, right);
  const of = (side: "left" | "right") => lines.filter((line) => line[side] !== null);
  expect(
    of("left")
      .map(({ text }) => text)
      .join("\n"),
  ).toBe(left);
  expect(
    of("right")
      .map(({ text }) => text)
      .join("\n"),
  ).toBe(right);
  expect(of("left").map((line) => line.left)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(of("right").map((line) => line.right)).toEqual([1, 2, 3, 4, 5, 6]);
});

it("two long texts with nothing in common do not take long", () => {
  const many = (letter: string) => Array.from({ length: 20_000 }, (_, n) => `${letter}${n}`).join("\n");
  const started = performance.now();
  expect(lineDiff(many("a"), many("b"))).toHaveLength(40_000);
  expect(performance.now() - started).toBeLessThan(2_000);
});
