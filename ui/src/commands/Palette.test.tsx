import { fireEvent, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { changeLanguage } from "../i18n";
import { executionItem, lastRun, page, serveExecution, workflowItem } from "../test/answers";
import { history } from "../test/histories";
import { expectAccessible, openPage, screen, waitFor } from "../test/page";
import { answers, unreachable } from "../test/server";

const OLD = "0190ecb9-7a4a-7d3c-8a53-0000000000ff";

beforeEach(() => {
  const weather = workflowItem({ last_runs: [lastRun(1)], description: "A year of weather" });
  const waiting = workflowItem({ id: "zh", name: "等待审批", status: "paused", last_runs: [lastRun(1)] });
  answers("/workflows", (request) => {
    const q = new URL(request.url).searchParams.get("q") ?? "";
    const far = workflowItem({ id: "far", name: "far-away" });
    return page([weather, waiting, ...(q === "far" ? [far] : [])]);
  });
  answers("/executions", page([executionItem({ id: "run-12", number: 12, status: "failed" })]));
});

const field = () => screen.findByRole("combobox", { name: "Find and do anything" });
const options = () => screen.getAllByRole("option").map((option) => option.textContent);
const chosen = () => screen.getByRole("option", { selected: true });

async function open(path = "/workflows") {
  const opened = openPage(path);
  await screen.findByRole("link", { name: "weather-report" });
  await opened.user.keyboard("{Control>}k{/Control}");
  await field();
  return opened;
}

describe("the command palette", () => {
  it("opens by its keys, keeps the focus in its field, and gives it back", async () => {
    const { user } = await open();
    expect(await field()).toHaveFocus();
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const button = screen.getByRole("button", { name: /^Find/ });
    await user.click(button);
    expect(await field()).toHaveFocus();
    await user.keyboard("{Control>}k{/Control}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(button).toHaveFocus());
  });

  it("names what is chosen to a screen reader while arrows move", async () => {
    const { user } = await open();
    expect((await field()).getAttribute("aria-activedescendant")).toBe(chosen().id);
    const first = chosen();
    await user.keyboard("{ArrowDown}");
    expect(chosen()).not.toBe(first);
    await user.keyboard("{ArrowUp}{ArrowUp}");
    expect(chosen()).toBe(screen.getAllByRole("option").at(-1));
    expect((await field()).getAttribute("aria-activedescendant")).toBe(chosen().id);
    await user.keyboard("{PageUp}");
    expect(chosen()).not.toBe(screen.getAllByRole("option").at(-1));
  });

  it("shows the keys of what it lists, and goes there", async () => {
    const { user, address } = await open();
    await user.type(await field(), "queue");
    expect(options()).toEqual(["To the queuegq"]);
    await user.keyboard("{Enter}");
    await waitFor(() => expect(address()).toBe("/queue"));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("finds commands in the other language, and by the first letters of pinyin", async () => {
    const { user } = await open();
    await user.type(await field(), "执行列表");
    expect(options()).toEqual(["To the executionsge"]);
    await user.clear(await field());
    await user.type(await field(), "qwdl"); // 前往队列
    expect(options()).toEqual(["To the queuegq"]);
  });

  it("finds workflows by name, by pinyin, and those that only the server knows", async () => {
    const { user, address } = await open();
    await user.type(await field(), "ddsp");
    await waitFor(() => expect(options()).toEqual(["等待审批Paused"]));
    await user.clear(await field());
    await user.type(await field(), "far");
    await waitFor(() => expect(options()).toEqual(["far-away"]));
    await user.clear(await field());
    await user.type(await field(), "weather-r");
    const groups = await screen.findByRole("group", { name: "Workflows" });
    await user.click(within(groups).getByRole("option", { name: /weather-report/ }));
    await waitFor(() => expect(address()).toMatch(/^\/workflows\/0190/));
  });

  it("finds executions by number, and any by its id", async () => {
    const { user, address } = await open();
    await user.type(await field(), "#12");
    expect(options()[0]).toMatch(/#12/);
    await user.clear(await field());
    answers(`/executions/${OLD}`, executionItem({ id: OLD, number: 3 }));
    fireEvent.change(await field(), { target: { value: OLD.toUpperCase() } });
    await waitFor(() => expect(options()[0]).toMatch(/#3/));
    await user.keyboard("{Enter}");
    await waitFor(() => expect(address()).toBe(`/executions/${OLD}`));
  });

  it("says when nothing fits", async () => {
    const { user } = await open();
    await user.type(await field(), "zzz");
    expect(screen.queryByRole("option")).toBeNull();
    expect(await field()).toHaveAttribute("aria-expanded", "false");
    expect(screen.getByText("Nothing has “zzz” in its name.")).toBeVisible();
    await user.keyboard("{Enter}{ArrowDown}");
    expect(screen.getByRole("dialog")).toBeVisible();
    await expectAccessible();
  });

  it("lists its commands where the server does not answer", async () => {
    await open();
    unreachable("/executions");
    expect(options()).toContain("To the triggersgt");
  });

  it("switches the language and the theme", async () => {
    const { user } = await open();
    await user.type(await field(), "switch the lang");
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { name: "工作流" })).toBeVisible();
    changeLanguage("en");
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await field(), "theme");
    expect(options()).toEqual(["Theme: light"]);
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("button", { name: "Theme: light" })).toBeVisible();
  });

  it("leaves an open dialog alone", async () => {
    const { user } = openPage("/workflows");
    await screen.findByRole("link", { name: "weather-report" });
    await user.keyboard("?");
    const sheet = await screen.findByRole("dialog", { name: "Keyboard" });
    await user.keyboard("{Control>}k{/Control}");
    expect(screen.getAllByRole("dialog")).toEqual([sheet]);
  });

  it("on a Mac is opened by Cmd, and shows its sign", async () => {
    vi.spyOn(navigator, "platform", "get").mockReturnValue("MacIntel");
    const { user } = openPage("/workflows");
    await screen.findByRole("link", { name: "weather-report" });
    await user.keyboard("{Control>}k{/Control}");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByRole("button", { name: /^Find/ })).toHaveTextContent("⌘K");
    await user.keyboard("{Meta>}k{/Meta}");
    expect(await field()).toHaveFocus();
  });
});

describe("what a screen can do", () => {
  it("is listed while it is shown and possible, by its own words, and does what its button does", async () => {
    const { id } = serveExecution(history("completed"));
    const { user } = openPage(`/executions/${id}`);
    await screen.findByRole("button", { name: /Retry/ });
    await user.keyboard("{Control>}k{/Control}");
    await field();
    const here = within(screen.getByRole("group", { name: "On this screen" }));
    expect(here.getByRole("option", { name: /Retry it/ })).toHaveTextContent("r");
    expect(here.queryByRole("option", { name: /Stop it/ })).toBeNull();
    await user.click(here.getByRole("option", { name: /Retry it/ }));
    expect(await screen.findByRole("dialog", { name: /^Retry #/ })).toBeVisible();
  });
});
