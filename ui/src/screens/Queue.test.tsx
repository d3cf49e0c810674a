import { within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import type { CapacityAnswer, LimitsAnswer, QueueAnswer, QueueItem } from "../api/types";
import { executionItem, workflowItem } from "../test/answers";
import { expectAccessible, openPage, screen, waitFor } from "../test/page";
import { accepts, answers, problem, refuses } from "../test/server";

const ROW: QueueItem = {
  ...executionItem({ id: "e-1", number: 4, status: "queued", started_at: null, ended_at: null }),
  priority: 10,
  place: 1,
  starts_in_ms: { p50: 180_000, p90: 300_000 },
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
  starts_in_ms: null,
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
    places_estimated: 200,
    next_cursor: null,
    position: 9,
    ...more,
  };
}

const CAPACITY: CapacityAnswer = {
  slots: { used: 4, limit: 4 },
  pinned: false,
  follows_load: true,
  most_attempts: 8,
  workers: 4,
  kinds: [
    { name: "http", taken: 2, limit: 2 },
    { name: "python", taken: 2, limit: null },
  ],
  resources: [
    { name: "memory_mb", taken: 6_000, limit: 16_000 },
    { name: "gpu", taken: 0, limit: 0 },
    { name: "seats", taken: 1, limit: 3 },
  ],
  pressure: { memory_used: 0.92, memory_stall: 0, cpu_others: 0.1, cpu_wait: 0.4 },
  moves: [
    {
      at: new Date(Date.now() - 60_000).toISOString(),
      resource: null,
      from_limit: 8,
      to_limit: 4,
      reason: "memory",
      memory_used: 0.93,
      cpu_others: 0.1,
    },
  ],
};

const LIMITS: LimitsAnswer = {
  attempts: null,
  workflows: { "w-1": { running: 2, queued: null } },
  kinds: { http: 2 },
  resources: { seats: 3 },
  machine: { cpu: 2, memory_mb: 16_000, gpu: 0 },
  most_attempts: 8,
  version: 3,
  changed_at: null,
  changed_by: null,
};

beforeEach(() => {
  answers("/capacity", CAPACITY);
});

it("capacity says how much is taken, how pressed the machine is, and why the limit moved", async () => {
  answers("/queue", queue());
  openPage("/queue");
  const capacity = await screen.findByRole("region", { name: "Capacity" });
  expect(capacity).toHaveTextContent("4 attempts at once now; the number follows the load, up to 8");
  const meters = within(within(capacity).getByRole("list", { name: "Capacity" })).getAllByRole("listitem");
  expect(meters.map((one) => one.textContent)).toEqual([
    "Memory in use92 %",
    "CPU taken by others10 %",
    "Memory reserved, MB6,000 / 16,000",
    "seats1 / 3",
    "http steps2 / 2",
  ]);
  const moves = within(capacity).getByRole("list", { name: "What moved it last" });
  expect(moves).toHaveTextContent("8 → 4 memory was 93 % full");
  expect(within(capacity).getByRole("img", { name: /now 4 of 8/ })).toBeVisible();
  await expectAccessible();
});

it("an operator changes the limits; what is wrong is said at its row", async () => {
  answers("/queue", queue());
  answers("/queue/limits", LIMITS);
  answers("/node-kinds", { items: [{ name: "http" }, { name: "python" }] });
  answers("/workflows", { items: [workflowItem({ id: "w-1", name: "weather-report" })], next_cursor: null });
  const { user } = openPage("/queue");
  await user.click(await screen.findByRole("button", { name: "Change limits" }));
  const kinds = await screen.findByRole("group", { name: /Kinds of step/ });
  await user.click(await within(kinds).findByRole("button", { name: "Add" }));
  await user.type(within(kinds).getAllByRole("textbox", { name: "at once" })[1]!, "0");
  const wrong = { node: null, pointer: "/kinds/python", code: "out_of_range", message: "", advice: "" };
  refuses("put", "/queue/limits", {
    ...problem("limits_invalid", { status: 422, category: "validation" }),
    errors: [{ ...wrong, severity: "error", params: {} }],
  });
  await user.click(screen.getByRole("button", { name: "Save limits" }));
  expect(await within(kinds).findByRole("alert")).toHaveTextContent("Write a number that is possible here");
  expect(within(kinds).getAllByRole("textbox")[1]).toHaveAttribute("aria-invalid", "true");
  await expectAccessible();

  const asked = accepts("/queue/limits", LIMITS, 200, "put");
  await user.clear(within(kinds).getAllByRole("textbox", { name: "at once" })[1]!);
  await user.type(within(kinds).getAllByRole("textbox", { name: "at once" })[1]!, "5");
  await user.click(screen.getByRole("radio", { name: /Always/ }));
  const resources = screen.getByRole("group", { name: /Resources/ });
  await user.click(within(resources).getByRole("button", { name: "Remove" }));
  const flows = screen.getByRole("group", { name: /Workflows/ });
  await user.type(within(flows).getByRole("textbox", { name: "waiting" }), "50");
  await user.click(screen.getByRole("button", { name: "Save limits" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked.at(-1)!.body).toEqual({
    attempts: 8,
    kinds: { http: 2, python: 5 },
    resources: {},
    workflows: { "w-1": { running: 2, queued: 50 } },
  });
  expect(asked.at(-1)!.headers.get("If-Match")).toBe("3");
});

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

it("each says when it will start, as a range, or that nobody can say; and where that ends", async () => {
  answers("/queue", queue({ items: [ROW, { ...KEYED, place: 201 }] }));
  openPage("/queue");
  const waiting = await screen.findByRole("region", { name: "Waiting" });
  expect(within(waiting).getByRole("columnheader", { name: "Starts in" })).toBeVisible();
  const [first, second] = within(waiting).getAllByRole("row").slice(1);
  expect(within(first!).getByText(/^3–5\s?min$/)).toBeVisible();
  expect(second).toHaveTextContent("nobody can say yet when it starts");
  expect(waiting).toHaveTextContent("When they start is estimated for the first 200 places.");
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
