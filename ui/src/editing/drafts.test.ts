import { expect, it, vi } from "vitest";
import { dropDraft, keepDraft, readDraft } from "./drafts";

const DRAFT = { text: "name: a", base: 3, at: "2026-01-01T09:00:00.000Z" };

it("each workflow has its own draft, until it is dropped", () => {
  expect(keepDraft("one", DRAFT)).toBe(true);
  expect(readDraft("one")).toEqual(DRAFT);
  expect(readDraft("two")).toBeNull();
  dropDraft("one");
  expect(readDraft("one")).toBeNull();
});

it.each(["no json", "null", "[]", '"text"', '{"text": 1, "base": 1, "at": ""}', '{"text": "a"}'])(
  "%s in storage is no draft",
  (kept) => {
    localStorage.setItem("runwright.draft.one", kept);
    expect(readDraft("one")).toBeNull();
  },
);

it("storage that is full or switched off is told, and breaks nothing", () => {
  const off = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(off);
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(off);
  vi.spyOn(Storage.prototype, "removeItem").mockImplementation(off);
  expect(keepDraft("one", DRAFT)).toBe(false);
  expect(readDraft("one")).toBeNull();
  dropDraft("one");
});
