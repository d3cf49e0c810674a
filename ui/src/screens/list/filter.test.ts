import { describe, expect, it } from "vitest";
import type { ExecutionItem } from "../../api/types";
import { type ListFilter, matches, queryOf, readFilter, writeFilter } from "./filter";

const none: ListFilter = { statuses: [], workflow: "", label: "", since: "", waits: false, q: "" };
const read = (text: string) => readFilter(new URLSearchParams(text));

describe("the list's filter", () => {
  it.each([
    "",
    "status=active",
    "status=running&waits=yes",
    "status=failed&status=stopped",
    "workflow=w1&label=env%3Dprod&since=24h&q=seattle+%231",
  ])("stands in the address as it was chosen: %s", (text) => {
    expect(writeFilter(read(text)).toString()).toBe(text);
  });

  it("drops what it does not know", () => {
    expect(read("status=flying&since=yesterday&other=1")).toEqual(none);
  });

  it("active is every status that is not final", () => {
    expect(read("status=active").statuses).toEqual(["queued", "running", "paused", "stopping"]);
  });

  it("asks the server for all but the words, about a time that stays the same within the minute", () => {
    const asked = {
      ...none,
      statuses: ["failed"] as const,
      workflow: "w",
      label: "a=b",
      q: "x",
      since: "1h" as const,
    };
    const now = Date.UTC(2026, 0, 2, 10, 30, 40);
    expect(queryOf(asked, now)).toEqual({
      status: ["failed"],
      workflow_id: "w",
      label: "a=b",
      since: "2026-01-02T09:30:00.000Z",
    });
    expect(queryOf(asked, now + 15_000)).toEqual(queryOf(asked, now));
  });

  it("does not ask for half a label while it is typed", () => {
    expect(queryOf({ ...none, label: "env" }, 0)).toEqual({ status: [] });
    expect(queryOf({ ...none, label: "=x" }, 0)).toEqual({ status: [] });
  });
});

describe("the words looked for", () => {
  const item = {
    workflow: { id: "w", name: "Weather" },
    number: 12,
    requested_by: "anna",
    labels: { city: "Seattle" },
    error: { type: "ValueError", message: "bad row", code: "python_error" },
    current_paths: ["clean"],
    waiting_paths: ["pause"],
  } as unknown as ExecutionItem;

  it.each([
    "",
    "weather",
    "#12",
    "ANNA",
    "city=seattle",
    "valueerror",
    "bad row",
    "clean",
    "pause",
    "weather anna",
  ])("%s finds the row", (q) => expect(matches(item, { ...none, q })).toBe(true));
  it.each(["#13", "weather bob", "tacoma"])("%s does not", (q) =>
    expect(matches(item, { ...none, q })).toBe(false),
  );
  it("a row of which no step waits is left out where that is asked", () => {
    expect(matches(item, { waits: true, q: "" })).toBe(true);
    expect(matches({ ...item, waiting_paths: [] }, { waits: true, q: "" })).toBe(false);
  });
});
