import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { beginning, history } from "../test/histories";
import { createExecutionStore, inTurn, nextFrame } from "./store";

const one = history("completed");

describe("the store of an execution", () => {
  it("draws a burst of events once, with the next frame", () => {
    const frames: (() => void)[] = [];
    const store = createExecutionStore(beginning(one), (flush) => frames.push(flush));
    let drawn = 0;
    store.subscribe(() => {
      drawn += 1;
    });
    for (const event of one.events) store.getState().receive(event);
    expect(drawn).toBe(0);
    expect(frames).toHaveLength(1);
    frames[0]!();
    expect(drawn).toBe(1);
    expect(store.getState().view.status).toBe("completed");
  });

  it("asks for another frame for what comes after one", () => {
    const frames: (() => void)[] = [];
    const store = createExecutionStore(beginning(one), (flush) => frames.push(flush));
    store.getState().receive(one.events[0]!);
    frames[0]!();
    store.getState().receive(one.events[1]!);
    expect(frames).toHaveLength(2);
    frames[1]!();
    expect(store.getState().view.status).toBe("running");
  });

  it("goes on in a hidden tab, which gets no frames", () => {
    vi.useFakeTimers();
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    const store = createExecutionStore(beginning(one));
    for (const event of one.events) store.getState().receive(event);
    vi.advanceTimersByTime(100);
    expect(store.getState().view.status).toBe("completed");
    hidden.mockReturnValue(false);
    vi.useRealTimers();
  });

  it("goes on though the tab is hidden while a frame is awaited, and once only", () => {
    vi.useFakeTimers();
    const frames: FrameRequestCallback[] = [];
    const asked = vi.spyOn(window, "requestAnimationFrame").mockImplementation((frame) => frames.push(frame));
    const flush = vi.fn();
    nextFrame(flush);
    vi.advanceTimersByTime(500); // no frame comes
    expect(flush).toHaveBeenCalledTimes(1);
    nextFrame(flush);
    frames.at(-1)!(16);
    vi.advanceTimersByTime(500);
    expect(flush).toHaveBeenCalledTimes(2);
    asked.mockRestore();
    vi.useRealTimers();
  });

  it("knows which step is chosen", () => {
    const store = createExecutionStore(beginning(one));
    store.getState().select("left");
    expect(store.getState().selected).toBe("left");
    store.getState().select(null);
    expect(store.getState().selected).toBeNull();
  });
});

describe("what is drawn in turn", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "requestAnimationFrame", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const FRAME = 16;

  /** After a drawing that took so long, how long the next one has to wait; ms. */
  const restAfter = (took: number) => {
    let at = 0;
    vi.spyOn(performance, "now").mockImplementation(() => at);
    const schedule = inTurn(100)();
    schedule(() => {
      at += took;
    });
    vi.advanceTimersByTime(2 * FRAME);
    let waited = 0;
    let drawn = false;
    schedule(() => {
      drawn = true;
    });
    for (; !drawn; waited += 1) {
      at += 1;
      vi.advanceTimersByTime(1);
    }
    return waited;
  };

  it("rests by what drawing took, and never longer than was said", () => {
    expect(restAfter(0)).toBeLessThanOrEqual(2 * FRAME);
    const rest = restAfter(10);
    expect(rest).toBeGreaterThanOrEqual(40);
    expect(rest).toBeLessThan(40 + 2 * FRAME);
    expect(restAfter(80)).toBeLessThan(100 + FRAME);
  });

  it("never shares a frame", () => {
    const turns = inTurn(100);
    const [steps, lines] = [turns(), turns()];
    const drawn: string[] = [];
    steps(() => drawn.push("steps"));
    lines(() => drawn.push("lines"));
    vi.advanceTimersToNextFrame();
    expect(drawn).toEqual(["steps"]);
    vi.advanceTimersToNextFrame();
    expect(drawn).toEqual(["steps", "lines"]);
  });
});
