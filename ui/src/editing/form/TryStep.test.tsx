import { fireEvent, within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import {
  executionItem,
  page,
  problemItem,
  serveExecution,
  serveVersion,
  WORKFLOW,
  workflowAnswer,
} from "../../test/answers";
import { serveEditor } from "../../test/editor";
import { history } from "../../test/histories";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../../test/page";
import { accepts, answers, problem, refuses } from "../../test/server";

type Asked = { nodes: Record<string, unknown>[] };

const definition = {
  name: "tried",
  nodes: [
    { id: "load", kind: "python", config: { code: "def main(): ..." } },
    { id: "add", kind: "python", config: { code: "def main(n): ...", args: { n: "${steps.load.output}" } } },
  ],
  edges: [{ from: "load", to: "add" }],
};
const GIVEN = history("given");
const ID = GIVEN.events[0]!.execution_id!;

beforeEach(() => {
  answers("/executions", page([executionItem({ id: "last", number: 7 })]));
  answers("/workflows", page([]));
  serveVersion();
});

async function open(more: Parameters<typeof workflowAnswer>[0] = {}) {
  answers(`/workflows/${WORKFLOW}`, workflowAnswer({ definition, latest_version: 3, ...more }));
  const asked = serveEditor() as Asked[];
  const { user } = openPage(`/workflows/${WORKFLOW}`);
  await waitFor(() => expect(document.querySelector(".react-flow__node[data-id=add]")).not.toBeNull());
  fireEvent.click(document.querySelector(".react-flow__node[data-id=add]")!);
  const section = within(await screen.findByRole("region", { name: "Try this step" }));
  return { user, section, asked };
}

const accepted = { execution_id: ID, number: 4, status: "queued", position: 1 };

it("a step is run at once where nothing is to be filled in, and its result stands in the form", async () => {
  serveExecution(GIVEN);
  const came = accepts(`/workflows/${WORKFLOW}/execute`, accepted, 202);
  const { user, section } = await open();
  await user.click(section.getByRole("button", { name: "Run this step" }));
  expect(await section.findByText("41")).toBeVisible();
  expect(section.getByRole("status")).toHaveTextContent("Completed");
  expect(section.getByRole("link", { name: "Execution #4" })).toHaveAttribute("href", `/executions/${ID}`);
  expect(came.map(({ body }) => body)).toEqual([
    { inputs: {}, part: { step: "add", upstream: "given" }, version: 3 },
  ]);
  await expectAccessible();
});

it("inputs are asked for first, and sent for the step and what leads to it", async () => {
  serveExecution(GIVEN);
  const came = accepts(`/workflows/${WORKFLOW}/execute`, accepted, 202);
  const inputs = { type: "object", properties: { city: { type: "string", default: "Oslo" } } };
  const { user, section } = await open({ definition: { ...definition, inputs } as never });
  await user.click(section.getByRole("button", { name: "Run up to here" }));
  const form = await dialog();
  expect(form).toHaveAccessibleName("Run weather-report up to add");
  expect(came).toEqual([]);
  await user.click(within(form).getByRole("button", { name: /^Run/ }));
  expect(await section.findByRole("link", { name: "Execution #4" })).toBeVisible();
  expect(came.map(({ body }) => body)).toEqual([
    { inputs: { city: "Oslo" }, part: { step: "add", upstream: "run" }, version: 3 },
  ]);
});

it("what is missing is told, with the way out", async () => {
  refuses(
    "post",
    `/workflows/${WORKFLOW}/execute`,
    problem("outputs_missing", { status: 422, detail: "load" }),
  );
  const { user, section } = await open();
  await user.click(section.getByRole("button", { name: "Run this step" }));
  expect(await section.findByRole("alert")).toHaveTextContent("steps that it reads have no output yet");
});

it.each([
  [{ status: "paused" as const }, /paused/],
  [{ problems: [problemItem()] }, /problems/],
])("the buttons are off with the reason: %o", async (more, reason) => {
  const { section } = await open(more);
  const button = section.getByRole("button", { name: "Run this step" });
  expect(button).toBeDisabled();
  expect(button).toHaveAccessibleDescription(reason);
});

it("a sample is taken from the last run into the text, and then what is written must be saved first", async () => {
  answers(`/workflows/${WORKFLOW}/outputs/add`, { number: 9, output: { rows: [1] }, output_artifact: null });
  const { user, section, asked } = await open();
  await user.click(screen.getByText("Sample output", { selector: "summary" }));
  await user.click(screen.getByRole("button", { name: "Take from last run" }));
  expect(await screen.findByText("Taken from execution #9.")).toBeVisible();
  await waitFor(() => expect(asked.at(-1)!.nodes[1]).toMatchObject({ sample: { rows: [1] } }));
  expect(section.getByRole("button", { name: "Run this step" })).toHaveAccessibleDescription(/Save first/);
  const field = screen.getByRole("textbox", { name: /^Sample output/ });
  fireEvent.change(field, { target: { value: "{" } });
  expect(screen.getByText(/not JSON yet/)).toBeVisible();
  fireEvent.change(field, { target: { value: "null" } });
  await waitFor(() => expect(asked.at(-1)!.nodes[1]).toMatchObject({ sample: null }));
  fireEvent.change(field, { target: { value: "" } });
  await waitFor(() => expect(asked.at(-1)!.nodes[1]).not.toHaveProperty("sample"));
});

it("a step that never gave anything has nothing to take", async () => {
  refuses("get", `/workflows/${WORKFLOW}/outputs/add`, problem("output_not_found", { status: 404 }));
  const { user } = await open();
  await user.click(screen.getByText("Sample output", { selector: "summary" }));
  await user.click(screen.getByRole("button", { name: "Take from last run" }));
  expect(await screen.findByText(/No execution of this workflow has an output/)).toBeVisible();
});

it("a step that is called as its kind leaves nothing behind when another one is chosen", async () => {
  const nodes = [{ ...definition.nodes[0]!, id: "python" }, definition.nodes[1]!];
  await open({ definition: { ...definition, nodes, edges: [] } as never });
  for (const id of ["python", "add"]) {
    fireEvent.click(document.querySelector(`.react-flow__node[data-id=${id}]`)!);
    await screen.findByRole("form", { name: `Form of step ${id}` });
    expect(screen.getAllByRole("region", { name: "Try this step" })).toHaveLength(1);
  }
});
