// @vitest-environment node

import { expect, it } from "vitest";
import { beginning, history } from "../test/histories";
import { applyEvent } from "./applyEvent";
import { type EdgeDefinition, edgeState, type NodeDefinition } from "./edges";
import type { StepStatus } from "./events";
import { type ExecutionView, emptyView, NOT_IN_PART, pendingStep } from "./view";

const node = (on_error?: NodeDefinition["on_error"]): NodeDefinition => ({
  id: "a",
  kind: "python",
  on_error,
});
const plain: EdgeDefinition = { from: "a", to: "b" };
const conditional: EdgeDefinition = { ...plain, when: "${true}" };

function view(a: StepStatus, more: Partial<ExecutionView> = {}, b = pendingStep("b")): ExecutionView {
  return {
    ...emptyView("x"),
    status: "running",
    ...more,
    steps: { a: { ...pendingStep("a"), status: a }, b },
  };
}

it("to a step outside the part that runs it is not taken", () => {
  const outside = { ...pendingStep("b"), status: "skipped" as const, reason: NOT_IN_PART };
  expect(edgeState(plain, node(), view("completed", {}, outside))).toBe("dead");
  expect(edgeState(plain, node(), view("running", {}, outside))).toBe("dead");
});

it("without an execution every edge is open", () => {
  expect(edgeState(plain, node(), null)).toBe("open");
});

it.each([
  ["pending", "open"],
  ["running", "open"],
  ["waiting", "open"],
  ["completed", "taken"],
  ["failed", "dead"],
  ["skipped", "dead"],
  ["stopped", "dead"],
] as const)("behind a %s step an edge is %s", (status, state) => {
  expect(edgeState(plain, node(), view(status))).toBe(state);
});

it("behind a failure that is to be lived with the edge is taken", () => {
  expect(edgeState(plain, node("continue"), view("failed"))).toBe("taken");
});

it("behind a failure that its edges handle only a condition can take it on", () => {
  expect(edgeState(plain, node("edges"), view("failed"))).toBe("dead");
  expect(edgeState(conditional, node("edges"), view("failed", { decided: { a: { b: true } } }))).toBe(
    "taken",
  );
});

it("an edge that nobody decided is dead once the execution has ended", () => {
  expect(edgeState(plain, node(), view("pending", { status: "failed" }))).toBe("dead");
  expect(edgeState(conditional, node(), view("completed", { status: "stopped" }))).toBe("dead");
});

it("a condition is as the log says it was decided", () => {
  const one = history("completed");
  const ended = one.events.reduce(applyEvent, beginning(one));
  expect(edgeState({ from: "load", to: "never", when: "${…}" }, node(), ended)).toBe("dead");
  expect(edgeState(conditional, node(), view("completed", { decided: { a: { b: true } } }))).toBe("taken");
});

it("where the page did not see the decision, what became of the target tells it", () => {
  expect(edgeState(conditional, node(), view("completed"))).toBe("open");
  expect(edgeState(conditional, node(), view("completed", {}, { ...pendingStep("b"), attempt: 1 }))).toBe(
    "taken",
  );
  expect(
    edgeState(conditional, node(), view("completed", {}, { ...pendingStep("b"), status: "skipped" })),
  ).toBe("dead");
});
