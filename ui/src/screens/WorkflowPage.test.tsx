import { within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { executionItem, page, problemItem, serveVersion, WORKFLOW, workflowAnswer } from "../test/answers";
import { serveEditor } from "../test/editor";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../test/page";
import { setWidth } from "../test/screen";
import { accepts, answers, problem, refuses } from "../test/server";

const PATH = `/workflows/${WORKFLOW}`;

beforeEach(() => {
  answers("/executions", page([]));
  serveVersion();
  serveEditor();
});

const run = () => screen.findByRole("button", { name: "Run…" });

describe("Run", () => {
  it("opens the form of the version that runs", async () => {
    answers(PATH, workflowAnswer());
    const { user } = openPage(PATH);
    const button = await run();
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    expect(await dialog()).toHaveTextContent("Run weather-report");
    await expectAccessible();
  });

  it.each([
    [{ status: "paused" }, "The workflow is paused: nothing new starts"],
    [{ status: "archived" }, "The workflow is archived"],
    [{ status: "draft", ready_version: null }, "No version has been made ready"],
    [
      {
        status: "draft",
        ready_version: null,
        problems: [problemItem(), problemItem({ severity: "warning" })],
      },
      "No version is ready to run: 1 to mend",
    ],
  ] as const)("is off in the state %j, and the reason stands beside it", async (state, reason) => {
    answers(PATH, workflowAnswer({ ...state, problems: [...("problems" in state ? state.problems : [])] }));
    openPage(PATH);
    const button = await run();
    expect(button).toBeDisabled();
    expect(button).toHaveAccessibleDescription(reason);
    expect(screen.getByText(reason)).toBeVisible();
    await expectAccessible();
  });
});

it("every problem has its place, what is wrong, and what to do", async () => {
  answers(PATH, workflowAnswer({ status: "draft", ready_version: null, problems: [problemItem()] }));
  serveEditor([problemItem()]);
  openPage(PATH);
  const problems = await screen.findByRole("region", { name: "Problems" });
  const item = within(problems).getByRole("listitem");
  expect(item).toHaveTextContent("stats");
  expect(item).toHaveTextContent("config.query");
  expect(item).toHaveTextContent("A query is needed. Write one.");
});

it("a newer version without problems can be made the one that runs", async () => {
  answers(PATH, workflowAnswer({ latest_version: 2 }));
  const came = accepts(`${PATH}/ready`, workflowAnswer({ latest_version: 2, ready_version: 2 }));
  const { user } = openPage(PATH);
  const button = await screen.findByRole("button", { name: "Make v2 ready" });
  answers(PATH, workflowAnswer({ latest_version: 2, ready_version: 2 }));
  await user.click(button);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Make v2 ready" })).toBeNull());
  expect(came.map(({ body }) => body)).toEqual([{ version: 2 }]);
});

it("when that is refused, the page says why and stays", async () => {
  answers(PATH, workflowAnswer({ latest_version: 2 }));
  refuses("post", `${PATH}/ready`, problem("version_has_problems", { status: 409, category: "conflict" }));
  const { user } = openPage(PATH);
  await user.click(await screen.findByRole("button", { name: "Make v2 ready" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("the version has problems");
  expect(await run()).toBeEnabled();
});

it("the steps are drawn, with the condition on the edge between them", async () => {
  answers(PATH, workflowAnswer());
  openPage(PATH);
  const graph = await screen.findByRole("region", { name: /^Canvas/ });
  await waitFor(() => {
    expect([...graph.querySelectorAll("[data-step]")].map((node) => node.getAttribute("data-step"))).toEqual([
      "load",
      "stats",
    ]);
  });
  expect(graph).toHaveTextContent("python");
});

it("on a phone the graph goes downwards", async () => {
  setWidth(390);
  answers(PATH, workflowAnswer());
  const { user } = openPage(PATH);
  await user.click(await screen.findByRole("tab", { name: "Graph" }));
  const graph = await screen.findByRole("group", { name: /Graph of the steps/ });
  await waitFor(() => expect(graph.querySelector(".react-flow__handle-bottom")).not.toBeNull());
});

it("the last runs lead to their executions", async () => {
  answers(PATH, workflowAnswer());
  answers("/executions", ({ url }) => {
    expect(new URL(url).searchParams.get("workflow_id")).toBe(WORKFLOW);
    return page([
      executionItem({ id: "two", number: 2, status: "running", ended_at: null }),
      executionItem({ id: "one", number: 1 }),
      executionItem({ id: "three", number: 3, status: "queued", started_at: null, ended_at: null }),
    ]);
  });
  openPage(PATH);
  const done = await screen.findByRole("link", { name: /Completed\s*#1/ });
  expect(done).toHaveAttribute("href", "/executions/one");
  expect(done).toHaveTextContent("8.3 s");
  expect(screen.getByRole("link", { name: /Queued\s*#3/ })).toHaveTextContent("–");
});

it("without runs it says what to press", async () => {
  answers(PATH, workflowAnswer());
  openPage(PATH);
  expect(await screen.findByText(/Press Run to see the first one here/)).toBeVisible();
});

it("when the runs cannot be read, the workflow is there all the same", async () => {
  answers(PATH, workflowAnswer());
  refuses("get", "/executions", problem("database_away", { status: 503, category: "infrastructure" }));
  const { user } = openPage(PATH);
  expect(await screen.findByRole("alert")).toHaveTextContent("A part of the service is unreachable");
  expect(await run()).toBeEnabled();
  answers("/executions", page([executionItem()]));
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: /Completed\s*#1/ })).toBeVisible();
});

it("a workflow that does not exist is told, with a way back", async () => {
  refuses("get", PATH, problem("workflow_not_found", { status: 404, category: "not_found" }));
  openPage(PATH);
  expect(await screen.findByRole("alert")).toHaveTextContent("Not found");
  expect(screen.getByRole("link", { name: "To the workflows" })).toHaveAttribute("href", "/workflows");
  await expectAccessible();
});
