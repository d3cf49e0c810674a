import { within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { executionItem, lastRun, page, workflowItem } from "../../test/answers";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../../test/page";
import { answers } from "../../test/server";
import { BUILT_IN, listAddress, normal } from "./views";

let asked: URLSearchParams[] = [];

beforeEach(() => {
  asked = [];
  answers("/workflows", page([workflowItem({ last_runs: [lastRun(1)] })]));
  const waiting = executionItem({
    id: "w",
    number: 7,
    status: "running",
    ended_at: null,
    waiting_paths: ["ask"],
  });
  const busy = executionItem({ id: "b", number: 8, status: "running", ended_at: null, waiting_paths: [] });
  answers("/executions", (request) => {
    asked.push(new URL(request.url).searchParams);
    return page([waiting, busy]);
  });
});

const kept = () => JSON.parse(localStorage.getItem("runwright.views") ?? "null");
const keep = (...names: string[]) =>
  localStorage.setItem(
    "runwright.views",
    JSON.stringify({
      saved: names.map((name) => ({ id: name, name, search: `status=failed&q=${name}` })),
      standard: "",
    }),
  );

async function open(path = "/executions") {
  const opened = openPage(path);
  const summary = await screen.findByText(/^View: /);
  const search = () => opened.router.state.location.search;
  return { ...opened, summary, search };
}

describe("the views of the list", () => {
  it("are addresses: the built-in ones are there, and the present one is named", async () => {
    const { user, summary, search } = await open("/executions?since=24h&status=failed");
    expect(summary).toHaveTextContent("View: Failed in 24 hours");
    await user.click(summary);
    const own = within(screen.getByRole("list", { name: "Built-in views" }));
    expect(own.getAllByRole("link")).toHaveLength(Object.keys(BUILT_IN).length);
    expect(own.getByRole("link", { current: true })).toHaveTextContent("Failed in 24 hours");
    await expectAccessible();
    await user.click(own.getByRole("link", { name: "Running" }));
    expect(search()).toBe("?status=running");
    expect(await screen.findByText("View: Running")).toBeVisible();
    expect(document.querySelector("details.views")).not.toHaveAttribute("open");
  });

  it("every built-in one is written as the filter writes it", () => {
    for (const search of Object.values(BUILT_IN)) expect(normal(search)).toBe(search);
  });

  it("one shows only what waits, and says so beside the filters", async () => {
    const { user, search } = await open("/executions?status=running&waits=yes");
    await waitFor(() => expect(screen.getAllByRole("link", { name: "weather-report" })).toHaveLength(1));
    expect(asked.at(-1)!.getAll("status")).toEqual(["running"]);
    await user.click(screen.getByRole("button", { name: /^a step waits/ }));
    expect(search()).toBe("?status=running");
    expect(screen.getAllByRole("link", { name: "weather-report" })).toHaveLength(2);
  });

  it("a filter without a name is given one, and is kept in this browser", async () => {
    const { user, summary } = await open("/executions?status=stopped");
    expect(summary).toHaveTextContent("View: without a name");
    await user.click(summary);
    await user.type(screen.getByRole("textbox", { name: "Save this filter as a view" }), " Halted {Enter}");
    expect(await screen.findByText("View: Halted")).toBeVisible();
    expect(kept().saved).toMatchObject([{ name: "Halted", search: "status=stopped" }]);
    expect(screen.queryByRole("textbox", { name: "Save this filter as a view" })).toBeNull();
  });

  it("say when they cannot be kept", async () => {
    const { user, summary } = await open("/executions?status=stopped");
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    await user.click(summary);
    await user.type(screen.getByRole("textbox", { name: "Save this filter as a view" }), "x{Enter}");
    expect(await screen.findByText(/could not be kept/)).toBeVisible();
  });

  it("are renamed, put in order and deleted", async () => {
    keep("one", "two");
    const { user, summary } = await open();
    await user.click(summary);
    await user.click(screen.getByRole("button", { name: "Manage views…" }));
    const sheet = within(await dialog());
    await expectAccessible();
    const name = await sheet.findByRole("textbox", { name: "Name of two" });
    await user.clear(name);
    await user.type(name, "second{Enter}");
    await user.click(sheet.getByRole("button", { name: "Move second up" }));
    expect(kept().saved.map(({ name }: { name: string }) => name)).toEqual(["second", "one"]);
    expect(sheet.getByRole("button", { name: "Move second up" })).toBeDisabled();
    await user.click(sheet.getByRole("button", { name: "Delete one" }));
    expect(kept().saved.map(({ name }: { name: string }) => name)).toEqual(["second"]);
  });

  it("one is what the list opens with, until it is deleted", async () => {
    keep("mine");
    const { user, summary } = await open();
    await user.click(summary);
    await user.click(screen.getByRole("button", { name: "Manage views…" }));
    const sheet = within(await dialog());
    await user.selectOptions(await sheet.findByRole("combobox", { name: "The list opens with" }), "mine");
    expect(listAddress()).toBe("/executions?status=failed&q=mine");
    expect(document.querySelector(".rail a[href^='/executions']")).toHaveAttribute("href", listAddress());
    await user.click(sheet.getByRole("button", { name: "Delete mine" }));
    expect(listAddress()).toBe("/executions");
  });

  it("are found by the command palette", async () => {
    keep("mine");
    const { user, search } = await open();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: "Find and do anything" }), "mine");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(search()).toBe("?status=failed&q=mine"));
  });

  it("that were written by something else are left out", async () => {
    localStorage.setItem(
      "runwright.views",
      JSON.stringify({ saved: [null, { id: 1 }], standard: "colour=red" }),
    );
    const { summary } = await open();
    expect(summary).toHaveTextContent("View: All");
    expect(listAddress()).toBe("/executions");
    localStorage.setItem("runwright.views", "{");
    expect(listAddress()).toBe("/executions");
  });
});
