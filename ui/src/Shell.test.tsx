import { act, render, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { createMemoryRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { App, newQueryClient, Providers, routes } from "./app";
import { lastRun, page, workflowItem } from "./test/answers";
import { FakeEventSource } from "./test/FakeEventSource";
import { dialog, expectAccessible, openPage, screen, waitFor } from "./test/page";
import { answers, server } from "./test/server";

beforeEach(() => answers("/workflows", page([workflowItem({ last_runs: [lastRun(1)] })])));

function Broken(): never {
  throw new Error("the drawing went wrong");
}

it("the first address leads to the workflows", async () => {
  const { address } = openPage("/");
  expect(await screen.findByRole("link", { name: "weather-report" })).toBeVisible();
  expect(address()).toBe("/workflows");
  expect(document.title).toBe("Workflows · Runwright");
});

it("the language changes at a press, without loading anything, and is remembered", async () => {
  const { user } = openPage("/workflows");
  await screen.findByRole("link", { name: "weather-report" });
  await user.click(screen.getByRole("button", { name: /Switch to Chinese/ }));
  expect(screen.getByRole("heading", { name: "工作流" })).toBeVisible();
  expect(document.documentElement.lang).toBe("zh-CN");
  expect(localStorage.getItem("runwright.language")).toBe("zh-CN");
  await user.click(screen.getByRole("button", { name: /切换到英文/ }));
  expect(screen.getByRole("heading", { name: "Workflows" })).toBeVisible();
});

it("the theme goes from the system's to light to dark and back", async () => {
  const { user } = openPage("/workflows");
  const button = () => screen.getByRole("button", { name: /^Theme/ });
  for (const theme of ["as the system", "light", "dark", "as the system"]) {
    expect(button()).toHaveAccessibleName(`Theme: ${theme}`);
    await user.click(button());
  }
});

it("the first thing the keyboard reaches skips to the content", async () => {
  const { user } = openPage("/workflows");
  await screen.findByRole("link", { name: "weather-report" });
  await user.tab();
  expect(screen.getByRole("link", { name: "Skip to content" })).toHaveFocus();
  expect(document.querySelector("#main")).not.toBeNull();
});

it("an address that leads nowhere says so and shows the ways on", async () => {
  openPage("/nowhere");
  expect(await screen.findByRole("heading", { name: "There is no such page", level: 2 })).toBeVisible();
  expect(screen.getByRole("link", { name: "To the workflows" })).toHaveAttribute("href", "/workflows");
  await expectAccessible();
});

it("a mistake of the page itself is told, not left white", async () => {
  const quiet = vi.spyOn(console, "error").mockImplementation(() => {});
  const [root] = routes;
  const broken = [{ path: "/", element: <Broken />, errorElement: root!.errorElement }];
  render(
    <Providers client={newQueryClient()}>
      <RouterProvider router={createMemoryRouter(broken)} />
    </Providers>,
  );
  expect(await screen.findByRole("alert")).toHaveTextContent("the drawing went wrong");
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  quiet.mockRestore();
});

it("the page mounts as a whole at the browser's address", async () => {
  window.history.replaceState(null, "", "/workflows");
  render(<App />);
  await waitFor(() => expect(screen.getByRole("link", { name: "weather-report" })).toBeVisible());
});

describe("the keyboard", () => {
  it("? shows every key, by where it works; typing it in a field does not", async () => {
    const { user } = openPage("/workflows");
    await user.type(await screen.findByRole("searchbox"), "why?");
    expect(screen.queryByRole("dialog")).toBeNull();
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("?");
    const sheet = within(await dialog());
    for (const place of ["Everywhere", "List of executions", "An execution", "Editor"]) {
      await waitFor(() => expect(sheet.getByRole("region", { name: place })).toBeVisible());
    }
    expect(sheet.getByRole("region", { name: "Editor" })).toHaveTextContent("SaveCtrlS");
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.click(screen.getByRole("button", { name: "Keyboard" }));
    await waitFor(async () => expect(await dialog()).toBeVisible());
  });

  it("g and a letter lead to the lists", async () => {
    answers("/executions", page([]));
    const { user, address } = openPage("/workflows");
    await screen.findByRole("link", { name: "weather-report" });
    await user.keyboard("e");
    expect(address()).toBe("/workflows");
    await user.keyboard("ge");
    expect(address()).toBe("/executions");
    await user.keyboard("gxw");
    expect(address()).toBe("/executions");
    await user.keyboard("gw");
    expect(address()).toBe("/workflows");
  });
});

describe("a server that does not answer", () => {
  it("is told after a while, with the time of what is shown, until it is back", async () => {
    vi.useFakeTimers({
      toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
      shouldAdvanceTime: true,
    });
    openPage("/workflows");
    await waitFor(() => expect(FakeEventSource.all).not.toHaveLength(0));
    act(() => FakeEventSource.last.open());
    act(() => FakeEventSource.last.fail());
    expect(screen.queryByText("The server does not answer.")).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(6_000));
    expect(screen.getByText("The server does not answer.").closest("p")).toHaveTextContent(
      /as of \d\d:\d\d:\d\d UTC/,
    );
    act(() => FakeEventSource.last.open());
    expect(screen.queryByText("The server does not answer.")).toBeNull();
    vi.useRealTimers();
  });

  it("stays told on a page that follows nothing, until the server answers again", async () => {
    vi.useFakeTimers({
      toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
      shouldAdvanceTime: true,
    });
    const { router } = openPage("/workflows");
    await waitFor(() => expect(FakeEventSource.all).not.toHaveLength(0));
    act(() => FakeEventSource.last.open());
    act(() => FakeEventSource.last.fail());
    await act(() => vi.advanceTimersByTimeAsync(6_000));
    let up = false;
    server.use(
      http.get("*/healthz", () => (up ? HttpResponse.json({ status: "ok" }) : HttpResponse.error())),
    );
    await act(() => router.navigate("/no/such/page"));
    await act(() => vi.advanceTimersByTimeAsync(7_000));
    expect(screen.getByText("The server does not answer.")).toBeVisible();
    up = true;
    await act(() => vi.advanceTimersByTimeAsync(4_000));
    await waitFor(() => expect(screen.queryByText("The server does not answer.")).toBeNull());
    vi.useRealTimers();
  });
});
