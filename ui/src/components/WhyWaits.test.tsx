import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { beforeEach, describe, expect, it } from "vitest";
import type { WhyWaiting } from "../api/types";
import { changeLanguage } from "../i18n";
import { WhyWaits } from "./WhyWaits";

const HELD: WhyWaiting["params"] = {
  limit: 2,
  running: 4,
  key: "Seattle",
  place: 1,
  holders: [
    { execution_id: "e-812", number: 812, started_at: new Date(Date.now() - 40_000).toISOString() },
    { execution_id: "e-9", number: null, started_at: null },
  ],
};

function says(why: WhyWaiting | null): string {
  const { container } = render(
    <MemoryRouter>
      <WhyWaits why={why} />
    </MemoryRouter>,
  );
  return (container.textContent ?? "").replace(/[\u2009\u202f]/g, " ");
}

describe("why a queued execution waits", () => {
  beforeEach(() => changeLanguage("en"));

  it("names the key, its limit and who holds it, with links", () => {
    expect(says({ code: "key_limit", params: HELD })).toBe(
      "Key “Seattle” is at its limit of 2: held by #812 for 40 s, a run on another server and 2 more.",
    );
    expect(screen.getByRole("link", { name: "#812" })).toHaveAttribute("href", "/executions/e-812");
  });

  it.each([
    ["resources", { resource: "memory_mb", needed: 6000, free: 2000 }, "Needs 6000 MB of memory; 2000 free."],
    ["resources", { resource: "seats", needed: 2, free: 1 }, "Needs 2 seats; 1 free."],
    ["steps_resources", { resource: "gpu", needed: 1, free: 0 }, "A step needs 1 GPUs; 0 free."],
    ["steps_kind", { kind: "http", limit: 4 }, "A step waits: 4 of kind http run, and no more may."],
    ["steps_calls", { limit: 2 }, "A step waits: the service it calls bears 2 calls at once."],
    ["steps_slots", { steps: 3, limit: 8 }, "3 steps wait: all 8 slots are taken."],
  ])("says what there is too little of (%s)", (code, params, words) => {
    expect(says({ code, params })).toBe(words);
  });

  it("says until when it is delayed", () => {
    const until = "2031-05-06T07:08:09Z";
    expect(says({ code: "delayed", params: { until } })).toMatch(/^Delayed: it starts at .*07:08.* UTC\.$/);
  });

  it("names the limit of the workflow, in both languages", async () => {
    const params = { ...HELD, key: null, running: 1, holders: HELD.holders!.slice(0, 1) };
    expect(says({ code: "workflow_limit", params })).toBe(
      "This workflow is at its limit of 2 at once: held by #812 for 40 s.",
    );
    await changeLanguage("zh-CN");
    expect(says({ code: "workflow_limit", params })).toBe(
      "此工作流已到同时运行的上限 2：占用者为 #812（已 40 秒）。",
    );
  });

  it.each([
    [{ limit: 8, place: 3, higher: 0 }, "All 8 slots are taken; place 3 in the queue."],
    [
      { limit: 8, place: 3, higher: 2 },
      "All 8 slots are taken; place 3 in the queue. 2 before it have a higher priority.",
    ],
    [{ limit: 8, place: null }, "Waits its turn in the queue."],
  ])("says what is known of the slots: %j", (params, sentence) => {
    expect(says({ code: "slots_taken", params })).toBe(sentence);
  });

  it("promises nothing before it knows", () => {
    expect(says(null)).toBe("Waits its turn in the queue.");
  });
});
