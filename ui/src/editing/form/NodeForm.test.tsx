import { fireEvent, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it } from "vitest";
import type { ProblemItem } from "../../api/types";
import { executionItem, page, problemItem, serveVersion, WORKFLOW, workflowAnswer } from "../../test/answers";
import { serveEditor } from "../../test/editor";
import { expectAccessible, openPage, screen, waitFor } from "../../test/page";
import { setWidth } from "../../test/screen";
import { answers, server } from "../../test/server";

type Asked = { nodes: Record<string, unknown>[]; edges: unknown[] };

const definition = {
  name: "formed",
  nodes: [
    { id: "load", kind: "python", config: { code: "def main(): ...", args: { a: "${inputs.a}" } } },
    { id: "stats", kind: "sql", config: { query: "select 1" } },
  ],
  edges: [{ from: "load", to: "stats", when: "${steps.load.output.ok}" }],
};

beforeEach(() => {
  answers("/executions", page([executionItem({ id: "last", number: 7 })]));
  answers("/workflows", page([]));
  serveVersion();
});

async function open(problems: readonly ProblemItem[] = [], more: object = {}) {
  answers(`/workflows/${WORKFLOW}`, workflowAnswer({ definition: { ...definition, ...more } }));
  const asked = serveEditor(problems) as Asked[];
  const { user } = openPage(`/workflows/${WORKFLOW}`);
  await waitFor(() => expect(document.querySelector(".react-flow__node[data-id=load]")).not.toBeNull());
  const choose = async (id: string) => {
    fireEvent.click(document.querySelector(`.react-flow__node[data-id=${id}]`)!);
    return within(await screen.findByRole("form", { name: `Form of step ${id}` }));
  };
  const text = (check: (last: Asked) => void) => waitFor(() => check(asked.at(-1)!));
  return { user, choose, text };
}

it("the fields of a kind are there, with what the step has; a new value goes into the text", async () => {
  const { user, choose, text } = await open();
  const form = await choose("load");
  expect(form.getByRole("textbox", { name: "Code" })).toHaveTextContent("def main(): ...");
  await user.click(form.getByText("Time limit, retries, failure"));
  await user.type(form.getByRole("textbox", { name: /^Time limit in seconds/ }), "30");
  await user.selectOptions(form.getByRole("combobox", { name: "When it fails" }), "continue");
  await text(({ nodes }) => expect(nodes[0]).toMatchObject({ timeout_s: 30, on_error: "continue" }));
  await user.clear(form.getByRole("textbox", { name: /^Time limit in seconds/ }));
  await text(({ nodes }) => expect(nodes[0]).not.toHaveProperty("timeout_s"));
  await expectAccessible();
});

it("a new name goes to the edges too; one that cannot be is refused beside the field", async () => {
  const { user, choose, text } = await open();
  const form = await choose("load");
  const name = form.getByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "stats{Enter}");
  expect(form.getByText("Another step has this name.")).toBeVisible();
  await user.clear(name);
  await user.type(name, "fetch{Enter}");
  await text(({ nodes, edges }) => {
    expect(nodes[0]).toMatchObject({ id: "fetch" });
    expect(edges).toEqual([{ from: "fetch", to: "stats", when: "${steps.fetch.output.ok}" }]);
  });
  expect(await screen.findByRole("form", { name: "Form of step fetch" })).toBeVisible();
});

it("a new name leaves open what is open, and Tab leads on from it", async () => {
  const { user, choose, text } = await open();
  const form = await choose("load");
  await user.click(form.getByText("Time limit, retries, failure"));
  const name = form.getByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "fetch");
  await user.tab();
  const next = document.activeElement;
  expect(form.getByRole("textbox", { name: "Code" })).toBe(next);
  await text(({ nodes }) => expect(nodes[0]).toMatchObject({ id: "fetch" }));
  const renamed = within(await screen.findByRole("form", { name: "Form of step fetch" }));
  expect(document.activeElement).toBe(next);
  expect(renamed.getByRole("textbox", { name: /^Time limit in seconds/ })).toBeVisible();
  await user.click(renamed.getByRole("textbox", { name: "Name" }));
  await user.keyboard("ed{Enter}");
  await screen.findByRole("form", { name: "Form of step fetched" });
  expect(renamed.getByRole("textbox", { name: "Name" })).toHaveFocus();
});

it("another step has a form of its own", async () => {
  const { user, choose } = await open([], { nodes: [...definition.nodes, { id: "more", kind: "python" }] });
  await user.click((await choose("load")).getByText("Time limit, retries, failure"));
  const other = await choose("more");
  expect(other.getByText("Time limit, retries, failure").closest("details")).not.toHaveAttribute("open");
  expect(other.getByRole("textbox", { name: "Name" })).toHaveValue("more");
});

it("what the server finds stands at the field, and what is of no field above", async () => {
  const problem = (pointer: string, message: string) => problemItem({ node: "stats", pointer, message });
  const { choose } = await open([
    problem("/nodes/1/config/query", "The query is empty."),
    problem("/nodes/1/strange", "strange is no field here."),
  ]);
  const form = await choose("stats");
  await waitFor(() =>
    expect(form.getByRole("textbox", { name: "query" })).toHaveAccessibleDescription(/The query is empty/),
  );
  expect(form.getByText(/strange is no field here/)).toBeVisible();
});

it("an edge has a form of its own, with what its condition gives in the last run", async () => {
  const tried: unknown[] = [];
  server.use(
    http.post("*/api/v1/executions/last/evaluate", async ({ request }) => {
      tried.push(await request.json());
      return HttpResponse.json({ value: true, size_bytes: 4, error: null });
    }),
  );
  const { user, choose, text } = await open();
  const form = await choose("stats");
  await user.click(form.getByRole("button", { name: /^load → stats/ }));
  const edge = within(await screen.findByRole("form", { name: "Connection from load to stats" }));
  expect(await edge.findByText("In run #7:")).toBeVisible();
  expect(tried).toEqual([{ template: "${steps.load.output.ok}" }]);
  await user.type(edge.getByRole("textbox", { name: /^Label/ }), "good");
  await text(({ edges }) => expect(edges[0]).toMatchObject({ label: "good" }));
  await user.click(edge.getByRole("button", { name: "Delete the connection from load to stats" }));
  await text(({ edges }) => expect(edges).toEqual([]));
});

it("on a phone the steps are a list with the form below", async () => {
  setWidth(390);
  answers(`/workflows/${WORKFLOW}`, workflowAnswer({ definition }));
  const asked = serveEditor() as Asked[];
  const { user } = openPage(`/workflows/${WORKFLOW}`);
  await user.click(await screen.findByRole("tab", { name: "Steps" }));
  await user.click(screen.getByRole("button", { name: "stats" }));
  expect(screen.getByRole("form", { name: "Form of step stats" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Add a step" }));
  await user.type(await screen.findByRole("combobox", { name: "Add a step" }), "py{Enter}");
  await waitFor(() => expect(asked.at(-1)!.edges).toContainEqual({ from: "stats", to: "python" }));
  await expectAccessible();
});

it("where nothing is selected the workflow has its name", async () => {
  const { user, text } = await open();
  await user.click(screen.getByRole("button", { name: "Step" }));
  const name = screen.getByRole("textbox", { name: "Name of the workflow" });
  expect(name).toHaveValue("formed");
  await user.clear(name);
  await user.type(name, "renamed");
  await text((last) => expect(last).toMatchObject({ name: "renamed" }));
});

it("the workflow's inputs, result and limits are fields too", async () => {
  const { user, text } = await open([
    problemItem({
      node: null,
      pointer: "/settings/timeout_s",
      message: "timeout_s must be a number.",
      advice: "",
    }),
  ]);
  await user.click(screen.getByRole("button", { name: "Step" }));
  const form = within(screen.getByRole("form", { name: "Form of the workflow" }));
  await user.click(form.getByRole("button", { name: "Add an input" }));
  const name = await form.findByRole("textbox", { name: "Name of input input" });
  await user.clear(name);
  await user.type(name, "a b{Enter}");
  expect(name).toHaveAttribute("aria-invalid", "true");
  await user.clear(name);
  await user.type(name, "a{Enter}");
  await user.selectOptions(await form.findByRole("combobox", { name: "Type of input a" }), "Whole number");
  await user.click(form.getByText("Label, default, required"));
  await user.type(form.getByRole("textbox", { name: "Default" }), "7");
  await user.click(form.getByRole("switch", { name: "Required" }));
  await text((last) =>
    expect(last).toMatchObject({
      inputs: { properties: { a: { type: "integer", default: 7 } }, required: ["a"] },
    }),
  );
  await user.click(form.getByText("Limits, priority, failure"));
  await user.type(form.getByRole("textbox", { name: /^Time limit of a run/ }), "soon");
  await text((last) => expect(last).toMatchObject({ settings: { timeout_s: "soon" } }));
  expect(await form.findByText(/timeout_s must be a number/)).toBeVisible();
  await user.type(form.getByRole("textbox", { name: /^Runs at once/ }), "2");
  await user.selectOptions(await form.findByRole("combobox", { name: "When as many run as may" }), "refuse");
  await text((last) =>
    expect(last).toMatchObject({ settings: { concurrency: { limit: 2, on_limit: "refuse" } } }),
  );
  await expectAccessible();
});

it("an argument's name that is taken or empty is refused beside it, and taken back by one key", async () => {
  const { user, choose, text } = await open();
  const form = await choose("load");
  await user.click(form.getByRole("button", { name: "Add" }));
  await user.type(form.getByPlaceholderText("name"), "b{Enter}");
  await text(({ nodes }) =>
    expect(nodes[0]).toMatchObject({ config: { args: { a: "${inputs.a}", b: "" } } }),
  );
  const name = () => form.getAllByRole("textbox", { name: "Name, Arguments" })[1]!;
  await user.clear(name());
  expect(name()).toBeInvalid();
  expect(name()).toHaveAccessibleDescription("It needs a name. The cross takes it out.");
  await user.type(name(), "a");
  expect(name()).toHaveAccessibleDescription("There is a a already.");
  await user.keyboard("{Control>}z{/Control}");
  expect(name()).toHaveValue("b");
  await text(({ nodes }) => expect(nodes[0]).toMatchObject({ config: { args: { b: "" } } }));
  await user.clear(name());
  await user.type(name(), "c{Tab}");
  await text(({ nodes }) =>
    expect(nodes[0]).toMatchObject({ config: { args: { a: "${inputs.a}", c: "" } } }),
  );
});

it("a step's name that is not taken yet is taken back by one key, and nothing else is", async () => {
  const { user, choose, text } = await open();
  const form = await choose("load");
  await user.click(form.getByText("Time limit, retries, failure"));
  await user.type(form.getByRole("textbox", { name: /^Time limit in seconds/ }), "30");
  await text(({ nodes }) => expect(nodes[0]).toMatchObject({ timeout_s: 30 }));
  const name = form.getByRole("textbox", { name: "Name" });
  await user.type(name, "er");
  expect(name).toHaveValue("loader");
  await user.keyboard("{Control>}z{/Control}");
  expect(name).toHaveValue("load");
  await text(({ nodes }) => expect(nodes[0]).toMatchObject({ id: "load", timeout_s: 30 }));
});

it("a choice that is added to numbers is a number, and what is none is said at the field", async () => {
  const level = { type: "integer", enum: [1, 2, 3], default: 2 };
  const { user, text } = await open([], { inputs: { properties: { level } } });
  await user.click(screen.getByRole("button", { name: "Step" }));
  const form = within(screen.getByRole("form", { name: "Form of the workflow" }));
  await user.click(form.getByText("Label, default, required"));
  const choices = form.getByRole("textbox", { name: /^Choices/ });
  expect(choices).toHaveValue("1\n2\n3");
  await user.type(choices, "{Enter}4");
  const found = (more: object) =>
    text((last) => expect(last).toMatchObject({ inputs: { properties: { level: more } } }));
  await found({ enum: [1, 2, 3, 4], default: 2 });
  await user.type(choices, "{Enter}x");
  expect(choices).toBeInvalid();
  expect(choices).toHaveAccessibleDescription("A whole number is needed.");
  await user.type(choices, "{Backspace}5");
  await found({ enum: [1, 2, 3, 4, 5] });
  expect(choices).toHaveValue("1\n2\n3\n4\n5");
  const first = form.getByRole("textbox", { name: "Default" });
  await user.clear(first);
  await user.type(first, "3");
  await found({ default: 3 });
});
