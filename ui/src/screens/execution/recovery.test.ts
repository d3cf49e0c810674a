// @vitest-environment node

import { expect, it } from "vitest";
import { CATEGORIES } from "../../api/problem";
import { waysOf } from "./recovery";

it("every category has all four ways, each once", () => {
  for (const category of CATEGORIES) {
    expect(waysOf(category, "load", true).toSorted()).toEqual(["all", "edited", "here", "step"]);
  }
});

it.each([
  ["validation", "edited"],
  ["timeout", "step"],
  ["infrastructure", "here"],
  ["a category of a later server", "here"],
])("of %s the first is %s", (category, first) => expect(waysOf(category, "load", true)[0]).toBe(first));

it("what cannot be done is not offered", () => {
  expect(waysOf("timeout", null, true)).toEqual(["here", "all", "edited"]);
  expect(waysOf("validation", "load", false)).toEqual(["here", "step", "all"]);
});
