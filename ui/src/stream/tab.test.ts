import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ExecutionEvent } from "../execution/events";
import { FakeEventSource } from "../test/FakeEventSource";
import { history } from "../test/histories";
import { World } from "../test/world";
import { Hub } from "./hub";
import { TabStream } from "./tab";

const { events } = history("completed");
const topic = `execution:${events[0]!.execution_id}`;

let world: World;
beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const leavesPage = () => window.dispatchEvent(new Event("pagehide"));
const comesBack = (persisted: boolean) =>
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));

/** A worker shared by tabs, its hub on the surroundings of the test. */
function shareOneWorker(): void {
  const hub = new Hub(world);
  vi.stubGlobal(
    "SharedWorker",
    class {
      readonly port = {
        onmessage: null as ((message: { data: unknown }) => void) | null,
        postMessage: (message: Parameters<Hub["receive"]>[1]) => hub.receive(this.asPort, message),
      };
      private readonly asPort = {
        postMessage: (data: unknown) => this.port.onmessage?.({ data }),
      };
    },
  );
}

describe.each([
  ["with a worker shared by all tabs", shareOneWorker],
  ["where there is no SharedWorker", () => {}],
])("a tab, %s", (_, prepare) => {
  it("gets the events of what it follows, and none after it left", async () => {
    prepare();
    const tab = new TabStream(world);
    const got: ExecutionEvent[] = [];
    const leave = tab.subscribe(topic, 0, (event) => got.push(event));
    await pass(0);
    world.serve(events.slice(0, 5));
    expect(got).toEqual(events.slice(0, 5));
    leave();
    world.source.send(...events.slice(5));
    expect(got).toHaveLength(5);
    await pass(0);
    expect(world.source.closed).toBe(true);
  });

  it("knows how its connection is", async () => {
    prepare();
    const tab = new TabStream(world);
    const states: string[] = [];
    const deaf = tab.onConnection(() => states.push(tab.getConnection().state));
    tab.subscribe(topic, 0, () => {});
    expect(tab.getConnection()).toEqual({ state: "connecting", heardAt: 0 });
    await pass(0);
    world.serve([]);
    expect(tab.getConnection()).toEqual({ state: "live", heardAt: Date.now() });
    world.source.fail();
    expect(tab.getConnection().state).toBe("reconnecting");
    const count = states.length;
    deaf();
    await pass(250);
    world.serve([]);
    expect(states).toHaveLength(count);
  });

  it("comes back at once when the machine is online again", async () => {
    prepare();
    const tab = new TabStream(world);
    tab.subscribe(topic, 0, () => {});
    await pass(0);
    world.source.fail();
    window.dispatchEvent(new Event("online"));
    expect(world.sources).toHaveLength(2);
  });

  it("passes on that lists should be read again", async () => {
    prepare();
    const tab = new TabStream(world);
    let ticks = 0;
    const deaf = tab.onTick(() => {
      ticks += 1;
    });
    tab.subscribe("executions", 0, () => {});
    await pass(0);
    for (const expected of [1, 1]) {
      world.source.fail();
      await pass(250);
      world.serve([]);
      expect(ticks).toBe(expected);
      deaf();
    }
  });

  it("that is left lets the connection go, and follows on from where it stood when it is shown again", async () => {
    prepare();
    const tab = new TabStream(world);
    const got: ExecutionEvent[] = [];
    tab.subscribe(topic, 0, (event) => got.push(event));
    await pass(0);
    world.serve(events.slice(0, 5));
    leavesPage();
    await pass(0);
    expect(world.source.closed).toBe(true);
    comesBack(true);
    await pass(0);
    expect(world.sources).toHaveLength(2);
    expect(world.source.after).toBe(events[4]!.position);
    world.serve(events);
    expect(got).toEqual(events);
  });

  it("that was loaded anew subscribes once", async () => {
    prepare();
    const tab = new TabStream(world);
    tab.subscribe(topic, 0, () => {});
    comesBack(false);
    await pass(0);
    expect(world.sources).toHaveLength(1);
  });
});

it("two tabs on one worker hold one connection between them", async () => {
  const hub = new Hub(world);
  const got: [ExecutionEvent[], ExecutionEvent[]] = [[], []];
  for (const [index, list] of got.entries()) {
    const port = {
      postMessage: (message: { kind: string; event?: ExecutionEvent }) => {
        if (message.event) list.push(message.event);
      },
    };
    hub.receive(port, { kind: "subscribe", id: `tab-${index}`, topic, after: 0 });
  }
  await pass(0);
  world.serve(events);
  expect(world.sources).toHaveLength(1);
  expect(got).toEqual([events, events]);
});

it("the worker's script joins every tab that connects to one hub", async () => {
  await import("./worker");
  const connect = (self as unknown as { onconnect: (event: { ports: unknown[] }) => void }).onconnect;
  const told: unknown[][] = [[], []];
  for (const [index, messages] of told.entries()) {
    const port = {
      onmessage: null as ((message: { data: unknown }) => void) | null,
      postMessage: (message: unknown) => messages.push(message),
    };
    connect({ ports: [port] });
    port.onmessage?.({ data: { kind: "subscribe", id: String(index), topic, after: 0 } });
  }
  await pass(0);
  expect(FakeEventSource.all).toHaveLength(1);
  FakeEventSource.last.open();
  FakeEventSource.last.send(events[0]!);
  for (const messages of told) expect(messages).toContainEqual(expect.objectContaining({ event: events[0] }));
});
