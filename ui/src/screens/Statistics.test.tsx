import { within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { StatisticsAnswer } from "../api/types";
import { expectAccessible, openPage, screen } from "../test/page";
import { answers, problem, refuses } from "../test/server";

const TOOK = { p50: 1_200, p90: 3_400, p99: 9_000 };
const STATISTICS: StatisticsAnswer = {
  workflow: { id: "w-1", name: "weather-report", version: 3 },
  runs: { total: 12, queued: 0, running: 1, paused: 0, stopping: 0, completed: 9, failed: 2, stopped: 0 },
  duration_ms: TOOK,
  waited_ms: TOOK,
  worked_ms: TOOK,
  steps: [
    {
      path: "load",
      kind: "python",
      runs: 11,
      skipped: 0,
      failed: 2,
      attempts: 14,
      duration_ms: TOOK,
      peak_memory_bytes: 40_000_000,
      critical_share: 0.8,
    },
    {
      path: "report",
      kind: "transform",
      runs: 0,
      skipped: 11,
      failed: 0,
      attempts: 0,
      duration_ms: null,
      peak_memory_bytes: null,
      critical_share: 0,
    },
  ],
  failure_causes: [
    {
      code: "python_exception",
      category: "step",
      type: "KeyError",
      step: "load",
      message: "'city'",
      advice: "",
      count: 2,
      last_at: "2026-01-02T03:04:05Z",
      execution_id: "e-9",
      number: 9,
    },
  ],
  bottleneck: { path: "load", share: 0.8 },
  by_day: [
    { day: "2026-01-01", completed: 5, failed: 0, stopped: 0 },
    { day: "2026-01-02", completed: 4, failed: 2, stopped: 0 },
  ],
};

it("statistics say how long it takes, where the time goes, and why runs failed", async () => {
  answers("/stats/workflows/w-1", STATISTICS);
  openPage("/workflows/w-1/statistics");
  const whole = await screen.findByRole("region", { name: "The last 12 runs" });
  expect(whole).toHaveTextContent("Runs wait for load for 80 % of their time.");
  expect(whole).toHaveTextContent(/Nine of ten3\.4.s/);
  const steps = screen.getByRole("region", { name: "Steps" });
  expect(
    within(steps).getByRole("row", { name: /load python 11 14 2 1\.2.s 3\.4.s 9\.0.s 80 %/ }),
  ).toBeVisible();
  expect(within(steps).getByRole("row", { name: /report transform 0 0 0 – – – 0 %/ })).toBeVisible();
  const bars = within(steps).getByRole("columnheader", {
    name: /^Time taken Half take at most Nine of ten$/,
  });
  expect(bars.querySelectorAll(".swatch"), "each shade of the bars has its words").toHaveLength(2);
  const causes = screen.getByRole("region", { name: "Why runs failed" });
  expect(within(causes).getByRole("row", { name: /KeyError 'city' load 2 #9/ })).toBeVisible();
  expect(within(causes).getByRole("link", { name: "#9" })).toHaveAttribute("href", "/executions/e-9");
  expect(screen.getByText("2026-01-02: 4 completed, 2 failed, 0 stopped")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Back to the workflow" })).toHaveAttribute(
    "href",
    "/workflows/w-1",
  );
  await expectAccessible();
});

it("of one that was never run they say so", async () => {
  const none = { ...STATISTICS, runs: { ...STATISTICS.runs, total: 0 }, failure_causes: [] };
  answers("/stats/workflows/w-1", none);
  openPage("/workflows/w-1/statistics");
  expect(await screen.findByText("It has not been run yet.")).toBeVisible();
});

it("of a workflow that is not there they say so", async () => {
  refuses(
    "get",
    "/stats/workflows/w-2",
    problem("workflow_not_found", { status: 404, category: "not_found" }),
  );
  openPage("/workflows/w-2/statistics");
  expect(await screen.findByRole("alert")).toBeVisible();
});
