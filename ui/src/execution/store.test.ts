import { describe, expect, it, vi } from "vitest";
import { beginning, history } from "../test/histories";
import { createExecutionStore } from "./store";

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

  it("knows which step is chosen", () => {
    const store = createExecutionStore(beginning(one));
    store.getState().select("left");
    expect(store.getState().selected).toBe("left");
    store.getState().select(null);
    expect(store.getState().selected).toBeNull();
  });
});
