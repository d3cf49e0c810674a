import { beforeEach, describe, expect, it, vi } from "vitest";
import { forgetWalk, keepWalk, lastWalk, neighbour } from "./walk";

const walk = { ids: ["a", "b", "c"], search: "?status=failed" };

beforeEach(() => {
  forgetWalk();
  sessionStorage.clear();
});

describe("the walk through the list last seen", () => {
  it("leads to the run before and after, and ends at its ends", () => {
    expect([neighbour(walk, "b", -1), neighbour(walk, "b", 1)]).toEqual(["a", "c"]);
    expect([neighbour(walk, "a", -1), neighbour(walk, "c", 1)]).toEqual([null, null]);
  });

  it("leads nowhere from a run that is not in it, and where no list was seen", () => {
    expect(neighbour(walk, "z", 1)).toBeNull();
    expect(neighbour(null, "a", 1)).toBeNull();
    expect(lastWalk()).toBeNull();
  });

  it("outlives a reload of the tab", () => {
    keepWalk(walk);
    forgetWalk();
    expect(lastWalk()).toEqual(walk);
  });

  it("lives until the reload where storage is off or holds nonsense", () => {
    sessionStorage.setItem("runwright.walk", "{");
    expect(lastWalk()).toBeNull();
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    keepWalk(walk);
    expect(lastWalk()).toEqual(walk);
  });
});
