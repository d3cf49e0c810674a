// @vitest-environment node

import { describe, expect, it } from "vitest";
import type { Definition } from "../api/types";
import { applyEvent } from "../execution/applyEvent";
import { type ExecutionView, emptyView, pendingStep, type StepView } from "../execution/view";
import { beginning, history } from "../test/histories";
import { compare, type Side } from "./compare";
import { orderOf, unionOf } from "./order";

const CHAIN: Definition = {
  nodes: ["load", "clean", "send"].map((id) => ({ id, kind: "python" })),
  edges: [
    { from: "load", to: "clean" },
    { from: "clean", to: "send" },
  ],
};

const done = (path: string, more: Partial<StepView> = {}): StepView => ({
  ...pendingStep(path, "python"),
  status: "completed",
  attempt: 1,
  output: { n: 1 },
  attempts: [tried(1)],
  ...more,
});

const tried = (attempt: number, durationMs = 100) => ({
  run: 1,
  attempt,
  startedAt: 0,
  beganAt: 0,
  endedAt: durationMs,
  outcome: "completed" as const,
  durationMs,
  error: null,
  usage: null,
});

function side(steps: StepView[], more: Partial<ExecutionView> = {}, definition = CHAIN): Side {
  const view = { ...emptyView("e"), steps: Object.fromEntries(steps.map((step) => [step.path, step])) };
  return { view: { ...view, ...more }, definition };
}

const all = (more: Record<string, Partial<StepView>> = {}) =>
  ["load", "clean", "send"].map((path) => done(path, more[path]));

describe("two runs", () => {
  it("that went alike differ in nothing, whatever time they took", () => {
    const slow = all({ load: { attempts: [tried(1, 9_000)] } });
    const { steps, first, inputs } = compare(side(all()), side(slow));
    expect(first).toBeNull();
    expect(inputs).toEqual([]);
    expect(steps.map(({ path, difference }) => [path, difference])).toEqual([
      ["load", "same"],
      ["clean", "same"],
      ["send", "same"],
    ]);
    expect(steps[0]!.tookMs).toEqual({ a: 100, b: 9_000 });
  });

  it("part first where nothing before differs, not where the end shows it", () => {
    const error = { code: "x", message: "no", category: "step", type: "E", advice: "" } as StepView["error"];
    const other = all({ clean: { output: { n: 2 } }, send: { input: { n: 2 }, status: "failed", error } });
    const { steps, first } = compare(side(all()), side(other));
    expect(first).toEqual({ path: "clean", because: "output" });
    expect(steps[2]).toMatchObject({ difference: "differs", facts: ["input", "status", "error"] });
  });

  it("part at the step that one version lacks", () => {
    const shorter: Definition = { nodes: CHAIN.nodes!.slice(0, 2), edges: CHAIN.edges!.slice(0, 1) };
    const { first, steps } = compare(side(all()), side(all().slice(0, 2), {}, shorter));
    expect(first).toEqual({ path: "send", because: "only_a" });
    expect(steps.at(-1)).toMatchObject({ difference: "only_a", b: null });
    const turned = compare(side(all().slice(0, 2), {}, shorter), side(all()));
    expect(turned.first).toEqual({ path: "send", because: "only_b" });
  });

  it("part by the settings of a step before anything else", () => {
    const [load, ...others] = CHAIN.nodes!;
    const changed = { ...CHAIN, nodes: [{ ...load!, config: { code: "b" } }, ...others] } as Definition;
    const { first } = compare(side(all()), side(all({ load: { output: 7 } }), {}, changed));
    expect(first).toEqual({ path: "load", because: "definition" });
  });

  it("part by what they were given, which is named", () => {
    const given = (city: string) => ({ inputs: { city, year: 2025 } });
    const { first, inputs } = compare(
      side(all({ load: { input: { city: "Oslo" } } }), given("Oslo")),
      side(all({ load: { input: { city: "Rome" } } }), given("Rome")),
    );
    expect(inputs).toEqual(["/city"]);
    expect(first).toEqual({ path: "load", because: "input" });
  });

  it("a step that was only tried more often is named last", () => {
    const twice = { attempts: [tried(1), tried(2)], attempt: 2 };
    expect(compare(side(all()), side(all({ load: twice }))).first).toEqual({
      path: "load",
      because: "attempts",
    });
    const apart: Definition = { nodes: CHAIN.nodes!, edges: [] };
    const other = all({ load: twice, send: { output: 5 } });
    expect(compare(side(all(), {}, apart), side(other, {}, apart)).first!.path).toBe("send");
  });

  it("a large output is compared by its hash, files by name and hash", () => {
    const file = (sha256: string, name = "report.html") => ({
      sha256,
      name,
      size_bytes: 1,
      media_type: "text/html",
    });
    const facts = (a: Partial<StepView>, b: Partial<StepView>) =>
      compare(side(all({ load: a })), side(all({ load: b }))).steps[0]!.facts;
    expect(facts({ outputArtifact: file("a") }, { outputArtifact: file("a") })).toEqual([]);
    expect(facts({ outputArtifact: file("a") }, { outputArtifact: file("b") })).toEqual(["output"]);
    expect(facts({ artifacts: [file("a")] }, { artifacts: [file("a"), file("b", "x")] })).toEqual(["output"]);
  });

  it("a map is compared by how its items stand", () => {
    const items = { at: 1, total: 3, completed: 3, failed: 0, stopped: 0 };
    const other = { ...items, at: 9, completed: 2, failed: 1 };
    const step = (of: StepView["items"]) => side(all({ load: { items: of } }));
    expect(compare(step(items), step({ ...items, at: 7 })).first).toBeNull();
    expect(compare(step(items), step(other)).first).toEqual({ path: "load", because: "status" });
  });
});

it("a run and the run before it, as recorded, part where the failure was", () => {
  const recorded = history("retried");
  const until = recorded.events.findIndex(({ type }) => type === "execution.retried");
  const fold = (count: number) => recorded.events.slice(0, count).reduce(applyEvent, beginning(recorded));
  const nodes = Object.keys(recorded.view.steps).map((id) => ({ id, kind: "python" }));
  const edges = nodes.slice(1).map(({ id }, index) => ({ from: nodes[index]!.id, to: id }));
  const definition = { nodes, edges };
  const { first, steps } = compare(
    { view: fold(until), definition },
    { view: fold(recorded.events.length), definition },
  );
  const failed = steps.find(({ a }) => a?.status === "failed")!.path;
  expect(first!.path).toBe(failed);
  expect(steps.find(({ path }) => path === "load")!.difference).toBe("same");
});

describe("the order of two graphs", () => {
  it("puts each step behind what leads to it in either", () => {
    const turned: Definition = { nodes: [...CHAIN.nodes!].reverse(), edges: CHAIN.edges! };
    const { order, before } = orderOf(CHAIN, turned);
    expect(order).toEqual(["load", "clean", "send"]);
    expect([...before.get("send")!]).toEqual(["clean"]);
  });

  it("ends where both together go in a circle", () => {
    const back: Definition = { nodes: CHAIN.nodes!, edges: [{ from: "send", to: "load" }] };
    expect(orderOf(CHAIN, back).order.toSorted()).toEqual(["clean", "load", "send"]);
  });

  it("draws both in one, each step and edge once", () => {
    const other: Definition = {
      nodes: [CHAIN.nodes![0]!, { id: "mail", kind: "http" }],
      edges: [{ from: "load", to: "mail" }],
    };
    const { nodes, edges } = unionOf(CHAIN, other);
    expect(nodes!.map(({ id }) => id)).toEqual(["load", "mail", "clean", "send"]);
    expect(edges).toHaveLength(3);
  });
});
