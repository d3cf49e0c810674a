import { within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { QueueAnswer, QueueItem } from "../api/types";
import { executionItem } from "../test/answers";
import { expectAccessible, openPage, screen, waitFor } from "../test/page";
import { accepts, answers, problem, refuses } from "../test/server";

const ROW: QueueItem = {
  ...executionItem({ id: "e-1", number: 4, status: "queued", started_at: null, ended_at: null }),
  priority: 10,
  place: 1,
  key: null,
  waited_ms: 1_000,
  why_waiting: { code: "slots_taken", params: { used: 4, limit: 4, place: 1, higher: 0 } },
};
const KEYED: QueueItem = {
  ...ROW,
  id: "e-2",
  number: 5,
  priority: 0,
  place: 2,
  key: "Oslo",
  why_waiting: {
    code: "key_limit",
    params: {
      limit: 1,
      running: 1,
      key: "Oslo",
      place: 2,
      holders: [{ execution_id: "e-0", number: 3, started_at: null }],
    },
  },
};

function queue(more: Partial<QueueAnswer> = {}): QueueAnswer {
  return {
    slots: { used: 4, limit: 4 },
    running: 5,
    queued: 2,
    oldest_wait_ms: 90_000,
    causes: [
      { code: "slots_taken", count: 1 },
      { code: "key_limit", count: 1 },
    ],
    priorities: [
      { priority: 10, count: 1 },
      { priority: 0, count: 1 },
    ],
    limits: [
      { workflow: { id: "w-1", name: "weather-report" }, key: "Oslo", limit: 1, running: 1, queued: 1 },
    ],
    items: [ROW, KEYED],
    next_cursor: null,
    position: 9,
    ...more,
  };
}

it("the queue shows how full it is, for what how many wait, and each one's place and reason", async () => {
  answers("/queue", queue());
  openPage("/queue");
  const now = await screen.findByRole("region", { name: "Now" });
  expect(within(now).getByRole("meter", { name: "Slots in use" })).toHaveAttribute("aria-valuenow", "4");
  expect(
    within(now)
      .getAllByRole("listitem")
      .map((one) => one.textContent),
  ).toEqual(["1 wait for a free slot", "1 for the limit of their key", "priority 10: 1", "priority 0: 1"]);
  const limits = screen.getByRole("region", { name: "Limits" });
  expect(within(limits).getByRole("row", { name: /weather-report Oslo 1 of 1 1/ })).toBeVisible();
  const waiting = screen.getByRole("region", { name: "Waiting" });
  const [first, second] = within(waiting).getAllByRole("row").slice(1);
  expect(first).toHaveTextContent(/^1weather-report #410All 4 slots are taken\./);
  expect(second).toHaveTextContent("Key “Oslo” is at its limit of 1: held by #3.");
  expect(within(second!).getByRole("link", { name: "#3" })).toHaveAttribute("href", "/executions/e-0");
  await expectAccessible();
});

it("one that waits is held, released and moved to the front", async () => {
  const held = { ...ROW, why_waiting: { code: "held", params: {} }, place: null };
  answers("/queue", () => queue({ items: [ROW, { ...KEYED, ...held, id: "e-2", number: 5 }] }));
  const asked = accepts("/executions/:id/queue", {
    execution_id: "e",
    status: "queued",
    position: 10,
  });
  const { user } = openPage("/queue");
  await user.click(await screen.findByRole("button", { name: "Hold weather-report #4" }));
  await user.click(screen.getByRole("button", { name: "Let weather-report #4 go first" }));
  await user.click(screen.getByRole("button", { name: "Release weather-report #5" }));
  expect(screen.queryByRole("button", { name: "Let weather-report #5 go first" })).toBeNull();
  expect(screen.getByText("Held by a person: it starts when it is released.")).toBeVisible();
  await waitFor(() =>
    expect(asked.map((one) => one.body)).toEqual([{ held: true }, { priority: 100 }, { held: false }]),
  );
});

it("more are read when they are asked for", async () => {
  answers("/queue", ({ url }) =>
    new URL(url).searchParams.get("cursor") === "1"
      ? queue({ items: [KEYED] })
      : queue({ items: [ROW], next_cursor: 1 }),
  );
  const { user } = openPage("/queue");
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByText(/Key “Oslo”/)).toBeVisible();
});

it.each([
  [3, "3 executions run; there is room for more."],
  [0, "Nothing runs either."],
])("an empty queue says so (%i running)", async (running, words) => {
  answers("/queue", queue({ running, queued: 0, oldest_wait_ms: null, causes: [], limits: [], items: [] }));
  openPage("/queue");
  expect(await screen.findByText("Nothing waits.")).toBeVisible();
  expect(screen.getByText(words)).toBeVisible();
});

it("what can't be read says so, with the way on", async () => {
  refuses("get", "/queue", problem("database_unavailable", { status: 503, category: "infrastructure" }));
  openPage("/queue");
  expect(await screen.findByRole("alert")).toBeVisible();
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
});
