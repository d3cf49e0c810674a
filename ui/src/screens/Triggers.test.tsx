import { within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it } from "vitest";
import type { Trigger } from "../api/triggers";
import { page, WORKFLOW, workflowItem } from "../test/answers";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../test/page";
import { accepts, answers, problem, refuses, server } from "../test/server";

const CRON: Trigger = {
  id: "t-1",
  version: 2,
  workflow_id: WORKFLOW,
  name: "Every morning",
  kind: "cron",
  cron: "0 8 * * 1-5",
  timezone: "Asia/Shanghai",
  every_s: null,
  inputs: { city: "Oslo" },
  priority: null,
  overlap: "skip",
  catch_up: "latest",
  jitter_s: 0,
  paused: false,
  next_at: new Date(Date.now() + 3_600_000).toISOString(),
  waits_for: null,
  last_due_at: "2026-01-01T00:00:00Z",
  last_execution_id: "e-1",
  fired: 12,
  skipped: 2,
  last_skip: { at: "2026-01-02T00:00:00Z", count: 2, reason: "overlap", detail: null, last_due_at: "" },
  path: null,
  changed_at: "2026-01-01T00:00:00Z",
  changed_by: "local:ada",
  position: 9,
};
const HOOK: Trigger = {
  ...CRON,
  id: "t-2",
  name: "From the shop",
  kind: "webhook",
  cron: null,
  timezone: null,
  next_at: null,
  last_due_at: null,
  last_execution_id: null,
  last_skip: null,
  path: "/api/v1/hooks/t-2",
};
const EVERY: Trigger = { ...CRON, id: "t-3", name: "Often", kind: "interval", cron: null, every_s: 5_400 };

beforeEach(() => {
  answers("/workflows", page([workflowItem()]));
  answers("/workflows/:id/versions/:n", {
    definition: { inputs: { properties: { city: { type: "string", default: "Oslo" } } } },
  });
  server.use(
    http.post("*/api/v1/triggers/preview", async ({ request }) => {
      const { cron } = (await request.json()) as { cron: string };
      const wrong = { node: null, pointer: "/cron", code: "cron_fields", message: "Five.", advice: "" };
      return HttpResponse.json(
        cron === "0 8 * * 1-5"
          ? { next_at: ["2026-11-30T00:00:00Z"], problems: [] }
          : { next_at: [], problems: [{ ...wrong, params: { count: 2 } }] },
      );
    }),
  );
});

const list = (...items: Trigger[]) => answers("/triggers", { items, next_cursor: null, position: 9 });
const row = async (name: string) => within((await screen.findByText(name)).closest("tr")!);

it("tells when each fires, in words, and what it did last", async () => {
  list(CRON, HOOK, EVERY, {
    ...EVERY,
    id: "t-4",
    name: "Waits",
    next_at: "2026-01-01T00:00:00Z",
    waits_for: "e-9",
  });
  openPage("/triggers");
  const cron = await row("Every morning");
  expect(cron.getByText(/At 08:00, Monday through Friday/)).toBeVisible();
  expect(cron.getByText(/0 8 \* \* 1-5 · Asia\/Shanghai/)).toBeVisible();
  expect(cron.getByText(/^in .*min/)).toBeVisible();
  expect(cron.getByText("skipped: the run before it was not over")).toBeVisible();
  expect(cron.getByText("2 skipped")).toBeVisible();
  const hook = await row("From the shop");
  expect(hook.getByText("when it is called")).toBeVisible();
  expect(hook.getByRole("link", { name: "its runs" })).toHaveAttribute(
    "href",
    "/executions?label=trigger%3DFrom+the+shop",
  );
  expect((await row("Often")).getByText("Every 90 minutes")).toBeVisible();
  expect((await row("Waits")).getByRole("link", { name: "waits for the run before it" })).toHaveAttribute(
    "href",
    "/executions/e-9",
  );
  await expectAccessible();
});

it("says what a cron text means while it is typed, and when it is due", async () => {
  list();
  const { user } = openPage(`/triggers?workflow=${WORKFLOW}`);
  await user.click(await screen.findByRole("button", { name: "New trigger" }));
  const form = within(await dialog());
  expect(form.getByText("At 08:00, Monday through Friday", { selector: "p" })).toBeVisible();
  expect(await form.findByText("Due next")).toBeVisible();
  await user.clear(form.getByLabelText("Cron text"));
  await user.type(form.getByLabelText("Cron text"), "0 8");
  expect(await form.findByText(/Five fields are wanted.*here are 2/)).toBeVisible();
  expect(form.getByLabelText("Cron text")).toHaveAttribute("aria-invalid", "true");
  await expectAccessible();
});

it("a zone that is only half typed loses nothing of the form", async () => {
  list();
  const { user } = openPage(`/triggers?workflow=${WORKFLOW}`);
  await user.click(await screen.findByRole("button", { name: "New trigger" }));
  const form = within(await dialog());
  expect(await form.findByText("Due next")).toBeVisible();
  const zone = form.getByLabelText("Time zone");
  await user.clear(zone);
  await user.type(zone, "Asia/Shangh");
  expect(zone).toHaveValue("Asia/Shangh");
  expect(form.getByLabelText("Cron text")).toHaveValue("0 8 * * 1-5");
});

it("creates one with what the workflow takes, and tells each wrong field at its place", async () => {
  list();
  const wrong = { node: null, code: "bad_text", message: "A name.", advice: "", params: {} };
  refuses(
    "post",
    "/triggers",
    problem("trigger_invalid", { status: 422, errors: [{ ...wrong, pointer: "/name" }] }),
  );
  const { user } = openPage(`/triggers?workflow=${WORKFLOW}`);
  await user.click(await screen.findByRole("button", { name: "New trigger" }));
  const form = within(await dialog());
  await user.click(form.getByRole("button", { name: "Every so often" }));
  await user.click(await form.findByRole("button", { name: /Begin with what the workflow takes: city/ }));
  await user.click(form.getByRole("button", { name: "Create trigger" }));
  expect(await form.findByText("Give it a name of at most 100 characters.")).toBeVisible();
  const came = accepts("/triggers", CRON, 201);
  await user.type(form.getByLabelText("Name"), "Often");
  await user.click(form.getByRole("button", { name: "Create trigger" }));
  await waitFor(() => expect(came).toHaveLength(1));
  expect(came[0]!.body).toEqual({
    workflow_id: WORKFLOW,
    name: "Often",
    kind: "interval",
    every_s: 900,
    inputs: { city: "Oslo" },
    overlap: "skip",
    catch_up: "latest",
    jitter_s: 0,
  });
});

it("keeps what is no JSON, and says so", async () => {
  list(CRON);
  const { user } = openPage("/triggers");
  await user.click(await screen.findByRole("button", { name: "Every morning" }));
  const form = within(await dialog());
  await user.type(form.getByLabelText("Inputs (JSON)"), "x");
  await user.click(form.getByRole("button", { name: "Save" }));
  expect(await form.findByText(/JSON/, { selector: ".wrong" })).toBeVisible();
});

it("changes the settings at the version that was seen", async () => {
  list(EVERY);
  const came = accepts("/triggers/t-3", EVERY, 200, "put");
  const { user } = openPage("/triggers");
  await user.click(await screen.findByRole("button", { name: "Often" }));
  const form = within(await dialog());
  expect(form.getByLabelText("Every")).toHaveValue("90");
  await user.clear(form.getByLabelText("Every"));
  await user.type(form.getByLabelText("Every"), "30");
  await user.click(form.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(came).toHaveLength(1));
  expect(came[0]!.headers.get("if-match")).toBe('"2"');
  expect(came[0]!.body).toMatchObject({ every_s: 1_800, name: "Often" });
});

it("shows the secret of a webhook once, with a call that works", async () => {
  list();
  const came = accepts("/triggers", { ...HOOK, secret: "s3cret" }, 201);
  const { user } = openPage(`/triggers?workflow=${WORKFLOW}`);
  await user.click(await screen.findByRole("button", { name: "New trigger" }));
  const form = within(await dialog());
  await user.type(form.getByLabelText("Name"), "From the shop");
  await user.click(form.getByRole("button", { name: "When called" }));
  await user.click(form.getByRole("button", { name: "Create trigger" }));
  await waitFor(() => expect(came).toHaveLength(1));
  expect(came[0]!.body).not.toHaveProperty("overlap");
  const shown = within(await screen.findByRole("dialog", { name: "How From the shop is called" }));
  expect(shown.getByText("s3cret")).toBeVisible();
  expect(shown.getByText(/curl -X POST .*\/api\/v1\/hooks\/t-2/)).toBeVisible();
  await user.click(shown.getByRole("button", { name: "I have kept it" }));
  await waitFor(() => expect(screen.queryByText("s3cret")).toBeNull());
});

it("pauses, fires, and removes after a question", async () => {
  list(CRON);
  const paused = accepts("/triggers/t-1/pause", { ...CRON, paused: true });
  refuses("post", "/triggers/t-1/fire", problem("workflow_is_paused", { status: 409, category: "conflict" }));
  let removed = 0;
  server.use(
    http.delete("*/api/v1/triggers/t-1", () => {
      removed += 1;
      return HttpResponse.json(CRON);
    }),
  );
  const { user } = openPage("/triggers");
  await user.click(await screen.findByRole("switch", { name: "Every morning is on" }));
  await waitFor(() => expect(paused).toHaveLength(1));
  await user.click(screen.getByRole("button", { name: "Fire Every morning now" }));
  expect(await screen.findByRole("alert")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Remove Every morning" }));
  const question = within(await dialog());
  expect(removed).toBe(0);
  await user.click(question.getByRole("button", { name: "Remove" }));
  await waitFor(() => expect(removed).toBe(1));
});
