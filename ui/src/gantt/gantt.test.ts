import { describe, expect, it } from "vitest";
import { type AttemptView, pendingStep, type StepView } from "../execution/view";
import { barsOf } from "./bars";
import { criticalPath } from "./criticalPath";
import { placeOf, scaleOf, spanOf } from "./scale";

const attempt = (
  startedAt: number,
  beganAt: number | null,
  endedAt: number | null,
  more = {},
): AttemptView => ({
  run: 1,
  attempt: 1,
  startedAt,
  beganAt,
  endedAt,
  outcome: endedAt === null ? null : "completed",
  durationMs: null,
  error: null,
  usage: null,
  ...more,
});
const step = (path: string, attempts: AttemptView[], more: Partial<StepView> = {}): StepView => ({
  ...pendingStep(path, "python"),
  status: attempts.length === 0 ? "pending" : attempts.at(-1)!.endedAt === null ? "running" : "completed",
  attempts,
  ...more,
});
const shown = (one: StepView, from: number | null, ended: number | null) =>
  barsOf(one, 1, from, ended).map(({ kind, from, until, outcome }) =>
    `${kind} ${from}-${until} ${outcome ?? ""}`.trim(),
  );

describe("the axis", () => {
  it.each([
    [42_600, [0, 10_000, 20_000, 30_000, 40_000]],
    [900, [0, 200, 400, 600, 800]],
    [7_200_000, [0, 1_200_000, 2_400_000, 3_600_000, 4_800_000, 6_000_000]],
    [20 * 86_400_000, [0, 3, 6, 9, 12, 15, 18].map((day) => day * 86_400_000)],
  ])("of %d ms has round labels, never crowded", (taken, ticks) => {
    expect(spanOf(taken, false)).toBe(taken);
    expect(scaleOf(0, taken).ticks).toEqual(ticks);
  });

  it("leaves room ahead while the run goes on, and stands still until it is used", () => {
    expect([42_600, 43_600, 45_000].map((taken) => spanOf(taken, true))).toEqual([50_000, 50_000, 50_000]);
    expect(spanOf(47_600, true)).toBe(60_000);
    expect(spanOf(0, true)).toBeGreaterThan(0);
    expect(spanOf(0, false)).toBeGreaterThan(0);
  });

  it("keeps every time within its ends", () => {
    const scale = scaleOf(1_000, 1_000);
    expect([0, 1_000, 1_500, 2_000, 9_000].map((at) => placeOf(scale, at))).toEqual([0, 0, 50, 100, 100]);
  });
});

describe("the bars of a step", () => {
  it("wait for other steps, wait in the queue, work", () => {
    expect(shown(step("a", [attempt(20, 30, 90)]), 10, 100)).toEqual([
      "steps 10-20",
      "queue 20-30",
      "work 30-90 completed",
    ]);
  });

  it("grow while the step works, and end with the execution at the latest", () => {
    expect(shown(step("a", [attempt(20, 20, null)]), 20, null)).toEqual(["work 20-null running"]);
    expect(shown(step("a", [attempt(20, null, null)], { status: "ready" }), 20, 50)).toEqual(["queue 20-50"]);
  });

  it("show a step that took no time, and the hold between two attempts", () => {
    const twice = step("a", [attempt(10, 10, 10, { outcome: "failed" }), attempt(40, 45, 50)]);
    expect(shown(twice, 10, 60)).toEqual([
      "work 10-10 failed",
      "hold 10-40",
      "queue 40-45",
      "work 45-50 completed",
    ]);
  });

  it("show a step that no worker had", () => {
    expect(shown(step("a", [attempt(20, null, 20)]), 20, 60)).toEqual(["work 20-20 completed"]);
  });

  it("hold while the step waits for a time or a person", () => {
    expect(shown(step("w", [attempt(5, null, null)], { kind: "wait", status: "waiting" }), 5, null)).toEqual([
      "hold 5-null",
    ]);
    const lost = step("a", [attempt(5, 6, 9, { outcome: "lost" })], { status: "waiting" });
    expect(shown(lost, 5, null)).toEqual(["queue 5-6", "work 6-9 lost", "hold 9-null"]);
  });

  it("of one that never ran are none, save that it waits while it still may run", () => {
    expect(shown(step("a", []), 10, null)).toEqual(["steps 10-null"]);
    expect(shown(step("a", []), null, null)).toEqual([]);
    expect(shown(step("a", [], { status: "skipped" }), 10, 60)).toEqual([]);
  });
});

describe("the critical path", () => {
  const run = {
    load: step("load", [attempt(0, 0, 10)]),
    quick: step("quick", [attempt(10, 10, 20)]),
    slow: step("slow", [attempt(10, 10, 40)]),
    report: step("report", [attempt(40, 40, 50)]),
    skipped: step("skipped", [], { status: "skipped" }),
  };
  const edges = [
    { from: "load", to: "quick" },
    { from: "load", to: "slow" },
    { from: "quick", to: "report" },
    { from: "slow", to: "report" },
    { from: "skipped", to: "report" },
  ];
  const paths = (steps: Record<string, StepView>) => criticalPath(steps, edges, 1).map(({ path }) => path);

  it("goes back from the last step by the one each waited for", () => {
    expect(criticalPath(run, edges, 1)).toEqual([
      { path: "load", from: 0, until: 10 },
      { path: "slow", from: 10, until: 40 },
      { path: "report", from: 40, until: 50 },
    ]);
  });

  it("ends at what still runs, the one that began first", () => {
    expect(
      paths({
        ...run,
        report: step("report", []),
        slow: step("slow", [attempt(11, 11, null)]),
        quick: step("quick", [attempt(10, 10, null)]),
      }),
    ).toEqual(["load", "quick"]);
  });

  it("is none where nothing hangs together", () => {
    expect(paths({ load: run.load })).toEqual([]);
    expect(
      criticalPath({ a: step("a", [attempt(0, 0, 1)]), b: step("b", [attempt(0, 0, 2)]) }, [], 1),
    ).toEqual([]);
  });
});
