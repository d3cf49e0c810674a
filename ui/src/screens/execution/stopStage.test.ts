// @vitest-environment node

import { expect, it } from "vitest";
import { stageOf } from "./stopStage";

const stop = { askedAt: 10_000, graceS: 5 };

it.each([
  [10_000, 2, "grace", 5_000],
  [14_000, 1, "grace", 1_000],
  [15_000, 1, "killed", null],
  [12_000, 0, "proven", null],
])("at %i ms with %i alive it is %s", (now, alive, stage, leftMs) =>
  expect(stageOf(stop, alive, now)).toEqual({ stage, leftMs }),
);

it("a page that came later does not guess", () => {
  expect(stageOf({ askedAt: null, graceS: null }, 1, 12_000).stage).toBeNull();
  expect(stageOf(null, 1, 12_000).stage).toBeNull();
});
