import { within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExecutionItem } from "../api/types";
import { forgetSeen, noteSeen } from "../stream/seen";
import { executionItem, page } from "../test/answers";
import { FakeEventSource } from "../test/FakeEventSource";
import { history } from "../test/histories";
import { expectAccessible, openPage, screen, waitFor } from "../test/page";
import { answers, problem, refuses } from "../test/server";

const error = {
  code: "python_exception",
  category: "step",
  type: "KeyError",
  message: "'2031'",
  advice: "",
  retryable: false,
};

beforeEach(() => answers("/workflows", page([])));
afterEach(forgetSeen);

const inRow = async (status: string) =>
  expect((await screen.findByRole("link", { name: "weather-report" })).closest("tr")).toHaveTextContent(
    status,
  );

async function row(item: Partial<ExecutionItem>): Promise<HTMLElement> {
  answers("/executions", page([executionItem(item)]));
  openPage("/executions");
  return (await screen.findByRole("link", { name: "weather-report" })).closest("tr")!;
}

describe("a row says what happens now, or how it ended:", () => {
  const open = { ended_at: null };
  it.each([
    [{ settled_steps: 2 }, "2 steps settled"],
    [{ settled_steps: 1 }, "1 step settled"],
    [{ status: "failed", error }, "the code raised KeyError · '2031'"],
    [{ status: "failed", error: { ...error, code: "new" } }, "The step’s code failed · '2031'"],
    [{ status: "queued", ...open, started_at: null }, "waits its turn in the queue"],
    [{ status: "stopping", ...open }, "ending what still runs"],
    [{ status: "stopped", settled_steps: 1 }, "stopped · 1 step settled"],
    [{ status: "running", ...open, waiting_paths: ["pay"] }, "pay waits"],
    [{ status: "running", ...open, current_paths: ["a", "b"] }, "2 steps settled · a, b"],
  ] as [Partial<ExecutionItem>, string][])("%j", async (item, words) => {
    expect(await row(item)).toHaveTextContent(words);
  });
});

it("a row has how long it took, what it waited, who asked and when", async () => {
  const shown = await row({});
  expect(shown).toHaveTextContent("8.3 s");
  expect(shown).toHaveTextContent("2.0 s");
  expect(shown).toHaveTextContent("ada");
  expect(shown).toHaveTextContent("2026-01-01 09:00:00");
  await expectAccessible();
});

it("a list that is read because of an event is not older than it", async () => {
  const asked: (string | null)[] = [];
  answers("/executions", ({ url }) => {
    asked.push(new URL(url).searchParams.get("min_position"));
    return page([executionItem({ status: "stopping", ended_at: null })]);
  });
  openPage("/executions");
  await inRow("Stopping");
  await waitFor(() => expect(FakeEventSource.all).not.toHaveLength(0));
  FakeEventSource.last.open();
  FakeEventSource.last.send({ ...history("stopped").events.at(-1)!, position: 500 });
  await waitFor(() => expect(asked.at(-1)).toBe("500"));
  expect(asked[0]).toBeNull();
});

it("a server that was set up anew is not asked for positions of the old one", async () => {
  noteSeen(1_000_000);
  const asked: (string | null)[] = [];
  refuses(
    "get",
    "/executions",
    problem("view_behind", { status: 503, category: "infrastructure", retryable: true }),
  );
  openPage("/executions");
  await screen.findByRole("alert");
  answers("/executions", ({ url }) => {
    asked.push(new URL(url).searchParams.get("min_position"));
    return page([executionItem()]);
  });
  await inRow("Completed");
  expect(asked).toEqual([null]);
});

it("a press anywhere on the row opens the execution", async () => {
  answers("/executions", page([executionItem()]));
  refuses("get", "/executions/execution-1", problem("execution_not_found", { status: 404 }));
  const { user, address } = openPage("/executions");
  await user.click(await screen.findByText("2 steps settled"));
  expect(address()).toBe("/executions/execution-1");
});

it("the filter is in the address, and asks for those statuses", async () => {
  const asked: string[][] = [];
  answers("/executions", ({ url }) => {
    asked.push(new URL(url).searchParams.getAll("status"));
    return page([]);
  });
  const { user, router } = openPage("/executions?status=failed");
  expect(await screen.findByText("No execution has this status.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Failed" })).toHaveAttribute("aria-pressed", "true");
  await user.click(screen.getByRole("button", { name: "Active" }));
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(router.state.location.search).toBe("?status=active");
  await user.click(screen.getByRole("button", { name: "All" }));
  expect(await screen.findByText("Nothing has run yet.")).toBeVisible();
  expect(router.state.location.search).toBe("");
  expect(asked).toEqual([["failed"], ["queued", "running", "paused", "stopping"], []]);
});

it("a filter nobody knows shows all", async () => {
  answers("/executions", page([]));
  openPage("/executions?status=purple");
  expect(await screen.findByText("Nothing has run yet.")).toBeVisible();
  expect(screen.getByRole("link", { name: "To the workflows" })).toHaveAttribute("href", "/workflows");
  await expectAccessible();
});

it("older ones come on demand", async () => {
  answers("/executions", ({ url }) =>
    new URL(url).searchParams.get("cursor") === "50"
      ? page([executionItem({ id: "old", number: 1 })])
      : page([executionItem({ id: "new", number: 2 })], 50),
  );
  const { user } = openPage("/executions");
  await user.click(await screen.findByRole("button", { name: "Load older" }));
  expect(await screen.findByText("#1")).toBeVisible();
  expect(screen.getByText("#2")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Load older" })).toBeNull();
});

it("a list that cannot be read can be asked for again", async () => {
  refuses("get", "/executions", problem("oops", { status: 500 }));
  const { user } = openPage("/executions");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Something went wrong inside Runwright");
  answers("/executions", page([executionItem()]));
  await user.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "weather-report" })).toBeVisible();
});

it("the list stays true by itself, also after the connection was lost", async () => {
  answers("/executions", page([executionItem({ status: "running", ended_at: null })]));
  openPage("/executions");
  await inRow("Running");
  await waitFor(() => expect(FakeEventSource.all).not.toHaveLength(0));
  FakeEventSource.last.open();
  expect(await screen.findByText(/^live · /)).toBeVisible();
  answers("/executions", page([executionItem()]));
  FakeEventSource.last.send({ ...history("completed").events.at(-1)!, position: 101 });
  await waitFor(() => inRow("Completed"));
  FakeEventSource.last.fail();
  expect(await screen.findByText("reconnecting")).toBeVisible();
  answers("/executions", page([executionItem({ status: "stopped" })]));
  await waitFor(() => expect(FakeEventSource.last.closed).toBe(false));
  FakeEventSource.last.open();
  await waitFor(() => inRow("Stopped"));
});
