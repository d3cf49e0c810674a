import { within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { applyEvent } from "../execution/applyEvent";
import { changeLanguage } from "../i18n";
import { executionAnswer, executionItem, page, serveExecution, stepAnswers } from "../test/answers";
import { beginning, history } from "../test/histories";
import { expectAccessible, openPage, screen } from "../test/page";
import { answers, problem, refuses } from "../test/server";
import { endOfRun, readSide, writeSide } from "./compare/sides";

beforeEach(() => changeLanguage("en"));

/** Two executions of one workflow: as recorded, and the same where a step gave something else. */
function two() {
  const one = history("completed");
  const view = serveExecution(one);
  const other = { ...view, id: "00000000-0000-7000-8000-00000000000b", number: view.number + 1 };
  const [first] = Object.keys(view.steps);
  const steps = { ...view.steps, [first!]: { ...view.steps[first!]!, output: { rows: 3, note: "changed" } } };
  answers(`/executions/${other.id}`, executionAnswer(one, other));
  answers(`/executions/${other.id}/steps`, { items: stepAnswers({ ...other, steps }), position: 9_999 });
  return { a: view, b: other, first: first! };
}

it("names the first step at which they part, and shows its output by places", async () => {
  const { a, b, first } = two();
  const { user } = openPage(`/compare?a=${a.id}&b=${b.id}`);
  const parting = within(await screen.findByRole("region", { name: "Where they part first" }));
  expect(parting.getByText(`${first} was given the same, and gave something else.`)).toBeVisible();
  const values = screen.getByRole("region", { name: `${first}: A and B` });
  expect(values.querySelector("[data-change]")).not.toBeNull();
  expect(screen.getByText(`Both ran the same version, v${a.workflowVersion}.`)).toBeVisible();
  await expectAccessible();

  const rows = document.querySelectorAll("[data-pair]").length;
  await user.click(screen.getByRole("checkbox", { name: "Differing ones only" }));
  expect(document.querySelectorAll("[data-pair]")).toHaveLength(1);
  expect(rows).toBeGreaterThan(1);
});

it("sides are swapped in the address", async () => {
  const { a, b } = two();
  const { user, router } = openPage(`/compare?a=${a.id}&b=${b.id}`);
  await user.click(await screen.findByRole("button", { name: "Swap the sides" }));
  expect(router.state.location.search).toBe(`?a=${b.id}&b=${a.id}`);
});

it("another one is found by its number, its name or its id", async () => {
  const { a, b } = two();
  const third = executionItem({ id: "00000000-0000-7000-8000-00000000000c", number: 77 });
  answers("/executions", page([third]));
  const { user } = openPage(`/compare?a=${a.id}&b=${b.id}`);
  await screen.findAllByRole("button", { name: "Choose another…" });
  const side = document.querySelector<HTMLElement>("[data-side=b]")!;
  await user.click(await within(side).findByRole("button", { name: "Choose another…" }));
  const search = await screen.findByRole("searchbox");
  await user.type(search, "nothing like it");
  expect(screen.getByText("No execution fits.")).toBeVisible();
  await user.clear(search);
  await user.type(search, "#77");
  expect(await screen.findByRole("button", { name: /weather-report #77/ })).toBeVisible();
  await expectAccessible();
});

it("an address without two says what to do, and one that names nobody that it is not there", async () => {
  openPage("/compare?a=x");
  expect(await screen.findByText(/Choose two executions/)).toBeVisible();
  await expectAccessible();
});

it("an execution that is not there is told", async () => {
  const { a } = two();
  refuses("get", "/executions/:id", problem("execution_not_found", { status: 404, category: "not_found" }));
  openPage(`/compare?a=${a.id}&b=00000000-0000-7000-8000-0000000000ff`);
  expect(await screen.findByRole("alert")).toHaveTextContent("Not found");
});

it("speaks Chinese", async () => {
  changeLanguage("zh-CN");
  const { a, b, first } = two();
  openPage(`/compare?a=${a.id}&b=${b.id}`);
  expect(await screen.findByText(`${first} 得到的输入相同，输出却不同。`)).toBeVisible();
});

it("the end of a run is found by halving, whatever positions are between", async () => {
  const one = history("retried");
  const retried = one.events.find(({ type }) => type === "execution.retried")!;
  const asked: number[] = [];
  answers("/executions/:id/events", { items: one.events.slice(0, 1), next_cursor: null });
  answers("/executions/:id", ({ url }) => {
    const at = Number(new URL(url).searchParams.get("at"));
    asked.push(at);
    const then = one.events.filter(({ position }) => position <= at);
    return executionAnswer(one, then.reduce(applyEvent, beginning(one)));
  });
  const end = await endOfRun("e", 1, 1_000_000);
  expect(end).toBe(retried.position - 1);
  expect(asked.length).toBeLessThan(25);
});

it.each([
  ["0190ecb9-7a4a-7d3c-8a53-000000000000", { id: "0190ecb9-7a4a-7d3c-8a53-000000000000", run: null }],
  ["0190ecb9-7a4a-7d3c-8a53-000000000000.2", { id: "0190ecb9-7a4a-7d3c-8a53-000000000000", run: 2 }],
])("%s is a side of an address", (text, side) => {
  expect(readSide(text)).toEqual(side);
  expect(writeSide(side)).toBe(text);
});

it.each([null, "", "x", "../../etc/passwd", "0190ecb9/steps"])("%s is none", (text) =>
  expect(readSide(text)).toBeNull(),
);
