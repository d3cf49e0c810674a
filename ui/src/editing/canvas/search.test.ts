// @vitest-environment node

import { expect, it } from "vitest";
import { canvasZh } from "../../i18n/canvas.zh-CN";
import { found, initials } from "./search";

const kinds = Object.entries(canvasZh.kind).map(([kind, { word, hint }]) => [word, kind, hint]);
const first = (wanted: string) => found(wanted, kinds, (words) => words)[0]?.[1];

it("Chinese is found by its characters, by the first letters of its pinyin, and by the English name", () => {
  for (const wanted of ["等待", "dd", "wait", "WA"]) expect(first(wanted), wanted).toBe("wait");
  for (const wanted of ["审批", "rgsp", "sp", "appr"]) expect(first(wanted), wanted).toBe("approval");
  for (const wanted of ["逐项", "zx", "map"]) expect(first(wanted), wanted).toBe("map");
  for (const wanted of ["语言", "dyymx", "llm"]) expect(first(wanted), wanted).toBe("llm");
  expect(first("xyzzy")).toBeUndefined();
});

it("the letters are those of the pinyin; other characters stay", () => {
  expect(initials("子工作流")).toBe("zgzl");
  expect(initials("SQL 查询")).toBe("sql cx");
});

it("what begins with the words comes before what only holds them", () => {
  expect(found("b", ["ab", "c b", "ba"], (word) => [word])).toEqual(["ba", "c b", "ab"]);
  expect(found(" ", ["x", "y"], (word) => [word])).toEqual(["x", "y"]);
});
