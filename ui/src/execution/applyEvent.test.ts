// @vitest-environment node

import { describe, expect, it } from "vitest";
import { beginning, type History, histories, history } from "../test/histories";
import { applyEvent } from "./applyEvent";
import { EVENT_TYPES, type ExecutionEvent, type StepFailed } from "./events";
import { type ExecutionView, emptyView, type StepView, settledSteps } from "./view";

const fold = (view: ExecutionView, events: readonly ExecutionEvent[]) => events.reduce(applyEvent, view);
const end = (name: string) => {
  const one = history(name);
  return fold(beginning(one), one.events);
};

/** An event of a history with other facts. */
function event<Type extends ExecutionEvent["type"]>(
  type: Type,
  position: number,
  data: Extract<ExecutionEvent, { type: Type }>["data"],
): ExecutionEvent {
  const { events } = history("completed");
  return { ...events[0]!, type, position, data } as ExecutionEvent;
}

function statuses(view: ExecutionView) {
  return Object.fromEntries(Object.entries(view.steps).map(([path, step]) => [path, standing(step)]));
}

/** Of a map with its items: completed + failed + stopped / all. */
function standing({ status, items }: StepView): string {
  return items ? `${status} ${items.completed}+${items.failed}+${items.stopped}/${items.total}` : status;
}

function attempts(view: ExecutionView) {
  return Object.values(view.steps).map((step) =>
    step.attempts.map(({ attempt, outcome }) => [attempt, outcome]),
  );
}

function facts(view: ExecutionView): Omit<History["view"], "as_of"> {
  const steps = Object.entries(view.steps).map(([path, { status, attempt }]) => [path, { status, attempt }]);
  const total = steps.length;
  return {
    status: view.status,
    steps: Object.fromEntries(steps),
    progress: { done: settledSteps(view, total), total },
    events: view.events,
    log_lines: view.logLines,
    dropped_lines: view.droppedLines,
    result: view.result,
    error_code: view.error?.code ?? null,
  };
}

describe.each(histories.map((one) => [one.name, one] as const))("the history %s", (_, one) => {
  const { as_of, ...expected } = one.view;

  it("becomes what the server's own view became", () => {
    expect(facts(fold(beginning(one), one.events))).toEqual(expected);
  });

  it("is, as of each position, what the server said of that position", () => {
    const told = new Map(as_of.map((point) => [point.position, point]));
    let view = beginning(one);
    for (const next of one.events) {
      view = applyEvent(view, next);
      const point = told.get(next.position);
      if (!point) continue;
      expect({
        position: view.position,
        status: view.status,
        done: settledSteps(view, Object.keys(view.steps).length),
        steps: statuses(view),
      }).toEqual(point);
    }
  });

  it("changes nothing when events are told twice", () => {
    const twice = one.events.flatMap((next) => [next, next]);
    expect(fold(beginning(one), twice)).toEqual(fold(beginning(one), one.events));
  });

  it("stays ended when the whole stream is told again after its end", () => {
    const ended = fold(beginning(one), one.events);
    expect(fold(ended, one.events)).toBe(ended);
  });

  it("is the same read whole, or from a view half-way on with pages that overlap", () => {
    const whole = fold(beginning(one), one.events);
    for (let cut = 0; cut <= one.events.length; cut += 1) {
      const half = fold(beginning(one), one.events.slice(0, cut));
      expect(fold(half, one.events.slice(Math.max(0, cut - 3)))).toEqual(whole);
    }
  });

  it("comes to the same end when the steps were read later than the execution", () => {
    const whole = fold(beginning(one), one.events);
    const views = one.events.map((_, index) => fold(beginning(one), one.events.slice(0, index + 1)));
    for (const [early, execution] of views.entries()) {
      for (const { steps } of views.slice(early)) {
        const ended = fold({ ...execution, steps }, one.events);
        expect(facts(ended)).toEqual(facts(whole));
        expect(attempts(ended)).toEqual(attempts(whole));
      }
    }
  });

  it("never goes back to an earlier position", () => {
    let view = beginning(one);
    for (const next of [...one.events, ...[...one.events].reverse()]) {
      const before = view.position;
      view = applyEvent(view, next);
      expect(view.position).toBe(Math.max(before, next.position));
    }
  });

  it("leaves the view it was given as it was", () => {
    const frozen = deepFreeze(beginning(one));
    expect(() => one.events.reduce((view, next) => deepFreeze(applyEvent(view, next)), frozen)).not.toThrow();
  });
});

it("every type of event is in a history, and the stream listens to each", () => {
  const seen = new Set(histories.flatMap(({ events }) => events.map(({ type }) => type)));
  expect([...seen].sort()).toEqual([...EVENT_TYPES].sort());
});

describe("a step", () => {
  it("is in queue once handed over, running once its code began", () => {
    const { events } = history("completed");
    const began = events.findIndex(({ type }) => type === "execution.step_begun");
    const at = (count: number) => fold(beginning(history("completed")), events.slice(0, count)).steps.left!;
    expect(at(began).status).toBe("ready");
    expect(at(began + 1)).toMatchObject({ status: "running", worker: expect.stringContaining("worker-") });
  });

  it("shows how far it says it is", () => {
    expect(end("completed").steps.left).toMatchObject({ fraction: 0.5, progressText: "half way" });
  });

  it("keeps its output, or where a large one is kept", () => {
    const { left, large } = end("completed").steps;
    expect(left).toMatchObject({ output: "left", outputArtifact: null });
    expect(left?.artifacts).toMatchObject([{ name: "report.html", media_type: "text/html" }]);
    expect(large).toMatchObject({ output: null, outputArtifact: { media_type: "application/json" } });
  });

  it("takes as long as its code ran, not as long as it lay in the queue", () => {
    const [attempt] = end("completed").steps.left!.attempts;
    expect(attempt!.durationMs).toBeGreaterThanOrEqual(600);
    expect(attempt!.durationMs).toBeLessThan(attempt!.endedAt! - attempt!.startedAt + 1);
  });

  it("that was lost is tried again, and both attempts stay to be seen", () => {
    const { died, restarted } = end("lost").steps;
    expect(died?.attempts.map(({ outcome }) => outcome)).toEqual(["lost", "completed"]);
    expect(restarted?.attempts.map(({ outcome }) => outcome)).toEqual(["lost", "completed"]);
    expect(restarted?.attempts[0]?.durationMs).toBeGreaterThan(0);
  });

  it("with an unknown outcome waits, and says for what, until it is answered", () => {
    const one = history("unknown_outcome");
    const asked = one.events.findIndex(({ type }) => type === "execution.step_waiting");
    const waiting = fold(beginning(one), one.events.slice(0, asked + 1));
    expect(waiting.steps.pay).toMatchObject({ status: "waiting", reason: "unknown_outcome" });
    expect(end("unknown_outcome").steps.pay).toMatchObject({ status: "completed", output: { paid: 42 } });
  });

  it("that never started is skipped by the end, and says why", () => {
    expect(end("failed").steps.after?.reason).toBe("execution_failed");
    expect(end("stopped").steps.after?.reason).toBe("execution_stopped");
    expect(end("completed").steps.both?.reason).toBe("join_not_met");
  });

  it("keeps the newer attempt when an older one is told of late", () => {
    const view = end("lost");
    const late = event("execution.step_lost", view.position + 1, {
      path: "died",
      attempt: 1,
      reason: "worker_died",
    });
    expect(applyEvent(view, late).steps.died?.status).toBe("completed");
    const again = event("execution.step_begun", view.position + 1, {
      path: "died",
      attempt: 1,
      worker: "w",
      began_at_ms: 0,
    });
    expect(applyEvent(view, again).steps.died?.status).toBe("completed");
  });

  it("not known from the graph is made known by its first event", () => {
    const skipped = event("execution.step_skipped", 1, { path: "new", reason: "no_edge_taken" });
    expect(applyEvent(emptyView("x"), skipped).steps.new?.status).toBe("skipped");
  });

  it("that fails without having been handed over has no attempt to close", () => {
    const { data } = history("failed").events.find(
      ({ type }) => type === "execution.step_failed",
    ) as StepFailed;
    const view = applyEvent(emptyView("x"), event("execution.step_failed", 1, data));
    expect(view.steps[data.path]).toMatchObject({
      status: "failed",
      attempts: [],
      error: { type: "KeyError" },
    });
  });
});

describe("an execution", () => {
  it("that failed names the first cause and what failed with it", () => {
    expect(end("failed")).toMatchObject({
      causePath: "first",
      knockOn: ["second"],
      error: { code: "python_exception", message: "'2031'" },
    });
  });

  it("that took too long has no step as its cause", () => {
    const view = end("failed_by_time");
    expect(view.causePath).toBeNull();
    expect(view.error?.category).toBe("timeout");
    expect(view.steps.slow?.status).toBe("stopped");
  });

  it("that was stopped says by whom, why, and how its end is known", () => {
    expect(end("stopped")).toMatchObject({
      stop: { by: "local:ada", reason: "enough seen", graceS: 0.5 },
      proof: "all_attempts_dead",
    });
    expect(end("stopped_in_queue")).toMatchObject({ startedAt: null, proof: "never_started" });
  });

  it("counts failures that were handled", () => {
    expect(end("completed").handledFailures).toBe(1);
  });

  it("knows which conditions held", () => {
    expect(end("completed").decided).toEqual({ load: { never: false } });
  });

  it("ignores an event of a type it does not know, and counts it", () => {
    const view = end("completed");
    const unknown = { ...history("completed").events[0]!, type: "execution.from_the_future", position: 9e6 };
    const after = applyEvent(view, unknown as unknown as ExecutionEvent);
    expect(after).toEqual({ ...view, position: 9e6, events: view.events + 1 });
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
