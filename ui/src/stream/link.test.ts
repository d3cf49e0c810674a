// @vitest-environment node

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ExecutionEvent } from "../execution/events";
import { history } from "../test/histories";
import { World } from "../test/world";
import { Link, type LinkState } from "./link";

const { events } = history("completed");
const id = events[0]!.execution_id!;
const topic = `execution:${id}`;

let world: World;
let held: Map<string, number>;
let received: ExecutionEvent[];
let states: LinkState[];
let heard: number;
let ticks: number;
let link: Link;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  world = new World();
  held = new Map([[topic, 0]]);
  received = [];
  states = [];
  heard = 0;
  ticks = 0;
  link = new Link(world, () => held, {
    onEvent: (event, polled) => {
      received.push(event);
      for (const name of polled === null ? held.keys() : [polled]) held.set(name, event.position);
    },
    onState: (state, at) => {
      if (states.at(-1) !== state) states.push(state);
      heard = at;
    },
    onTick: () => {
      ticks += 1;
    },
  });
});

afterEach(() => {
  held.clear();
  link.restart();
  vi.useRealTimers();
});

const state = () => states.at(-1);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("a link", () => {
  it("opens one stream for all topics, from the smallest position held", () => {
    held = new Map([
      [topic, 7],
      ["executions", 3],
    ]);
    link.restart();
    expect(world.sources).toHaveLength(1);
    expect(world.source.topics).toEqual([topic, "executions"]);
    expect(world.source.after).toBe(3);
    expect(state()).toBe("connecting");
  });

  it("opens nothing while nobody follows anything", () => {
    held.clear();
    link.restart();
    link.retryNow();
    expect(world.sources).toHaveLength(0);
  });

  it("is live once the stream is open, and hands on what it brings", () => {
    link.restart();
    world.serve(events);
    expect(state()).toBe("live");
    expect(received).toEqual(events);
  });

  it("comes back from where it stood: no event missing, none twice", async () => {
    link.restart();
    world.serve(events.slice(0, 9));
    world.source.fail();
    expect(state()).toBe("reconnecting");
    await pass(250);
    expect(world.sources).toHaveLength(2);
    expect(world.source.after).toBe(events[8]!.position);
    world.serve(events);
    expect(received).toEqual(events);
    expect(state()).toBe("live");
  });

  it("asks for lists to be read again when it was away", async () => {
    link.restart();
    world.serve();
    expect(ticks).toBe(0);
    world.source.fail();
    await pass(250);
    world.serve();
    expect(ticks).toBe(1);
  });

  it("waits longer after each failure, up to a bound", async () => {
    link.restart();
    const opened: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const before = Date.now();
      const count = world.sources.length;
      world.source.fail();
      while (world.sources.length === count) await pass(50);
      opened.push(Date.now() - before);
    }
    expect(opened).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
  });

  it("begins with the short wait again once it was open", async () => {
    link.restart();
    for (const wait of [250, 500, 1_000]) {
      world.source.fail();
      await pass(wait);
    }
    world.serve();
    world.source.fail();
    await pass(250);
    expect(world.sources).toHaveLength(5);
  });

  it("spreads the waits of many clients", async () => {
    world.random = () => 0;
    link.restart();
    world.source.fail();
    await pass(186);
    expect(world.sources).toHaveLength(1);
    await pass(2);
    expect(world.sources).toHaveLength(2);
  });

  it("takes a stream that never opens for one that failed", async () => {
    link.restart();
    await pass(4_999);
    expect(state()).toBe("connecting");
    await pass(1);
    expect(state()).toBe("reconnecting");
    expect(world.source.closed).toBe(true);
  });

  it("does not wait when the machine says it is online again", async () => {
    link.restart();
    world.source.fail();
    link.retryNow();
    expect(world.sources).toHaveLength(2);
    world.serve();
    link.retryNow();
    expect(world.sources, "a live link is left alone").toHaveLength(2);
  });

  it("listens no more to a stream it has given up", async () => {
    link.restart();
    const first = world.source;
    const listening = vi.spyOn(first, "close");
    link.restart();
    expect(listening).toHaveBeenCalled();
    first.closed = false; // a message that was under way already
    first.open();
    first.send(...events);
    first.fail();
    expect(received).toEqual([]);
    expect(state()).toBe("connecting");
  });
});

describe("while streams do not come through, a link", () => {
  async function giveUp(): Promise<void> {
    link.restart();
    world.source.fail();
    await pass(250);
    world.source.fail();
    await pass(0);
  }

  it("polls the log from where it stands", async () => {
    world.log = events.slice(0, 5);
    await giveUp();
    expect(state()).toBe("polling");
    expect(received).toEqual(events.slice(0, 5));
    world.log = events;
    await pass(1_500);
    expect(received).toEqual(events);
  });

  it("goes on trying, and stops polling once a stream is open", async () => {
    world.log = events.slice(0, 5);
    await giveUp();
    await pass(500);
    world.serve(events);
    expect(state()).toBe("live");
    const asked = world.asked.length;
    await pass(5_000);
    expect(world.asked).toHaveLength(asked);
    expect(received).toEqual(events);
  });

  it("says that it is reconnecting when the server does not answer at all", async () => {
    world.answering = "not at all";
    await giveUp();
    expect(state()).toBe("reconnecting");
    expect(heard, "nothing was heard").toBe(0);
    world.answering = "with an error";
    await pass(1_500);
    expect(state()).toBe("reconnecting");
    world.answering = "well";
    await pass(1_500);
    expect(state()).toBe("polling");
    expect(heard).toBeGreaterThan(0);
  });

  it("lets lists be read again at every poll, which cannot say what changed", async () => {
    held = new Map([["executions", 4]]);
    await giveUp();
    expect(ticks).toBe(1);
    await pass(1_500);
    expect(ticks).toBe(2);
    world.answering = "with an error";
    await pass(1_500);
    expect(state()).toBe("reconnecting");
    expect(ticks).toBe(2);
  });

  it("drops an answer that came after it began anew", async () => {
    let answer: (value: Response) => void = () => {};
    const late = new Promise<Response>((resolve) => {
      answer = resolve;
    });
    vi.spyOn(world, "fetch").mockReturnValue(late);
    await giveUp();
    link.restart();
    answer(Response.json({ items: events, next_cursor: null }));
    await pass(0);
    expect(received).toEqual([]);
  });
});

describe("a stream that is silent", () => {
  it("is found alive by one question when the log has nothing new", async () => {
    link.restart();
    world.serve();
    const before = heard;
    await pass(18_000);
    expect(world.asked).toHaveLength(1);
    expect(state()).toBe("live");
    expect(heard).toBeGreaterThan(before);
  });

  it("is found dead when the log has what it did not bring, and nothing is lost", async () => {
    link.restart();
    world.serve(events.slice(0, 3));
    world.log = events.slice(0, 6);
    await pass(18_000);
    expect(received).toEqual(events.slice(0, 6));
    expect(state()).toBe("reconnecting");
    await pass(250);
    world.serve(events);
    expect(received).toEqual(events);
  });

  it("is not asked about while it beats", async () => {
    link.restart();
    world.serve();
    for (let beat = 0; beat < 5; beat += 1) {
      await pass(6_000);
      world.source.beat();
    }
    expect(world.asked).toEqual([]);
    expect(heard).toBe(Date.now());
  });

  it("is given up when the server does not answer the question either", async () => {
    link.restart();
    world.serve();
    world.answering = "not at all";
    await pass(18_000);
    expect(state()).toBe("reconnecting");
  });
});
