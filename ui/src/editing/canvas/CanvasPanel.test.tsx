import { fireEvent } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { page, serveVersion, WORKFLOW, workflowAnswer } from "../../test/answers";
import { serveEditor } from "../../test/editor";
import { expectAccessible, openPage, screen, waitFor } from "../../test/page";
import { answers } from "../../test/server";

const nodes = ["a", "b"].map((id) => ({ id, kind: "python" }));

beforeEach(() => {
  answers("/executions", page([]));
  answers("/workflows", page([]));
  serveVersion();
  serveEditor();
});

/** The definition as the server is asked about it, and so as the text has it. */
async function open() {
  answers(`/workflows/${WORKFLOW}`, workflowAnswer({ definition: { name: "drawn", nodes, edges: [] } }));
  const asked = serveEditor() as { nodes: { id: string; kind: string }[]; edges: unknown[] }[];
  const { user } = openPage(`/workflows/${WORKFLOW}`);
  await screen.findByRole("navigation", { name: "Kinds of step" });
  await waitFor(() => expect(asked).toHaveLength(1));
  const text = async (check: (definition: (typeof asked)[number]) => void) =>
    waitFor(() => check(asked.at(-1)!));
  return { user, text };
}

const box = async (id: string) => {
  await waitFor(() => expect(document.querySelector(`.react-flow__node[data-id=${id}]`)).not.toBeNull());
  return document.querySelector<HTMLElement>(`.react-flow__node[data-id=${id}]`)!;
};
const ids = (definition: { nodes: { id: string }[] }) => definition.nodes.map(({ id }) => id);

it("a step is added by the palette, taken back and put back", async () => {
  const { user, text } = await open();
  await user.click(screen.getByRole("button", { name: "SQL" }));
  await text((definition) => expect(ids(definition)).toEqual(["a", "b", "sql"]));
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await text((definition) => expect(ids(definition)).toEqual(["a", "b"]));
  await user.keyboard("{Control>}{Shift>}z{/Shift}{/Control}");
  await text((definition) => expect(ids(definition)).toEqual(["a", "b", "sql"]));
  expect(screen.queryByRole("button", { name: "Shell command" })).toBeNull();
});

it("a step is found by typing, and comes behind the selected one", async () => {
  const { user, text } = await open();
  fireEvent.click(await box("a"));
  await user.keyboard("/");
  await user.type(await screen.findByRole("combobox", { name: "Add a step" }), "sq{Enter}");
  await text((definition) => expect(definition.edges).toEqual([{ from: "a", to: "sql" }]));
  expect(screen.queryByRole("combobox", { name: "Add a step" })).toBeNull();
});

it("steps are connected, duplicated and deleted by keys", async () => {
  const { user, text } = await open();
  fireEvent.click(await box("a"));
  (await box("a")).focus();
  await user.keyboard("c");
  expect(await screen.findByRole("combobox", { name: "Connect a to…" })).toHaveFocus();
  await expectAccessible();
  await user.keyboard("{Enter}");
  await text((definition) => expect(definition.edges).toEqual([{ from: "a", to: "b" }]));
  (await box("a")).focus();
  await user.keyboard("{Control>}d{/Control}");
  await text((definition) => expect(ids(definition)).toEqual(["a", "b", "a_2"]));
  await user.keyboard("{Delete}");
  await text((definition) => expect(ids(definition)).toEqual(["a", "b"]));
});

it("what is copied is text that can be pasted", async () => {
  const { text } = await open();
  const data = new Map<string, string>();
  const clipboardData = {
    setData: (type: string, value: string) => data.set(type, value),
    getData: (type: string) => data.get(type) ?? "",
  };
  fireEvent.click(await box("b"));
  fireEvent.copy(await box("b"), { clipboardData });
  expect(data.get("text/plain")).toContain("id: b");
  fireEvent.paste(await box("b"), { clipboardData });
  await text((definition) => expect(ids(definition)).toEqual(["a", "b", "b_2"]));
  fireEvent.cut(await box("b_2"), { clipboardData });
  await text((definition) => expect(ids(definition)).toEqual(["a", "b"]));
});

it("a press beside the list of kinds leaves the focus where it was put", async () => {
  const { user } = await open();
  fireEvent.click(await box("a"));
  const name = await screen.findByRole("textbox", { name: "Name" });
  await user.keyboard("/");
  await screen.findByRole("combobox", { name: "Add a step" });
  await user.click(name);
  expect(screen.queryByRole("combobox", { name: "Add a step" })).toBeNull();
  expect(name).toHaveFocus();
});
