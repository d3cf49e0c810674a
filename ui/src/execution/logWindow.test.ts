// @vitest-environment node

import { beforeEach, describe, expect, it } from "vitest";
import type { LogLine, LogWindowAnswer } from "../api/types";
import { histories } from "../test/histories";
import type { StepLogged } from "./events";
import { type LogFilter, LogWindow, NO_FILTER, type ReadLines } from "./logWindow";

type Query = Parameters<ReadLines>[0];

/** A log on a server that can be slow, incomplete or away. */
class Server {
  lines: LogLine[] = [];
  asked: Query[] = [];
  away = false;
  /** Lines its view has not got yet. */
  behind = 0;
  private held: (() => void)[] | null = null;

  write(count: number, more: Partial<LogLine> = {}): void {
    for (let index = 0; index < count; index += 1) this.lines.push(line(this.lines.length + 1, more));
  }

  hold(): void {
    this.held = [];
  }

  release(): void {
    const waiting = this.held ?? [];
    this.held = null;
    for (const go of waiting) go();
  }

  readonly read: ReadLines = async (query) => {
    this.asked.push(query);
    const answer = this.answer(query);
    if (this.held) await new Promise<void>((go) => this.held?.push(go));
    if (this.away) throw new Error("away");
    return answer;
  };

  private answer({ level, step, q, after, before, limit }: Query): LogWindowAnswer {
    const severity = ["debug", "info", "warning", "error"];
    const seen = this.lines.slice(0, this.lines.length - this.behind);
    const wanted = seen.filter(
      (one) =>
        severity.indexOf(one.level) >= severity.indexOf(level) &&
        (step === null || one.step === step) &&
        one.text.includes(q) &&
        (after === undefined || one.line > after) &&
        (before === undefined || one.line < before),
    );
    const items = before === undefined ? wanted.slice(0, limit) : wanted.slice(-limit);
    const more = items.length < wanted.length;
    const edge = before === undefined ? items.at(-1) : items[0];
    return {
      items,
      next_cursor: more ? edge!.line : null,
      total_lines: seen.length,
      dropped_lines: 0,
      complete: false,
      position: 1,
    };
  }
}

function line(number: number, more: Partial<LogLine> = {}): LogLine {
  const at = "2026-01-01T09:00:00.000Z";
  return {
    line: number,
    at,
    level: "info",
    stream: "stdout",
    step: "a",
    attempt: 1,
    text: `line ${number}`,
    ...more,
  };
}

/** The event that tells these lines. */
function logged(first: number, count: number, more: Partial<LogLine> = {}): StepLogged {
  const told = line(first, more);
  const lines = Array.from({ length: count }, (_, index) => ({
    at_ms: Date.parse(told.at),
    level: told.level,
    stream: told.stream,
    text: more.text ?? `line ${first + index}`,
  }));
  const data = { path: told.step, attempt: 1, first_line: first, lines, dropped: 0 };
  return { type: "execution.step_logged", data } as StepLogged;
}

let server: Server;
let log: LogWindow;
beforeEach(() => {
  server = new Server();
  log = new LogWindow(server.read);
});

const numbers = () => log.get().lines.map((one) => one.line);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
/** Everything that was asked has been answered. */
const settled = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};
const filter = (change: Partial<LogFilter>): LogFilter => ({ ...NO_FILTER, ...change });

describe("the window of a log", () => {
  it("begins with the newest lines and knows that older ones exist", async () => {
    server.write(1_200);
    await log.show(NO_FILTER);
    expect(numbers()).toEqual(range(701, 1_200));
    expect(log.get()).toMatchObject({ olderExist: true, loading: false, missing: 0, lastLine: 1_200 });
  });

  it("reads older pages on demand until the first line", async () => {
    server.write(1_200);
    await log.show(NO_FILTER);
    await log.older();
    expect(numbers()).toEqual(range(201, 1_200));
    await log.older();
    expect(numbers()).toEqual(range(1, 1_200));
    expect(log.get().olderExist).toBe(false);
    const asked = server.asked.length;
    await log.older();
    expect(server.asked, "there is nothing before the first line").toHaveLength(asked);
  });

  it("adds what the stream tells, as it would read it", async () => {
    server.write(2);
    await log.show(NO_FILTER);
    log.append(logged(3, 2));
    server.write(2);
    expect(log.get().lines).toEqual(server.lines);
  });

  it("shows no line twice when the stream repeats what was read", async () => {
    server.write(5);
    await log.show(NO_FILTER);
    log.append(logged(3, 4));
    expect(numbers()).toEqual(range(1, 6));
  });

  it("keeps lines that came live while the window was being read", async () => {
    server.write(3);
    server.hold();
    const reading = log.show(NO_FILTER);
    log.append(logged(4, 1));
    server.release();
    await reading;
    expect(numbers()).toEqual([1, 2, 3, 4]);
  });

  it("fills a hole between what was read and what came live", async () => {
    server.write(3);
    await log.show(NO_FILTER);
    server.write(4);
    log.append(logged(6, 2));
    await settled();
    expect(numbers()).toEqual(range(1, 7));
    expect(log.get().missing).toBe(0);
  });

  it("fills a hole that is longer than a page, also when the run has ended behind it", async () => {
    server.write(3);
    await log.show(NO_FILTER);
    server.write(1_300);
    await log.settle(1_303);
    expect(numbers()).toEqual(range(1, 1_303));
    expect(log.get().missing).toBe(0);
  });

  it("goes to the newest lines when the hole is longer than what it holds", async () => {
    server.write(3);
    await log.show(NO_FILTER);
    server.write(20_000);
    log.append(logged(20_003, 1));
    await settled();
    expect(numbers()).toEqual(range(19_504, 20_003));
    expect(log.get()).toMatchObject({ missing: 0, olderExist: true });
    expect(server.asked).toHaveLength(2);
  });

  it("counts as missing what it could not get, and gets it when the run ends", async () => {
    server.write(3);
    await log.show(NO_FILTER);
    server.away = true;
    log.append(logged(6, 2));
    await settled();
    expect(log.get().missing).toBe(2);
    server.away = false;
    server.write(4);
    await log.settle(7);
    expect(numbers()).toEqual(range(1, 7));
    expect(log.get().missing).toBe(0);
  });

  it("says how many lines are missing at the end when the log does not give them", async () => {
    server.write(3);
    await log.show(NO_FILTER);
    server.write(2);
    server.behind = 2;
    await log.settle(5);
    expect(log.get().missing).toBe(2);
  });

  it("holds a bounded number of lines, and reads again what fell out", async () => {
    server.write(10);
    await log.show(NO_FILTER);
    server.write(6_000);
    for (let first = 11; first < 6_010; first += 500) log.append(logged(first, 500));
    await settled();
    expect(log.get().lines).toHaveLength(5_000);
    expect(log.get().olderExist).toBe(true);
    const [oldest] = numbers();
    await log.older();
    expect(numbers().slice(0, 500)).toEqual(range(oldest! - 500, oldest! - 1));
  });

  it("takes every recorded batch, in any history, to whole numbers from one on", async () => {
    for (const { events, view } of histories) {
      const one = new LogWindow(server.read);
      await one.show(NO_FILTER);
      for (const event of events) if (event.type === "execution.step_logged") one.append(event);
      await one.settle(view.log_lines);
      expect(one.get().lines.map((told) => told.line)).toEqual(range(1, view.log_lines));
      expect(one.get().missing).toBe(0);
    }
  });
});

describe("a filter", () => {
  it("asks the server, and lets only lines through that pass", async () => {
    server.write(3);
    server.write(2, { level: "error" });
    await log.show(filter({ level: "warning" }));
    expect(numbers()).toEqual([4, 5]);
    log.append(logged(6, 1));
    log.append(logged(7, 1, { level: "error" }));
    log.append(logged(8, 1, { level: "a level of one's own" }));
    expect(numbers()).toEqual([4, 5, 7]);
    expect(log.get().lastLine).toBe(8);
  });

  it("by step and by text holds for live lines too, whatever the case of letters", async () => {
    await log.show(filter({ step: "b", q: "needle" }));
    log.append(logged(1, 1, { step: "a", text: "a needle" }));
    log.append(logged(2, 1, { step: "b", text: "hay" }));
    log.append(logged(3, 1, { step: "b", text: "a NEEDLE" }));
    expect(numbers()).toEqual([3]);
  });

  it("has gaps by nature: nothing is missing and nothing is asked for", async () => {
    server.write(9);
    server.lines[4]!.level = "error";
    await log.show(filter({ level: "error" }));
    const asked = server.asked.length;
    await log.settle(9);
    expect(log.get()).toMatchObject({ missing: 0, lastLine: 9 });
    expect(server.asked).toHaveLength(asked);
  });

  it("is followed up the log until there is something to show, or nothing is left", async () => {
    const asked: Query[] = [];
    // A server that looks through 1,000 lines for each answer: one of 5,000 passes, far up.
    const far = new LogWindow(async (query) => {
      asked.push(query);
      const before = Math.min(query.before ?? 5_001, 5_001);
      const from = Math.max(1, before - 1_000);
      return {
        items: from <= 1_500 && 1_500 < before ? [line(1_500, { text: "needle" })] : [],
        next_cursor: from > 1 ? from : null,
        total_lines: 5_000,
        dropped_lines: 0,
        complete: true,
        position: 1,
      };
    });
    await far.show(filter({ q: "needle" }));
    expect(far.get()).toMatchObject({ olderExist: false, loading: false });
    expect(far.get().lines.map((one) => one.line)).toEqual([1_500]);
    expect(asked.map(({ before }) => before)).toEqual([2_147_483_647, 4_001, 3_001, 2_001, 1_001]);
  });

  it("that was changed meanwhile makes the late answer void", async () => {
    server.write(3);
    server.write(1, { level: "error" });
    server.hold();
    const first = log.show(NO_FILTER);
    const second = log.show(filter({ level: "error" }));
    server.release();
    await Promise.all([first, second]);
    expect(numbers()).toEqual([4]);
  });

  it("that was changed while older lines were read makes those void", async () => {
    server.write(1_200);
    await log.show(NO_FILTER);
    server.hold();
    const older = log.older();
    const other = log.show(filter({ q: "line 1200" }));
    server.release();
    await Promise.all([older, other]);
    expect(numbers()).toEqual([1_200]);
  });
});

describe("when the log cannot be read", () => {
  it("the window says so, and a new try mends it", async () => {
    server.write(3);
    server.away = true;
    await log.show(NO_FILTER);
    expect(log.get()).toMatchObject({ failed: true, loading: false });
    server.away = false;
    await log.show(NO_FILTER);
    expect(log.get()).toMatchObject({ failed: false, loading: false });
    expect(numbers()).toEqual([1, 2, 3]);
  });

  it("what is shown stays when only older lines failed", async () => {
    server.write(600);
    await log.show(NO_FILTER);
    server.away = true;
    await log.older();
    expect(log.get().failed).toBe(true);
    expect(numbers()).toEqual(range(101, 600));
  });
});

it("listeners hear of changes until they leave", async () => {
  let heard = 0;
  const leave = log.subscribe(() => {
    heard += 1;
  });
  await log.show(NO_FILTER);
  expect(heard).toBeGreaterThan(0);
  const before = heard;
  leave();
  log.append(logged(1, 1));
  expect(heard).toBe(before);
});

describe("a window in the middle", () => {
  const last = (logs: LogWindow) => logs.get().lines.at(-1)?.line;
  const first = (logs: LogWindow) => logs.get().lines[0]?.line;

  it("is read around a line, older and newer on demand, up to the end", async () => {
    const server = new Server();
    server.write(2_000);
    const logs = new LogWindow(server.read);
    await logs.showAt(1_000);
    expect([first(logs), last(logs)]).toEqual([751, 1_250]);
    expect(logs.get()).toMatchObject({ olderExist: true, newerExist: true, missing: 0, lastLine: 2_000 });
    await logs.older();
    await logs.newer();
    expect([first(logs), last(logs)]).toEqual([251, 1_750]);
    await logs.newer();
    expect([last(logs), logs.get().newerExist]).toEqual([2_000, false]);
    expect(logs.get().lines.map((one) => one.line)).toEqual(Array.from({ length: 1_750 }, (_, n) => n + 251));
  });

  it("beyond the end is the newest one", async () => {
    const server = new Server();
    server.write(10);
    const logs = new LogWindow(server.read);
    await logs.showAt(9_999);
    expect([first(logs), last(logs), logs.get().newerExist]).toEqual([1, 10, false]);
  });

  it("keeps at most 5,000 lines, whichever way one reads", async () => {
    const server = new Server();
    server.write(20_000);
    const logs = new LogWindow(server.read);
    await logs.show(NO_FILTER);
    for (let page = 0; page < 20; page += 1) await logs.older();
    expect([logs.get().lines.length, last(logs)]).toEqual([5_000, 14_500]);
    expect(logs.get()).toMatchObject({ newerExist: true, missing: 0 });
    for (let page = 0; page < 11; page += 1) await logs.newer();
    expect([first(logs), last(logs), logs.get().newerExist]).toEqual([15_001, 20_000, false]);
    expect(logs.get().olderExist).toBe(true);
  });

  it("is not pushed on by live lines while somebody reads it, and lacks none of them at the end", async () => {
    const server = new Server();
    server.write(4_999);
    const logs = new LogWindow(server.read);
    await logs.show(NO_FILTER);
    for (let page = 0; page < 9; page += 1) await logs.older();
    logs.hold(true);
    server.write(3);
    logs.append(logged(5_000, 3));
    expect([first(logs), last(logs), logs.get().newerExist]).toEqual([1, 4_999, true]);
    expect(logs.get().lastLine).toBe(5_002);
    server.hold();
    const more = logs.newer();
    server.write(2);
    logs.append(logged(5_003, 2));
    server.release();
    await more;
    await logs.newer();
    expect([last(logs), logs.get().newerExist]).toEqual([5_004, false]);
    expect(logs.get().lines).toHaveLength(5_000);
  });
});
