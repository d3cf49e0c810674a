import { fireEvent, render } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { StepStatus } from "../execution/events";
import { createExecutionStore, ExecutionContext } from "../execution/store";
import { emptyView, pendingStep } from "../execution/view";
import { changeLanguage } from "../i18n";
import { screen, waitFor } from "../test/page";
import Graph from "./Graph";

const MANY = 130;
const nodes = Array.from({ length: MANY }, (_, number) => ({ id: `s${number}`, kind: "python" }));
const edges = nodes.slice(1).map(({ id }, number) => ({ from: `s${number}`, to: id }));
const definition = { nodes, edges };
const box = (id: string) => document.querySelector<SVGElement>(`[data-step="${id}"]`)!;

/** Tells the size of the graph's box, as a browser does at first; the rest of jsdom has none. */
class BoxSize implements ResizeObserver {
  constructor(private readonly tell: ResizeObserverCallback) {}
  observe(element: Element): void {
    if (element.className === "canvas") this.tell([], this);
  }
  unobserve(): void {}
  disconnect(): void {}
}

function storeOf(statuses: Record<string, StepStatus>) {
  const steps = nodes.map(({ id }) => [id, { ...pendingStep(id), status: statuses[id] ?? "pending" }]);
  return createExecutionStore({ ...emptyView("e"), steps: Object.fromEntries(steps) });
}

beforeEach(() => {
  changeLanguage("en");
  vi.stubGlobal("ResizeObserver", BoxSize);
  return () => vi.unstubAllGlobals();
});

it("a large graph is drawn small as shapes, which say the status and choose the step", async () => {
  const store = storeOf({ s0: "completed", s1: "failed", s2: "running" });
  const onSelect = vi.fn();
  render(
    <ExecutionContext value={store}>
      <Graph definition={definition} onSelect={onSelect} />
    </ExecutionContext>,
  );
  expect(await screen.findByRole("img", { name: /^130 steps, drawn small/ })).toBeInTheDocument();
  expect(document.querySelectorAll("rect[data-step]")).toHaveLength(MANY);
  expect(document.querySelectorAll(".react-flow__node")).toHaveLength(0);
  expect(box("s1")).toHaveAttribute("data-status", "failed");
  expect(document.querySelectorAll(".far-sign")).toHaveLength(2); // failed and running; colour alone says nothing
  expect(document.querySelector(".far-edge.taken")).not.toBeNull();

  fireEvent.pointerOver(box("s1"));
  expect(await screen.findByText("s1")).toBeInTheDocument();
  expect(screen.getByText("Failed")).toBeInTheDocument();
  fireEvent.click(box("s1"));
  expect(onSelect).toHaveBeenCalledWith("s1");
  store.getState().select("s1");
  await waitFor(() => expect(box("s1")).toHaveClass("selected"));
});

it("while it is written, it says where something is wrong", async () => {
  render(<Graph definition={definition} marks={new Map([["s3", "error"]])} chosen="s4" />);
  await screen.findByRole("img", { name: /^130 steps/ });
  expect(box("s3")).toHaveAttribute("data-mark", "error");
  expect(box("s4")).toHaveClass("selected");
});

it("a small graph is drawn in full", async () => {
  render(<Graph definition={{ nodes: nodes.slice(0, 5), edges: edges.slice(0, 4) }} />);
  await waitFor(() => expect(document.querySelectorAll(".react-flow__node")).toHaveLength(5));
  expect(document.querySelector(".overview")).toBeNull();
});
