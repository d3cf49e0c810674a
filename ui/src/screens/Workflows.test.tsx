import { within } from "@testing-library/react";
import { expect, it } from "vitest";
import { changeLanguage } from "../i18n";
import { executionItem, lastRun, page, serveVersion, WORKFLOW, workflowItem } from "../test/answers";
import { FakeEventSource } from "../test/FakeEventSource";
import { history } from "../test/histories";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../test/page";
import { accepts, answers, problem, refuses, unreachable } from "../test/server";

const ran = { last_runs: [lastRun(2, "failed"), lastRun(1)] };

it("an empty list says what to do", async () => {
  answers("/workflows", page([]));
  openPage("/workflows");
  expect(await screen.findByText("No workflow yet")).toBeVisible();
  expect(screen.getByText("runwright apply -f workflow.yaml")).toBeVisible();
  await expectAccessible();
});

it("while the list comes, the page says so and keeps its head", async () => {
  answers("/workflows", page([]));
  openPage("/workflows");
  expect(screen.getByRole("heading", { name: "Workflows" })).toBeVisible();
  expect(screen.getByRole("status", { name: "Loading" })).toBeVisible();
  expect(await screen.findByText("No workflow yet")).toBeVisible();
  expect(screen.queryByRole("status", { name: "Loading" })).toBeNull();
});

it("a list that could not be read can be asked for again", async () => {
  unreachable("/workflows");
  const { user } = openPage("/workflows");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("the server does not answer");
  expect(screen.getByRole("heading", { name: "Workflows" })).toBeVisible();
  await expectAccessible();
  answers("/workflows", page([workflowItem(ran)]));
  await user.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "weather-report" })).toBeVisible();
});

it("a refusal has its advice and the request's id", async () => {
  refuses(
    "get",
    "/workflows",
    problem("forbidden", { status: 403, category: "permission", advice: "Ask Ada." }),
  );
  openPage("/workflows");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Not allowed");
  expect(alert).toHaveTextContent("Ask Ada.");
  expect(alert).toHaveTextContent("request req-1");
});

it("a row says how the workflow stands and how it went last", async () => {
  answers("/workflows", page([workflowItem({ ...ran, labels: { team: "weather" }, nodes: 7 })]));
  openPage("/workflows");
  const row = (await screen.findByRole("link", { name: "weather-report" })).closest("tr")!;
  expect(row).toHaveTextContent("team = weather");
  expect(within(row).getByText("Ready")).toBeVisible();
  expect(within(row).getByRole("link", { name: /Failed #2/ })).toHaveAttribute("href", "/executions/run-2");
  expect(within(row).getByRole("img")).toHaveAccessibleName("#1 Completed, #2 Failed");
  await expectAccessible();
});

it.each([
  [{ status: "paused" }, "The workflow is paused: nothing new starts"],
  [{ status: "archived" }, "The workflow is archived"],
  [{ status: "draft", ready_version: null, problems_count: 3 }, "No version is ready to run: 3 to mend"],
  [{ status: "draft", ready_version: null, problems_count: 0 }, "No version has been made ready"],
] as const)("Run is off for %j, and says why", async (state, reason) => {
  answers("/workflows", page([workflowItem({ ...ran, ...state })]));
  openPage("/workflows");
  const run = await screen.findByRole("button", { name: /Run weather-report/ });
  expect(run).toBeDisabled();
  expect(run).toHaveAccessibleDescription(reason);
});

it("Run opens the form of the version that runs", async () => {
  const asked: string[] = [];
  answers("/workflows", page([workflowItem({ ...ran, version: 5, latest_version: 5, ready_version: 4 })]));
  answers("/workflows/:id/versions/:n", ({ url }) => {
    asked.push(url.split("/").at(-1)!);
    return {
      version: 4,
      definition: { inputs: { properties: { city: { type: "string", title: "City" } } } },
    };
  });
  const { user } = openPage("/workflows");
  await user.click(await screen.findByRole("button", { name: /Run weather-report/ }));
  expect(within(await dialog()).getByLabelText(/City/)).toBeVisible();
  expect(asked).toEqual(["4"]);
  await expectAccessible();
});

it("the search asks the server, and an empty answer can be cleared", async () => {
  answers("/workflows", ({ url }) => {
    const q = new URL(url).searchParams.get("q");
    return page(q === null ? [workflowItem(ran)] : []);
  });
  const { user } = openPage("/workflows");
  await user.type(await screen.findByRole("searchbox", { name: "Search workflows" }), "snow");
  expect(await screen.findByText("No workflow has “snow” in its name.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Clear the search" }));
  expect(await screen.findByRole("link", { name: "weather-report" })).toBeVisible();
});

it("a list that is open shows a run that somebody else started", async () => {
  answers("/workflows", page([workflowItem(ran)]));
  openPage("/workflows");
  await screen.findByRole("link", { name: "weather-report" });
  await waitFor(() => expect(FakeEventSource.last.topics).toEqual(["executions"]));
  expect(FakeEventSource.last.after).toBe(100);
  answers("/workflows", page([workflowItem({ last_runs: [lastRun(3), ...ran.last_runs] })]));
  FakeEventSource.last.open();
  FakeEventSource.last.send({ ...history("completed").events[0]!, position: 101 });
  expect(await screen.findByRole("link", { name: /Completed #3/ })).toBeVisible();
});

it("before anything has run, the first workflow is one press away", async () => {
  answers("/workflows", page([workflowItem()]));
  serveVersion({ properties: { year: { type: "integer", title: "Year", default: 2025 } } });
  const came = accepts(`/workflows/${WORKFLOW}/execute`, executionItem({ id: "e" }), 202);
  const { user, address } = openPage("/workflows");
  expect(await screen.findByRole("heading", { name: "Run your first workflow" })).toBeVisible();
  expect(await screen.findByLabelText(/Year/)).toHaveValue("2025");
  await expectAccessible();
  answers("/executions/:id", () => ({}));
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(address()).toMatch("/executions/"));
  expect(came.map(({ body }) => body)).toEqual([{ inputs: { year: 2025 } }]);
});

it("the same first page in Chinese", async () => {
  answers("/workflows", page([workflowItem()]));
  serveVersion();
  changeLanguage("zh-CN");
  openPage("/workflows");
  expect(await screen.findByRole("heading", { name: "运行你的第一个工作流" })).toBeVisible();
  await expectAccessible();
});

it("when the first workflow's form cannot be read, the page says so and tries again", async () => {
  answers("/workflows", page([workflowItem()]));
  refuses("get", "/workflows/:id/versions/:n", problem("view_behind", { status: 503, category: "capacity" }));
  const { user } = openPage("/workflows");
  const again = await screen.findByRole("button", { name: "Try again" });
  serveVersion();
  await user.click(again);
  expect(await screen.findByLabelText(/City/)).toBeVisible();
});
