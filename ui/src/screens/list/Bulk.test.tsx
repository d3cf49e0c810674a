import { within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetSeen } from "../../stream/seen";
import { executionItem, page, workflowItem } from "../../test/answers";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../../test/page";
import { answers, problem, server } from "../../test/server";
import { forgetWalk } from "./walk";

const open = { status: "running", ended_at: null } as const;
const RUNS = [
  executionItem({ id: "three", number: 3, ...open }),
  executionItem({ id: "two", number: 2, ...open, requested_by: "local:bo" }),
  executionItem({ id: "one", number: 1 }),
];

beforeEach(() => {
  answers("/workflows", page([workflowItem()]));
  answers("/executions", page(RUNS));
});
afterEach(() => {
  forgetSeen();
  forgetWalk();
});

async function list(search = "") {
  const opened = openPage(`/executions${search}`);
  await screen.findByText("#1");
  return opened;
}

/** Stops that were asked for: id -> body. `two` is refused. */
function stops(): Map<string, unknown> {
  const came = new Map<string, unknown>();
  server.use(
    http.post("*/api/v1/executions/:id/stop", async ({ request, params }) => {
      came.set(String(params.id), await request.json());
      if (params.id !== "two")
        return HttpResponse.json({ status: "stopping", position: 200 }, { status: 202 });
      const refused = problem("execution_is_completed", { status: 409, category: "conflict" });
      return HttpResponse.json(refused, { status: 409 });
    }),
  );
  return came;
}

describe("several executions", () => {
  it("are stopped after a preview, and each says what became of it", async () => {
    const { user } = await list();
    const came = stops();
    await user.click(screen.getByRole("checkbox", { name: "Select all rows" }));
    const bar = within(screen.getByRole("toolbar", { name: "3 selected" }));
    await user.click(bar.getByRole("button", { name: "Stop 2…" }));
    const sheet = within(await dialog());
    expect(within(sheet.getByRole("region", { name: "2 will be stopped" })).getByText("#3")).toBeVisible();
    expect(sheet.getByRole("region", { name: "1 cannot be stopped" })).toHaveTextContent("it has completed");
    await expectAccessible();
    expect(came.size, "nothing before it is confirmed").toBe(0);

    await user.type(sheet.getByRole("textbox", { name: /Reason/ }), "cleanup");
    await user.click(sheet.getByRole("button", { name: "Stop it" }));
    await waitFor(() => expect(sheet.queryByRole("button", { name: "Stop it" })).toBeNull());
    expect(came.get("three")).toMatchObject({ reason: "cleanup" });
    await waitFor(() =>
      expect(document.querySelector('[data-run="three"] [data-outcome]')).toHaveAttribute(
        "data-outcome",
        "stopping",
      ),
    );
    expect(document.querySelector('[data-run="two"] [data-outcome=refused]')).toHaveTextContent(
      "Not possible in this state",
    );
    const [, close] = sheet.getAllByRole("button", { name: "Close" });
    await user.click(close!);
    await waitFor(() => expect(screen.queryByRole("toolbar")).toBeNull());
  });

  it("that have ended cannot be stopped, and the bar says so", async () => {
    const { user } = await list();
    await user.click(screen.getByRole("checkbox", { name: "Select weather-report #1" }));
    expect(screen.getByRole("button", { name: "Stop: none is active" })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "Clear the selection" }));
    expect(screen.queryByRole("toolbar")).toBeNull();
  });

  it("are walked, selected and stopped by keys", async () => {
    const { user } = await list();
    await user.keyboard("j");
    expect(document.activeElement?.closest("tr")).toHaveAttribute("data-execution", "three");
    await user.keyboard("jjj");
    expect(document.activeElement?.closest("tr"), "the last is the last").toHaveAttribute(
      "data-execution",
      "one",
    );
    await user.keyboard("kx");
    expect(screen.getByRole("checkbox", { name: "Select weather-report #2" })).toBeChecked();
    await user.keyboard("s");
    expect(await dialog()).toHaveTextContent("Stop the selected executions?");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("toolbar")).toBeNull());
  });
});

describe("the filters", () => {
  it("by status, workflow, time and label are in the address and asked of the server", async () => {
    const asked: URLSearchParams[] = [];
    answers("/executions", ({ url }) => {
      asked.push(new URL(url).searchParams);
      return page(RUNS);
    });
    const { user, router } = await list();
    await user.click(screen.getByRole("checkbox", { name: "Stopped" }));
    await screen.findByRole("option", { name: "weather-report" });
    await user.selectOptions(screen.getByRole("combobox", { name: "Workflow" }), "weather-report");
    await user.selectOptions(screen.getByRole("combobox", { name: "Created" }), "Last hour");
    await user.type(screen.getByRole("textbox", { name: "Label" }), "team=a");
    await waitFor(() => expect(asked.at(-1)?.get("label")).toBe("team=a"));
    const last = asked.at(-1)!;
    expect(last.getAll("status")).toEqual(["stopped"]);
    expect(last.get("workflow_id")).toBe(workflowItem().id);
    expect(Date.parse(last.get("since")!)).toBeLessThan(Date.now());
    expect(router.state.location.search).toMatch(/^\?status=stopped&workflow=.*&label=team%3Da&since=1h$/);
    await user.click(screen.getByRole("checkbox", { name: "Stopped" }));
    expect(router.state.location.search).not.toContain("status");
  });

  it("by words looks through the rows that are shown", async () => {
    const { user } = await list();
    await user.type(screen.getByRole("searchbox", { name: "Search the rows shown" }), "bo");
    await waitFor(() => expect(screen.queryByText("#3")).toBeNull());
    expect(screen.getByText("#2")).toBeVisible();
  });

  it.each([
    ["?status=failed", "No execution has this status."],
    ["?since=1h", "No execution passes these filters."],
    ["?status=failed&label=a%3Db", "No execution passes these filters."],
    ["?q=nothing", "No row shown has “nothing”."],
  ])("%s that leaves nothing over says which", async (search, words) => {
    answers("/executions", page(search.startsWith("?q") ? RUNS : [], search.startsWith("?q") ? 50 : null));
    const { user, router } = openPage(`/executions${search}`);
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.queryAllByText(/Load older ones to look further/)).toHaveLength(
      search.startsWith("?q") ? 1 : 0,
    );
    answers("/executions", page(RUNS));
    await user.click(screen.getByRole("button", { name: "Show all" }));
    expect(await screen.findByText("#3")).toBeVisible();
    expect(router.state.location.search).toBe("");
  });
});
