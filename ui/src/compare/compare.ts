/**
 * Two executions as one list of steps, and the first step at which they part. Pure.
 *
 * How long a step took is told beside it but parts nothing: no two runs take the same time.
 */

import type { Definition } from "../api/types";
import { definitionDiff } from "../definitionDiff/definitionDiff";
import { jsonDiff, jsonEqual } from "../difference/jsonDiff";
import type { ArtifactRef, Json } from "../execution/events";
import { attemptsIn, type ExecutionView, type StepView } from "../execution/view";
import { orderOf } from "./order";

/** One of the two: what is known of it, and the definition of the version that ran. */
export interface Side {
  view: ExecutionView;
  definition: Definition;
}

export const FACTS = ["definition", "input", "status", "error", "output", "attempts"] as const;
/** What differs of a step, in the order of what tells most. */
export type Fact = (typeof FACTS)[number];

export type Difference = "same" | "differs" | "only_a" | "only_b";

export interface StepPair {
  path: string;
  kind: string;
  a: StepView | null;
  b: StepView | null;
  difference: Difference;
  facts: Fact[];
  /** What its code took in the attempts of that run; null where it did not run. */
  tookMs: { a: number | null; b: number | null };
  attempts: { a: number; b: number };
}

export interface Divergence {
  path: string;
  /** Why, as the page has a sentence for. */
  because: Fact | "only_a" | "only_b";
}

export interface Comparison {
  steps: StepPair[];
  /** null where no step differs. */
  first: Divergence | null;
  /** Fields of the executions' inputs that differ, by name. */
  inputs: string[];
}

export function compare(a: Side, b: Side): Comparison {
  const changed = changedNodes(a.definition, b.definition);
  const { order, before } = orderOf(a.definition, b.definition);
  const known = new Set(order);
  const rest = [...Object.keys(a.view.steps), ...Object.keys(b.view.steps)].filter(
    (path) => !known.has(path),
  );
  const steps = [...order, ...new Set(rest)].map((path) => pairOf(path, a.view, b.view, changed.has(path)));
  return {
    steps,
    first: firstOf(steps, before),
    inputs: [...new Set(jsonDiff(a.view.inputs, b.view.inputs).changes.map(({ path }) => path))],
  };
}

/** Whose settings differ between the two versions. */
function changedNodes(a: Definition, b: Definition): Set<string> {
  return new Set(
    definitionDiff(a, b)
      .nodes.filter(({ kind }) => kind === "changed")
      .map(({ id }) => id),
  );
}

function pairOf(path: string, a: ExecutionView, b: ExecutionView, changed: boolean): StepPair {
  const [left, right] = [a.steps[path] ?? null, b.steps[path] ?? null];
  const attempts = { a: triesOf(left, a.run), b: triesOf(right, b.run) };
  const facts = left && right ? factsOf(left, right, changed, attempts) : [];
  const difference = !left ? "only_b" : !right ? "only_a" : facts.length > 0 ? "differs" : "same";
  return {
    path,
    kind: right?.kind || left?.kind || "",
    a: left,
    b: right,
    difference,
    facts,
    tookMs: { a: tookOf(left), b: tookOf(right) },
    attempts,
  };
}

/** Of a step that a retry took over from an earlier run, those it had there. */
const triesIn = (step: StepView, run: number) => {
  const own = attemptsIn(step, run);
  return own.length > 0 ? own : attemptsIn(step, step.attempts.at(-1)?.run ?? run);
};
const triesOf = (step: StepView | null, run: number) => (step ? triesIn(step, run).length : 0);

/** Of its last attempt: what came before it failed. */
const tookOf = (step: StepView | null) => step?.attempts.at(-1)?.durationMs ?? null;

function factsOf(a: StepView, b: StepView, changed: boolean, attempts: { a: number; b: number }): Fact[] {
  const differs: Record<Fact, boolean> = {
    definition: changed,
    input: !sameValue(a.input, a.inputArtifact, b.input, b.inputArtifact),
    status: a.status !== b.status || !sameItems(a, b),
    error: a.error?.code !== b.error?.code || a.error?.message !== b.error?.message,
    output:
      !sameValue(a.output, a.outputArtifact, b.output, b.outputArtifact) ||
      !sameFiles(a.artifacts, b.artifacts),
    attempts: attempts.a !== attempts.b,
  };
  return FACTS.filter((fact) => differs[fact]);
}

/** A large value stands as a content under its hash: the same hash is the same value. */
function sameValue(a: Json, aLarge: ArtifactRef | null, b: Json, bLarge: ArtifactRef | null): boolean {
  return aLarge?.sha256 === bLarge?.sha256 && jsonEqual(a, b);
}

const named = (files: readonly ArtifactRef[]) =>
  files.map(({ name, sha256 }) => `${name ?? ""} ${sha256}`).sort();

const sameFiles = (a: readonly ArtifactRef[], b: readonly ArtifactRef[]) => jsonEqual(named(a), named(b));

const countsOf = ({ items }: StepView) =>
  items && [items.total, items.completed, items.failed, items.stopped];

const sameItems = (a: StepView, b: StepView) => jsonEqual(countsOf(a), countsOf(b));

/**
 * The first in the order of the graph none of whose steps before it differ: whatever differs behind it may be its
 * consequence. A step that one of the two versions lacks counts as any other.
 */
function firstOf(
  steps: readonly StepPair[],
  before: ReadonlyMap<string, ReadonlySet<string>>,
): Divergence | null {
  // In the order of the graph, so that what leads to a step is known before it.
  const parted = new Set<string>();
  const candidates: StepPair[] = [];
  for (const step of steps) {
    const behind = [...(before.get(step.path) ?? [])].some((one) => parted.has(one));
    if (step.difference !== "same" && !behind) candidates.push(step);
    if (step.difference !== "same" || behind) parted.add(step.path);
  }
  const first = candidates.sort((one, other) => weight(one) - weight(other))[0];
  return first ? { path: first.path, because: because(first) } : null;
}

/** Of several that nothing leads to, one whose course differs says more than one that only tried more often. */
const weight = ({ facts }: StepPair) => (facts.length === 1 && facts[0] === "attempts" ? 1 : 0);

function because({ difference, facts }: StepPair): Divergence["because"] {
  if (difference === "only_a" || difference === "only_b") return difference;
  return facts[0]!;
}
