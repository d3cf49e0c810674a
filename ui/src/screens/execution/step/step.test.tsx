import { within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { changeLanguage } from "../../../i18n";
import { executionAnswer, executionItem, page, serveExecution, stepAnswers } from "../../../test/answers";
import { history } from "../../../test/histories";
import { expectAccessible, openPage, screen } from "../../../test/page";
import { answers } from "../../../test/server";

beforeEach(() => changeLanguage("en"));

const GOOD = "00000000-0000-7000-8000-00000000000d";

async function openLastGood(path: string) {
  const { user } = openPage(`${path}?step=load`);
  const panel = within(await screen.findByRole("region", { name: "load" }));
  await user.click(panel.getByRole("tab", { name: "Last good run" }));
  return panel;
}

it("a step is shown against the last good run: how long both took, and what its output was", async () => {
  const view = serveExecution(history("completed"));
  answers("/executions", page([executionItem({ id: GOOD, number: 0 })]));
  const load = { ...view.steps.load!, output: { n: 999 } };
  answers(`/executions/${GOOD}/steps`, { items: stepAnswers({ ...view, steps: { load } }), position: 1 });
  const panel = await openLastGood(`/executions/${view.id}`);
  expect(await panel.findByText("#0", { selector: "dt" })).toBeVisible();
  expect(document.querySelector("[data-change='/n']")).toHaveTextContent("999");
  expect(panel.getByRole("link", { name: "Compare with last good run #0" })).toHaveAttribute(
    "href",
    `/compare?a=${GOOD}&b=${view.id}`,
  );
  await expectAccessible();
});

it("where no run ended well, or that one had no such step, it says so", async () => {
  const view = serveExecution(history("completed"));
  const panel = await openLastGood(`/executions/${view.id}`);
  expect(await panel.findByText("No other run of this workflow has completed yet.")).toBeVisible();
});

it("a step that the last good run did not have is told", async () => {
  const view = serveExecution(history("completed"));
  answers("/executions", page([executionItem({ id: GOOD, number: 0 })]));
  answers(`/executions/${GOOD}/steps`, { items: [], position: 1 });
  const panel = await openLastGood(`/executions/${view.id}`);
  expect(await panel.findByText("In #0, the last good run, there was no such step.")).toBeVisible();
});

it("a step that ran another workflow leads to it, by its name and with how it stands", async () => {
  const one = history("child");
  const view = serveExecution(one);
  const { id, child } = { id: view.id, child: view.steps.call!.child! };
  const inner = executionAnswer(one, { ...view, id: child, workflowName: "inner", number: 4 });
  answers(`/executions/${child}`, inner);
  openPage(`/executions/${id}?step=call`);
  const link = await screen.findByRole("link", { name: "▸ inner #4" });
  expect(link).toHaveAttribute("href", `/executions/${child}`);
});

it("a child's crumbs name its parents from the topmost down, each with the step that asked", async () => {
  const one = history("completed");
  const view = serveExecution(one);
  const [parent, top] = ["00000000-0000-7000-8000-00000000000e", "00000000-0000-7000-8000-00000000000f"];
  const under = (id: string, path: string) => ({
    metadata: { stopped_by: null, parent: { execution_id: id, path } },
  });
  const answer = (id: string, name: string) => executionAnswer(one, { ...view, id, workflowName: name });
  answers(`/executions/${view.id}`, { ...answer(view.id, "leaf"), ...under(parent, "each[2]") });
  answers(`/executions/${parent}`, { ...answer(parent, "middle"), ...under(top, "call") });
  answers(`/executions/${top}`, answer(top, "topmost"));
  openPage(`/executions/${view.id}`);
  const link = await screen.findByRole("link", { name: /^middle #\d+ ▸ each\[2\]$/ });
  expect(link).toHaveAttribute("href", `/executions/${parent}?step=each%5B2%5D`);
  const names = within(screen.getByRole("navigation", { name: "Executions" })).getAllByRole("link");
  expect(names.map((one) => one.textContent?.split(" ")[0])).toEqual([
    "Executions",
    "topmost",
    "middle",
    "leaf",
  ]);
});
