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

const named = ({ id, number, workflow, status }: (typeof RUNS)[number]) => ({ id, number, workflow, status });

/** What was asked to be done. The preview leaves out what has ended; `two` refuses when it is done. */
function stops(): { ids: string[]; reason: string; preview_token: string }[] {
  const came: { ids: string[]; reason: string; preview_token: string }[] = [];
  server.use(
    http.post("*/api/v1/executions/bulk", async ({ request }) => {
      const body = (await request.json()) as (typeof came)[number];
      if (!body.preview_token) {
        const refused = { ...named(RUNS[2]!), code: "execution_is_completed", message: "It is completed." };
        const items = RUNS.slice(0, 2).map(named);
        return HttpResponse.json({ items, refused: [refused], more: false, preview_token: "seen" });
      }
      came.push(body);
      const items = [
        { id: "three", done: true, code: null, message: null },
        { id: "two", done: false, code: "execution_is_failed", message: "It is failed." },
      ];
      return HttpResponse.json({ items });
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
    const will = await sheet.findByRole("region", { name: "2 will be stopped" });
    expect(within(will).getByText("#3")).toBeVisible();
    expect(sheet.getByRole("region", { name: "1 is left out" })).toHaveTextContent("it has completed");
    await expectAccessible();
    expect(came, "nothing before it is confirmed").toEqual([]);

    await user.type(sheet.getByRole("textbox", { name: /Reason/ }), "cleanup");
    await user.click(sheet.getByRole("button", { name: "Stop them" }));
    await waitFor(() => expect(came).toHaveLength(1));
    expect(came[0]).toMatchObject({ ids: ["three", "two"], reason: "cleanup", preview_token: "seen" });
    await waitFor(() =>
      expect(document.querySelector('[data-run="three"] [data-outcome=done]')).toBeInTheDocument(),
    );
    expect(document.querySelector('[data-run="two"] [data-outcome=refused]')).toHaveTextContent(
      "it has failed",
    );
    const [, close] = sheet.getAllByRole("button", { name: "Close" });
    await user.click(close!);
    await waitFor(() => expect(screen.queryByRole("toolbar")).toBeNull());
  });

  it("that have ended cannot be stopped, and the bar says so", async () => {
    const { user } = await list();
    await user.click(screen.getByRole("checkbox", { name: "Select weather-report #1" }));
    expect(screen.getByRole("button", { name: "Stop 0…" })).toBeDisabled();
    expect(screen.getByRole("button", { name: "Retry 0…" })).toBeDisabled();
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
    stops();
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

it("those that failed are retried as the preview says, anew when it has become stale", async () => {
  const failed = { ...RUNS[2]!, status: "failed" as const };
  answers("/executions", page([failed]));
  const asked: object[] = [];
  server.use(
    http.post("*/api/v1/executions/bulk", async ({ request }) => {
      const body = (await request.json()) as { preview_token?: string };
      asked.push(body);
      const again = { ...named(failed), runs_again: 2, repeats_effects: 1 };
      if (body.preview_token === undefined) {
        return HttpResponse.json({
          items: [again],
          refused: [],
          more: false,
          preview_token: `${asked.length}`,
        });
      }
      if (asked.length === 2) {
        return HttpResponse.json(problem("preview_stale", { status: 409, category: "conflict" }), {
          status: 409,
        });
      }
      return HttpResponse.json({ items: [{ id: "one", done: true, code: null, message: null }] });
    }),
  );
  const { user } = openPage("/executions");
  await user.click(await screen.findByRole("checkbox", { name: "Select all rows" }));
  await user.click(screen.getByRole("button", { name: "Retry 1…" }));
  const sheet = within(await dialog());
  expect(await sheet.findByText("2 steps run again")).toBeVisible();
  expect(sheet.getByText(/1 step may repeat its effects/)).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Retry them" }));
  expect(await sheet.findByRole("alert")).toBeVisible();
  await waitFor(() => expect(asked).toHaveLength(3));
  await user.click(sheet.getByRole("button", { name: "Retry them" }));
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ preview_token: "3", action: "retry" }));
  expect(await sheet.findByText("done")).toBeVisible();
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
