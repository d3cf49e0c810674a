import { fireEvent, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { applyEvent } from "../execution/applyEvent";
import { changeLanguage } from "../i18n";
import { serveExecution, stepAnswers, workflowAnswer } from "../test/answers";
import { FakeEventSource } from "../test/FakeEventSource";
import { beginning, type History, histories, history } from "../test/histories";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../test/page";
import { setWidth } from "../test/screen";
import { accepts, answers, problem, refuses, server } from "../test/server";
import { forgetWalk, keepWalk } from "./list/walk";

/** The page of a history of which the first `count` events have happened. */
async function open(one: History, count = one.events.length) {
  const view = serveExecution(one, count);
  const opened = openPage(`/executions/${view.id}`);
  await screen.findByText(new RegExp(`#${view.number}$`));
  return { ...opened, id: view.id, view };
}

/** The stream, open; it was asked for from the snapshot's position on. */
async function connected(position: number): Promise<FakeEventSource> {
  await waitFor(() => expect(FakeEventSource.last.after).toBe(position));
  FakeEventSource.last.open();
  return FakeEventSource.last;
}

const upTo = (one: History, type: string) => one.events.findIndex((event) => event.type === type) + 1;
const status = () => document.querySelector("[data-execution-status]")?.getAttribute("data-execution-status");
const steps = () =>
  Object.fromEntries(
    [...document.querySelectorAll("[data-step-row]")].map((row) => [
      row.getAttribute("data-step-row"),
      row.getAttribute("data-status"),
    ]),
  );
const expected = (one: History) =>
  Object.fromEntries(Object.entries(one.view.steps).map(([path, step]) => [path, step.status]));
const row = (path: string) => within(document.querySelector<HTMLElement>(`[data-step-row="${path}"]`)!);
const log = () => screen.getByRole("log", { name: "Log lines" });
const lines = () =>
  [...log().querySelectorAll("[data-line]")].map((line) => line.querySelector(".tx")?.textContent);

beforeEach(() => changeLanguage("en"));

describe.each(histories.map((one) => [one.name, one] as const))("the page of %s", (_, one) => {
  it("opened at its end shows how it ended", async () => {
    await open(one);
    expect(status()).toBe(one.view.status);
    expect(steps()).toEqual(expected(one));
    const { done, total } = one.view.progress;
    expect(screen.getByRole("progressbar")).toHaveAccessibleName(`${done} of ${total} steps settled`);
    await screen.findByText(/^ended · log complete/);
    if (["completed", "failed", "stopped"].includes(one.name)) await expectAccessible();
  });

  it("watched live ends as it shows when it is opened later", async () => {
    const { view } = await open(one, 1);
    expect(status()).toBe("queued");
    const source = await connected(view.position);
    serveExecution(one); // the log has them all by the time the page asks
    source.send(...one.events);
    await waitFor(() => expect(status()).toBe(one.view.status));
    expect(steps()).toEqual(expected(one));
    expect(await screen.findByText(/^ended · log complete/)).toBeVisible();
    expect(source.closed, "somebody may retry it").toBe(false);
  });
});

it("a run that has ended goes on live when somebody retries it", async () => {
  const one = history("retried");
  const end = upTo(one, "execution.failed");
  const { view } = await open(one, end);
  expect(status()).toBe("failed");
  const source = await connected(view.position);
  source.send(...one.events.slice(end));
  await waitFor(() => expect(status()).toBe("completed"));
  expect(screen.getByText(/run 2 · started by/)).toBeVisible();
  expect(row("load").getByText("from run 1")).toBeVisible();
});

describe("retry", () => {
  const one = history("failed");
  const preview = {
    run: 2,
    version: 1,
    steps: [
      {
        path: "load",
        action: "reuse",
        reason: "unchanged",
        by: null,
        had: "completed",
        repeats_effects: false,
      },
      {
        path: "first",
        action: "run_again",
        reason: "failed",
        by: null,
        had: "failed",
        repeats_effects: true,
      },
      { path: "after", action: "run_again", reason: "after", by: "first", had: null, repeats_effects: false },
    ],
    runs_again: 2,
    reuses: 1,
    repeats_effects: 1,
    preview_token: "seen",
  };

  it("shows what runs again and why, and does just that", async () => {
    const { user, view } = await open(one);
    answers(`/workflows/${view.workflowId}`, workflowAnswer({ id: view.workflowId }));
    const asked = accepts(`/executions/${view.id}/retry/preview`, preview);
    const sent = accepts(`/executions/${view.id}/retry`, { run: 2, position: 99 });
    await user.click(screen.getByRole("button", { name: "Retry from here…" }));
    const form = within(await dialog());
    const first = await form.findByText("first");
    expect(first.closest("li")).toHaveTextContent(/it failed.*repeats effects.*runs again/);
    await user.click(form.getByRole("button", { name: "Run 2 steps again" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked[0]?.body).toEqual({ from: "failed" });
    expect(sent.map(({ body }) => body)).toEqual([{ from: "failed", preview_token: "seen" }]);
  });

  it("takes chosen steps and changed inputs, and asks for the preview of just that", async () => {
    const { user, view } = await open(one);
    answers(`/workflows/${view.workflowId}`, workflowAnswer({ id: view.workflowId }));
    const asked = accepts(`/executions/${view.id}/retry/preview`, preview);
    await user.keyboard("r");
    const form = within(await dialog());
    await user.click(form.getByRole("button", { name: "Chosen steps" }));
    expect(form.getByRole("button", { name: /Run .* again/ }), "nothing is chosen yet").toBeDisabled();
    await user.click(await form.findByRole("checkbox", { name: /after/ }));
    await waitFor(() => expect(asked.at(-1)?.body).toEqual({ from: ["after"] }));
    await expectAccessible();
  });

  it("that is refused says why", async () => {
    const { user, view } = await open(one);
    answers(`/workflows/${view.workflowId}`, workflowAnswer({ id: view.workflowId }));
    accepts(`/executions/${view.id}/retry/preview`, preview);
    refuses(
      "post",
      `/executions/${view.id}/retry`,
      problem("preview_stale", { status: 409, category: "conflict" }),
    );
    await user.keyboard("r");
    const form = within(await dialog());
    await user.click(await form.findByRole("button", { name: "Run 2 steps again" }));
    expect(await form.findByRole("alert")).toBeVisible();
  });
});

describe("pause", () => {
  it("is one press, and so is going on", async () => {
    const one = history("paused");
    const at = upTo(one, "execution.paused");
    const { user, view } = await open(one, at - 1);
    const paused = accepts(`/executions/${view.id}/pause`, { status: "paused", position: 1 });
    await user.click(screen.getByRole("button", { name: "Pause" }));
    await waitFor(() => expect(paused).toHaveLength(1));
    const source = await connected(view.position);
    source.send(one.events[at - 1]!);
    expect(await screen.findByText("Paused by ada")).toBeVisible();
    const resumed = accepts(`/executions/${view.id}/resume`, { status: "running", position: 2 });
    await user.keyboard("p");
    await waitFor(() => expect(resumed).toHaveLength(1));
    source.send(...one.events.slice(at));
    await waitFor(() => expect(status()).toBe("completed"));
  });
});

it("a map shows how far its items are, and each of them with what it got and gave", async () => {
  const one = history("mapped");
  const { user } = await open(one);
  await user.click(row("each").getByRole("button"));
  const panel = within(screen.getByRole("region", { name: "each" }));
  expect(panel.getByRole("tab", { name: "Items (5)" })).toHaveAttribute("aria-selected", "true");
  expect(panel.getByText("5 of 5")).toBeVisible();
  const items = () =>
    [...document.querySelectorAll("[data-item]")].map((item) => item.getAttribute("data-item"));
  await waitFor(() => expect(items()).toEqual(["each[0]", "each[1]"]));
  await user.click(panel.getByRole("button", { name: "More items" }));
  await waitFor(() => expect(items()).toEqual(["each[0]", "each[1]", "each[2]", "each[3]"]));
  await user.click(panel.getByRole("button", { name: /each\[2\]/ }));
  expect(panel.getAllByText("20")[0]).toBeVisible();
  await expectAccessible();
  await user.click(panel.getByRole("checkbox", { name: "Failed ones only" }));
  await waitFor(() => expect(items()[0]).toBe("each[1]"));
  await user.click(panel.getByRole("button", { name: /each\[1\]/ }));
  expect(panel.getByText("the code raised ValueError")).toBeVisible();
  await user.click(panel.getByRole("tab", { name: "Output" }));
  expect(items()).toEqual([]);
});

it("a stop that nobody can confirm says so, and a person may answer for it", async () => {
  const one = history("stop_unconfirmed");
  const { user, view } = await open(one, upTo(one, "execution.stop_unconfirmed"));
  expect(await screen.findByText("Stop not confirmed")).toBeVisible();
  expect(screen.getByText(/^far ran on a server that is gone since/)).toBeVisible();
  const asked = accepts(`/executions/${view.id}/stop`, { status: "stopping", position: 200 });
  await user.click(screen.getByRole("button", { name: "Nothing of it runs" }));
  await waitFor(() => expect(asked.map(({ body }) => body)).toEqual([{ force: true }]));
  await expectAccessible();
});

it("a step in its backoff says until when", async () => {
  const one = history("tried_again");
  await open(one, upTo(one, "execution.step_retry_scheduled"));
  // The date besides, from the day after the recording on.
  expect(row("flaky").getByText(/^until (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC$/)).toBeVisible();
  expect(steps().flaky).toBe("retrying");
});

describe("a running execution", () => {
  const one = history("completed");
  const halfWay = upTo(one, "execution.step_progressed");

  it("says who runs it, how far it is, and what runs now", async () => {
    await open(one, halfWay);
    expect(screen.getByText(/run 1 · started by ada/)).toBeVisible();
    expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "1");
    expect(screen.getByText(/1 running/)).toBeVisible();
    expect(row("left").getByText("Running")).toBeInTheDocument();
  });

  it("tells how fresh it is, and what becomes of the connection", async () => {
    const { view } = await open(one, halfWay);
    expect(screen.getByText("connecting")).toBeVisible();
    const source = await connected(view.position);
    expect(await screen.findByText(/^live · /)).toBeVisible();
    source.fail();
    expect(await screen.findByText("reconnecting")).toBeVisible();
    expect(screen.getByRole("button", { name: "Stop" }), "the page stays").toBeEnabled();
  });

  it("that was lost out of sight is polled", async () => {
    const { view, id } = await open(one, halfWay);
    answers(`/executions/${id}/events`, ({ url }) => {
      const after = Number(new URL(url).searchParams.get("after"));
      return { items: one.events.filter((event) => event.position > after), next_cursor: null };
    });
    serveExecution(one);
    (await connected(view.position)).fail();
    await waitFor(() => expect(FakeEventSource.last.closed).toBe(false));
    FakeEventSource.last.fail();
    await waitFor(() => expect(status()).toBe("completed"));
  });

  it("draws its graph with the state of each step", async () => {
    const { user } = await open(one, halfWay);
    const graph = await screen.findByRole("group", { name: /Graph of the steps/ });
    await waitFor(() =>
      expect(graph.querySelector('[data-step="left"]')).toHaveAttribute("data-status", "running"),
    );
    expect(graph.querySelector('[data-step="load"]')).toHaveTextContent("Completed");
    await user.click(within(graph).getByRole("button", { name: "Fit" }));
    fireEvent.click(graph.querySelector('[data-step="load"]')!);
    expect(await screen.findByRole("region", { name: "load" })).toBeVisible();
    fireEvent.click(graph.querySelector(".react-flow__pane")!);
    await waitFor(() => expect(screen.queryByRole("region", { name: "load" })).toBeNull());
  });

  it("when its graph cannot be read, all the rest is there", async () => {
    const { id } = serveExecution(one, halfWay);
    refuses("get", "/workflows/:id/versions/:n", problem("oops", { status: 500 }));
    const { user } = openPage(`/executions/${id}`);
    const alert = await screen.findByRole("alert");
    expect(steps()).toMatchObject({ left: "running" });
    serveExecution(one, halfWay);
    await user.click(within(alert).getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("group", { name: /Graph of the steps/ })).toBeVisible();
  });
});

describe("a queued execution", () => {
  it("says why it waits, which place it has, and when it will start", async () => {
    await open(history("stopped_in_queue"), 1);
    const said = await screen.findByText(/All 8 slots are taken; place 3 in the queue\./);
    expect(said).toHaveTextContent(/Starts in about 1–2\s?min\./);
    expect(screen.getByText("elapsed")).toBeVisible();
  });
});

describe("a running execution without an estimate", () => {
  const one = history("approved");

  it("says that it waits for a person rather than a time, and otherwise that there is no estimate", async () => {
    await open(one, upTo(one, "execution.step_waiting"));
    expect(await screen.findByText("waits for a person", { selector: ".outlook" })).toBeVisible();
  });

  it("of which too few runs are known says so", async () => {
    await open(one, upTo(one, "execution.step_started"));
    expect(await screen.findByText("no estimate yet")).toBeVisible();
  });
});

describe("a step that is chosen", () => {
  const one = history("completed");

  it("shows its output, its files and what it cost", async () => {
    const { user, id } = await open(one);
    await user.click(row("left").getByRole("button"));
    const detail = within(screen.getByRole("region", { name: "left" }));
    expect(detail.getByText('"left"')).toBeVisible();
    expect(detail.getByText(/CPU .* peak memory/)).toBeVisible();
    const file = one.events.flatMap((event) => ("artifacts" in event.data ? event.data.artifacts : []))[0]!;
    expect(detail.getByRole("link", { name: "Download" })).toHaveAttribute(
      "href",
      `/api/v1/executions/${id}/artifacts/${file.sha256}?download=true`,
    );
    await expectAccessible();
    await user.click(detail.getByRole("button", { name: "Close" }));
    expect(screen.queryByRole("region", { name: "left" })).toBeNull();
  });

  it("whose output is large offers it for download", async () => {
    const { user } = await open(one);
    await user.click(row("large").getByRole("button"));
    const detail = screen.getByRole("region", { name: "large" });
    expect(detail).toHaveTextContent("application/json · 20 KiB, kept apart");
    expect(within(detail).queryByText(/xxxx/)).toBeNull();
  });

  it("that failed says why", async () => {
    const { user } = await open(one);
    await user.click(row("soft").getByRole("button"));
    const detail = screen.getByRole("region", { name: "soft" });
    expect(detail).toHaveTextContent("the code raised ValueError");
    expect(detail).toHaveTextContent("not this time");
  });

  it("has no output when it never ran, and is let go by a second press", async () => {
    const { user } = await open(one);
    await user.click(row("never").getByRole("button"));
    expect(screen.getByRole("region", { name: "never" })).toHaveTextContent("It gave no output.");
    await user.click(row("never").getByRole("button"));
    expect(screen.queryByRole("region", { name: "never" })).toBeNull();
  });

  it("with a long output shows the beginning and says so", async () => {
    const long = { ...one, events: one.events.map((event) => withLongOutput(event)) };
    const { user } = await open(long);
    await user.click(row("right").getByRole("button"));
    expect(screen.getByRole("region", { name: "right" })).toHaveTextContent(
      /The first 3\.9 KiB of 8\.8 KiB are shown\./,
    );
  });
});

function withLongOutput(event: History["events"][number]): History["events"][number] {
  if (event.type !== "execution.step_completed" || event.data.path !== "right") return event;
  return { ...event, data: { ...event.data, output: "y".repeat(9_000) } };
}

describe("a completed execution", () => {
  it("shows its report, shut off from everything else, and its result", async () => {
    const { user } = await open(history("completed"));
    const frame = screen.getByTitle("Report of the execution");
    expect(frame).toHaveAttribute("sandbox", "allow-scripts");
    expect(screen.getByRole("link", { name: "Open in a new tab" })).toHaveAttribute("rel", "noreferrer");
    const seen = vi.spyOn(Element.prototype, "scrollIntoView");
    await user.click(screen.getByRole("button", { name: "See the report" }));
    await waitFor(() => expect(seen).toHaveBeenCalled());
    const result = screen.getByRole("region", { name: "Result" });
    expect(result).toHaveTextContent(/n\s*:?\s*5/);
    expect(within(result).getByRole("button", { name: "Download it" })).toBeVisible();
  });

  it("shows a result that was too large for the log, and where to get it", async () => {
    const one = history("completed");
    const large = {
      sha256: "a".repeat(64),
      size_bytes: 9_000_000,
      media_type: "application/json",
      name: null,
    };
    await open({
      ...one,
      events: one.events.map((event) =>
        event.type === "execution.completed"
          ? { ...event, data: { ...event.data, result: null, result_artifact: large } }
          : event,
      ),
    });
    const result = screen.getByRole("region", { name: "Result" });
    expect(result).toHaveTextContent("-result.jsonapplication/json · 8.6 MiB");
    expect(within(result).getAllByRole("link")[0]).toHaveAttribute(
      "href",
      expect.stringContaining(large.sha256),
    );
  });

  it("without a result has no place for one", async () => {
    await open(history("lost"));
    expect(screen.queryByRole("button", { name: "See the report" })).toBeNull();
  });
});

describe("a failed execution", () => {
  const one = history("failed");

  it("names the first cause, its message and what to do, with the consequences folded beside it", async () => {
    await open(one);
    const card = screen.getByRole("alert", { name: "What went wrong" });
    expect(within(card).getByRole("heading")).toHaveTextContent("first: the code raised KeyError");
    expect(card).toHaveTextContent("'2031'");
    expect(card).toHaveTextContent("Read the last line of the traceback");
    expect(within(card).getByText("Caused by it (2)").closest("details")).toHaveTextContent(
      /second.*after skipped/,
    );
    expect(within(card).getByText(/Traceback \(most recent call last\)/)).toBeInTheDocument();
  });

  it("in Chinese says the same", async () => {
    changeLanguage("zh-CN");
    await open(one);
    const card = screen.getByRole("alert", { name: "出了什么问题" });
    expect(within(card).getByRole("heading")).toHaveTextContent("first：代码抛出了 KeyError");
    await expectAccessible();
  });

  it("leads to the step and its workflow", async () => {
    const { user, view } = await open(one);
    await user.click(screen.getByRole("button", { name: "Show the step’s log" }));
    expect(screen.getByRole("region", { name: "first" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Open the workflow" })).toHaveAttribute(
      "href",
      `/workflows/${view.workflowId}`,
    );
  });

  it("can be run again with what it was given, filled in", async () => {
    const given = one.events.map((event) =>
      event.type === "execution.created"
        ? { ...event, data: { ...event.data, inputs: { city: "Oslo" } } }
        : event,
    );
    const { user, view } = await open({ ...one, events: given });
    answers(`/workflows/${view.workflowId}`, workflowAnswer({ id: view.workflowId }));
    await user.click(screen.getByRole("button", { name: "Run as a new one…" }));
    const form = within(await dialog());
    expect(form.getByLabelText(/City/)).toHaveValue("Oslo");
    expect(form.getByLabelText(/Year/)).toHaveValue("2025");
    await user.click(form.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

it("a run that took too long is told without a step as its cause", async () => {
  await open(history("failed_by_time"));
  const card = within(screen.getByRole("alert"));
  expect(card.getByRole("heading")).toHaveTextContent(/^the execution ran longer than its limit$/);
  expect(card.queryByRole("button", { name: "Show the step’s log" })).toBeNull();
});

describe("stopping", () => {
  const one = history("stopped");
  const asked = upTo(one, "execution.stop_requested");

  it("asks for a grace and a reason, and sends both", async () => {
    const { user, id } = await open(one, asked - 1);
    const came = accepts(`/executions/${id}/stop`, { status: "stopping", position: 1 });
    await user.click(screen.getByRole("button", { name: "Stop" }));
    const form = within(await dialog());
    await expectAccessible();
    await user.selectOptions(form.getByLabelText("Time to end by themselves"), "30");
    expect(form.getByText(/Steps get 30.s to end by themselves/)).toBeVisible();
    await user.type(form.getByLabelText(/Reason/), " enough seen ");
    await user.click(form.getByRole("button", { name: "Stop it" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(came.map(({ body }) => body)).toEqual([{ grace_s: 30, reason: "enough seen" }]);
  });

  it("is not asked again of the next run", async () => {
    const retried = history("retried");
    const end = upTo(retried, "execution.failed");
    const { user, view } = await open(retried, end - 1);
    await user.click(screen.getByRole("button", { name: "Stop" }));
    await dialog();
    const source = await connected(view.position);
    source.send(...retried.events.slice(end - 1, end));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    source.send(...retried.events.slice(end, -1));
    await screen.findByRole("button", { name: "Stop" });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("that is refused says why and can be left", async () => {
    const { user, id } = await open(one, asked - 1);
    refuses(
      "post",
      `/executions/${id}/stop`,
      problem("execution_is_completed", { status: 409, category: "conflict" }),
    );
    await user.click(screen.getByRole("button", { name: "Stop" }));
    const form = within(await dialog());
    await user.click(form.getByRole("button", { name: "Stop it" }));
    expect(await form.findByRole("alert")).toHaveTextContent("Not possible in this state");
    await user.click(form.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is shown until everything is proven dead, then how that is known", async () => {
    const { view } = await open(one, asked);
    expect(screen.getByText(/2 steps still live; asked by ada. · enough seen/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Stopping" })).toBeDisabled();
    const source = await connected(view.position);
    serveExecution(one);
    source.send(...one.events);
    expect(await screen.findByText("Stopped by ada")).toBeVisible();
    expect(screen.getByText(/every process of it is proven gone · enough seen/)).toBeVisible();
  });

  it("in the queue is told as what it was: nothing had begun", async () => {
    await open(history("stopped_in_queue"));
    expect(screen.getByText("nothing of it had begun")).toBeVisible();
  });
});

describe("an unknown outcome", () => {
  const one = history("unknown_outcome");
  const waiting = upTo(one, "execution.step_waiting");

  async function asks() {
    const opened = await open(one, waiting);
    const came = accepts(`/executions/${opened.id}/steps/pay/answer`, { position: 1 });
    return { ...opened, came, card: within(screen.getByRole("alert")) };
  }

  it("is asked about, with what each answer means", async () => {
    const { card } = await asks();
    expect(card.getByRole("heading")).toHaveTextContent("pay: nobody knows whether it took effect");
    await expectAccessible();
  });

  it.each([
    ["It had no effect: run it again", { decision: "run_again" }],
    ["It failed", { decision: "failed" }],
    ["It is done: go on", { decision: "completed" }],
  ])("answered %s is sent once", async (name, body) => {
    const { user, card, came } = await asks();
    await user.click(card.getByRole("button", { name }));
    await waitFor(() => expect(came.map((one) => one.body)).toEqual([body]));
    await waitFor(() => expect(card.getByRole("button", { name })).toBeDisabled());
  });

  it("answered as done can say the output; what is no JSON is not sent", async () => {
    const { user, card, came } = await asks();
    const output = card.getByLabelText(/Its output/);
    await user.type(output, "paid");
    await user.click(card.getByRole("button", { name: "It is done: go on" }));
    expect(output).toBeInvalid();
    expect(card.getByText("This is not JSON yet.")).toBeVisible();
    await user.clear(output);
    await user.type(output, '{{"paid": 42}');
    await user.click(card.getByRole("button", { name: "It is done: go on" }));
    await waitFor(() =>
      expect(came.map(({ body }) => body)).toEqual([{ decision: "completed", output: { paid: 42 } }]),
    );
  });

  it("that somebody else answered meanwhile says so, and goes away by itself", async () => {
    const { user, id, view, card } = await asks();
    const path = `/executions/${id}/steps/pay/answer`;
    refuses("post", path, problem("step_is_not_waiting", { status: 409, category: "conflict" }));
    await user.click(card.getByRole("button", { name: "It failed" }));
    expect(await screen.findByText("Not possible in this state")).toBeVisible();
    const source = await connected(view.position);
    serveExecution(one);
    source.send(...one.events);
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(status()).toBe("completed");
  });
});

describe("a step that asks a person", () => {
  const one = history("approved");
  const asked = upTo(one, "execution.step_waiting");
  const form = {
    type: "object",
    required: ["note"],
    properties: { note: { type: "string", title: "Note" } },
  };

  async function ask(config: object) {
    const nodes = [{ id: "ask", kind: "approval", config }];
    const opened = await open(one, asked);
    answers("/workflows/:id/versions/:n", { version: 1, definition: { nodes, edges: [] } });
    return { ...opened, card: within(await screen.findByRole("region", { name: "ask asks a person" })) };
  }

  it("is named in the header and in the title of the tab, for as long as it asks", async () => {
    const { view } = await ask({});
    const header = document.querySelector<HTMLElement>(".figure-status")!;
    expect(within(header).getByText("ask waits")).toBeVisible();
    expect(document.title).toContain(`#${view.number} · ask waits`);
    const source = await connected(view.position);
    serveExecution(one);
    source.send(...one.events);
    await waitFor(() => expect(document.title).toContain(`#${view.number} · Completed`));
    expect(within(header).queryByText("ask waits")).toBeNull();
  });

  it("shows its question, and sends yes", async () => {
    const { user, id, card } = await ask({});
    expect(card.getByRole("heading", { name: "Send 3 mails?" })).toBeVisible();
    const sent = accepts(`/executions/${id}/steps/ask/answer`, { position: 1 });
    await user.click(card.getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ decision: "approved", output: {} }]));
    await expectAccessible();
  });

  it("sends no without asking for the form", async () => {
    const { user, id, card } = await ask({ form });
    const sent = accepts(`/executions/${id}/steps/ask/answer`, { position: 1 });
    await user.click(card.getByRole("button", { name: "Reject" }));
    await waitFor(() => expect(sent[0]?.body).toMatchObject({ decision: "rejected" }));
  });

  it("may want a form filled in before yes counts", async () => {
    const { id } = serveExecution(one, asked);
    const nodes = [{ id: "ask", kind: "approval", config: { form } }];
    answers("/workflows/:id/versions/:n", { version: 1, definition: { nodes, edges: [] } });
    const { user } = openPage(`/executions/${id}`);
    const card = within(await screen.findByRole("region", { name: "ask asks a person" }));
    const sent = accepts(`/executions/${id}/steps/ask/answer`, { position: 1 });
    const note = await card.findByRole("textbox", { name: /Note/ });
    await user.click(card.getByRole("button", { name: "Approve" }));
    expect(await card.findByText("This field is needed.")).toBeVisible();
    expect(sent).toHaveLength(0);
    await user.type(note, "go");
    await user.click(card.getByRole("button", { name: "Approve" }));
    await waitFor(() =>
      expect(sent[0]?.body).toMatchObject({ decision: "approved", output: { note: "go" } }),
    );
  });
});

describe("the attempts of a step", () => {
  it("stand side by side, each with how it ended and why", async () => {
    const { user } = await open(history("tried_again"));
    await user.click(row("flaky").getByRole("button"));
    const panel = within(await screen.findByRole("region", { name: "flaky" }));
    const tab = panel.getByRole("tab", { name: /^Output/ });
    tab.focus();
    await user.keyboard("{ArrowLeft}{ArrowLeft}");
    expect(panel.getByRole("tab", { name: /^Attempts/ })).toHaveAttribute("aria-selected", "true");
    const tried = document.querySelectorAll("[data-attempt]");
    expect(tried.length).toBeGreaterThan(1);
    expect(tried[0]).toHaveAttribute("data-outcome", "failed");
    expect(tried[0]).toHaveTextContent(/Attempt 1.*Failed.*in queue/);
    expect(tried[tried.length - 1]).toHaveAttribute("data-outcome", "completed");
    await expectAccessible();
  });

  it("that never began say so", async () => {
    const { user } = await open(history("failed"));
    await user.click(row("after").getByRole("button"));
    const panel = within(await screen.findByRole("region", { name: "after" }));
    await user.click(panel.getByRole("tab", { name: /^Attempts/ }));
    expect(panel.getByText("It has not been tried yet.")).toBeVisible();
  });
});

it("a long list of steps draws the rows that are seen, and walks by arrows", async () => {
  const one = history("completed");
  const { id } = serveExecution(one);
  const view = one.events.reduce(applyEvent, beginning(one));
  const many = Array.from({ length: 100 }, (_, number) => `s${number}`);
  answers(`/executions/${id}/steps`, {
    items: many.map((path) => ({ ...stepAnswers(view)[0]!, path, node: path })),
    position: view.position,
  });
  const { user } = openPage(`/executions/${id}`);
  await waitFor(() => expect(document.querySelector('[data-step-row="s0"]')).not.toBeNull());
  expect(document.querySelectorAll("[data-step-row]").length).toBeLessThan(60);
  row("s0").getByRole("button").focus();
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
  expect(document.activeElement?.closest("li")).toHaveAttribute("data-step-row", "s1");
});

it("from run to run of the list one goes without going back", async () => {
  const one = history("completed");
  const { id } = serveExecution(one);
  keepWalk({ ids: ["newer", id, "older"], search: "?status=active" });
  for (const other of ["newer", "older"])
    refuses("get", `/executions/${other}`, problem("execution_not_found", { status: 404 }));
  const { user, address } = openPage(`/executions/${id}`);
  await user.click(await screen.findByRole("button", { name: "Older run in the list" }));
  expect(address()).toBe("/executions/older");
  forgetWalk();
});

describe("the log", () => {
  const one = history("dropped_lines");

  it("shows the newest lines, how many there are, and how many were dropped", async () => {
    await open(one);
    expect(await screen.findByText("635 lines · complete · 1,005 dropped")).toBeVisible();
    await waitFor(() => expect(log().querySelector('[data-line="136"]')).toHaveTextContent("shouts 123"));
    expect(log().querySelector('[data-line="1"]')).toBeNull();
  });

  it("shows lines as they come, with their number, time, level and step", async () => {
    const stopped = history("stopped");
    const { view } = await open(stopped, 4);
    const source = await connected(view.position);
    expect(await within(log()).findByText("No lines yet.")).toBeVisible();
    source.send(...stopped.events.slice(0, upTo(stopped, "execution.stop_requested") - 1));
    await waitFor(() => expect(lines()).toEqual(["up", "up"]));
    const first = log().querySelector('[data-line="1"]')!;
    expect(first.querySelector(".lv")).toHaveTextContent("I");
    expect(first.querySelector(".st")).toHaveTextContent("polite");
    expect(first.querySelector(".at")?.textContent).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
    expect(screen.getByText("2 lines · still arriving")).toBeVisible();
  });

  it("is narrowed by level, by words, and to the chosen step", async () => {
    const { user } = await open(one);
    await waitFor(() => expect(lines()).not.toEqual([]));
    await user.click(screen.getByRole("button", { name: "Warnings" }));
    expect(screen.getByRole("button", { name: "Warnings" })).toHaveAttribute("aria-pressed", "true");
    await waitFor(() => expect(log().querySelectorAll(".log-line:not(.warning)")).toHaveLength(0));
    await user.click(screen.getByRole("button", { name: "All" }));
    await user.type(screen.getByRole("searchbox", { name: "Search the log" }), "shouts 61");
    await waitFor(() => expect(lines()).toHaveLength(11));
    await user.clear(screen.getByRole("searchbox", { name: "Search the log" }));
    await user.click(row("talks").getByRole("button"));
    await user.click(screen.getByRole("switch", { name: "only this step" }));
    await waitFor(() => expect(lines()).toHaveLength(15));
    await user.click(screen.getAllByRole("button", { name: "Close" }).at(-1)!);
    expect(screen.queryByRole("switch", { name: "only this step" })).toBeNull();
    await waitFor(() => expect(lines().length).toBeGreaterThan(15));
  });

  it("is narrowed to a step from the list of steps", async () => {
    const { user } = await open(one);
    await waitFor(() => expect(lines()).not.toEqual([]));
    await user.selectOptions(screen.getByRole("combobox", { name: "Step of the lines" }), "talks");
    await waitFor(() => expect(lines()).toHaveLength(15));
    await user.selectOptions(screen.getByRole("combobox", { name: "Step of the lines" }), "Every step");
    await waitFor(() => expect(lines().length).toBeGreaterThan(15));
  });

  it("has a link to each line, which opens the log there", async () => {
    const { id } = serveExecution(one);
    const asked: string[] = [];
    answers(`/executions/${id}/logs`, ({ url }) => {
      asked.push(new URL(url).search);
      const after = Number(new URL(url).searchParams.get("after") ?? 99_500);
      const items = Array.from({ length: 500 }, (_, index) => ({
        line: after + index + 1,
        at: "2026-01-01T09:00:00.000Z",
        level: "info",
        stream: "stdout",
        step: "talks",
        attempt: 1,
        text: `\u001b[31;1mline\u001b[0m ${after + index + 1}`,
      }));
      return {
        items,
        next_cursor: after < 99_500 ? after + 500 : null,
        total_lines: 100_000,
        dropped_lines: 0,
        complete: true,
      };
    });
    const { user, router } = openPage(`/executions/${id}#line-50000`);
    await waitFor(() => expect(lines()).toContain("line 49751"));
    expect(asked).toEqual(["?after=49750&limit=500"]);
    expect(screen.getByRole("switch", { name: "To the end" })).not.toBeChecked();
    expect(log().querySelector(".ansi-fg.ansi-bold")).toHaveTextContent("line");
    await user.click(within(log()).getByRole("link", { name: "Link to line 49751" }));
    expect(router.state.location.hash).toBe("#line-49751");
    expect(log().querySelector(".linked")).toHaveTextContent("line 49751");
    await user.click(screen.getByRole("switch", { name: "To the end" }));
    await waitFor(() => expect(asked.at(-1)).toBe("?before=2147483647&limit=500"));
  });

  it("can be copied, and taken along as a file, all of it", async () => {
    const { user } = await open(one);
    await waitFor(() => expect(lines()).not.toEqual([]));
    await user.click(screen.getByRole("button", { name: "Copy the lines shown" }));
    expect(await navigator.clipboard.readText()).toMatch(/Z INFO {4}shouts: shouts 123\n/);
    await user.click(screen.getByRole("button", { name: "Copied" }));
    await user.click(screen.getByRole("button", { name: "Wrap long lines" }));
    expect(log()).toHaveClass("nowrap");
    const saved: Blob[] = [];
    URL.createObjectURL = (blob) => `blob:${saved.push(blob as Blob)}`;
    URL.revokeObjectURL = () => {};
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    await user.click(screen.getByRole("button", { name: "Download the whole log" }));
    await waitFor(() => expect(saved).toHaveLength(1));
    expect((await saved[0]!.text()).split("\n")).toHaveLength(636);
  });

  it("says when nothing passes the filter", async () => {
    const { user } = await open(one);
    await user.type(screen.getByRole("searchbox", { name: "Search the log" }), "nowhere");
    expect(await screen.findByText("No line passes the filter.")).toBeVisible();
  });

  it("is still narrowed when one comes back to it on a phone, and says so", async () => {
    setWidth(390);
    const { user } = await open(one);
    await user.click(screen.getByRole("tab", { name: "Log" }));
    await user.click(screen.getByRole("button", { name: "Errors" }));
    await user.click(screen.getByRole("tab", { name: "Steps" }));
    await user.click(screen.getByRole("tab", { name: "Log" }));
    expect(screen.getByRole("button", { name: "Errors" })).toHaveAttribute("aria-pressed", "true");
  });

  it("that cannot be read says so and is asked for again, with the same filter", async () => {
    const { id } = serveExecution(one);
    const asked: (string | null)[] = [];
    server.use(
      http.get(`*/api/v1/executions/${id}/logs`, ({ request }) => {
        asked.push(new URL(request.url).searchParams.get("level"));
        return HttpResponse.error();
      }),
    );
    const { user } = openPage(`/executions/${id}`);
    expect(await screen.findByText("The log could not be read.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Errors" }));
    await waitFor(() => expect(asked).toEqual([null, "error"]));
    await user.click(await within(log()).findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(asked).toEqual([null, "error", "error"]));
  });

  it("follows until somebody scrolls up, counts what came, and follows on at a press", async () => {
    const { user, view } = await open(one, 6);
    const source = await connected(view.position);
    await waitFor(() => expect(lines()).not.toEqual([]));
    fireEvent.wheel(log(), { deltaY: -10 });
    expect(screen.getByRole("switch", { name: "Follow" })).not.toBeChecked();
    source.send(...one.events.slice(0, 8));
    await user.click(await screen.findByRole("button", { name: "123 new lines" }));
    expect(screen.getByRole("switch", { name: "Follow" })).toBeChecked();
    expect(screen.queryByRole("button", { name: /new lines/ })).toBeNull();
  });

  it("reads older lines when one scrolls to the top, and stops following far from the end", async () => {
    const { user } = await open(one);
    await waitFor(() => expect(lines()).not.toEqual([]));
    const box = log();
    Object.defineProperties(box, {
      scrollHeight: { configurable: true, value: 9_000 },
      clientHeight: { configurable: true, value: 360 },
    });
    box.scrollTop = 100;
    fireEvent.scroll(box);
    expect(screen.getByRole("switch", { name: "Follow" })).not.toBeChecked();
    await waitFor(() => expect(box.scrollTop, "what was being read stays in place").toBeGreaterThan(100));
    box.scrollTop = 8_640;
    fireEvent.scroll(box);
    expect(screen.getByRole("switch", { name: "Follow" })).toBeChecked();
    await user.click(screen.getByRole("switch", { name: "Follow" }));
    expect(screen.getByRole("switch", { name: "Follow" })).not.toBeChecked();
  });
});

describe("on a phone", () => {
  beforeEach(() => setWidth(390));

  it("one part is shown at a time, the steps first, in words", async () => {
    const { user } = await open(history("completed"));
    expect(screen.getAllByRole("tab").map((tab) => tab.textContent)).toEqual([
      "Steps",
      "Graph",
      "Log",
      "Result",
    ]);
    expect(row("never").getByText("no way led here")).toBeVisible();
    expect(row("both").getByText("not all ways led here")).toBeVisible();
    expect(screen.queryByRole("log")).toBeNull();
    await expectAccessible();
    await user.click(screen.getByRole("tab", { name: "Log" }));
    expect(log()).toBeVisible();
    expect(steps()).toEqual({});
    await user.click(screen.getByRole("button", { name: "See the report" }));
    expect(screen.getByTitle("Report of the execution")).toBeVisible();
  });

  it("a step says how far it is, that it runs again and why", async () => {
    const one = history("completed");
    const { id } = serveExecution(one, upTo(one, "execution.step_progressed"));
    openPage(`/executions/${id}`);
    expect(await screen.findByText("half way")).toBeVisible();
  });

  it("a lost step says that it runs again, a later try its number", async () => {
    const one = history("lost");
    const { view } = await open(one, upTo(one, "execution.step_lost"));
    expect(row("died").getByText("its worker died; run again")).toBeVisible();
    const source = await connected(view.position);
    serveExecution(one);
    source.send(...one.events);
    expect(await row("died").findByText("attempt 2")).toBeVisible();
  });
});

it("an execution that does not exist is told, with a way back and no second try", async () => {
  refuses("get", "/executions/none", problem("execution_not_found", { status: 404, category: "not_found" }));
  openPage("/executions/none");
  expect(await screen.findByRole("alert")).toHaveTextContent("Not found");
  expect(screen.getAllByRole("link", { name: "Executions" }).at(-1)).toHaveAttribute("href", "/executions");
  await expectAccessible();
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});
