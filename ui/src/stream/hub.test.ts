// @vitest-environment node

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ExecutionEvent } from "../execution/events";
import { history } from "../test/histories";
import { World } from "../test/world";
import { type FromHub, Hub, type HubPort } from "./hub";

const completed = history("completed").events;
const failed = history("failed").events;
const one = `execution:${completed[0]!.execution_id}`;
const other = `execution:${failed[0]!.execution_id}`;
/** As the merged stream brings them. */
const merged = [...completed, ...failed].sort((a, b) => a.position - b.position);

class Tab implements HubPort {
  readonly messages: FromHub[] = [];
  constructor(private readonly hub: Hub) {}

  postMessage(message: FromHub): void {
    this.messages.push(message);
  }
  subscribe(id: string, topic: string, after = 0): void {
    this.hub.receive(this, { kind: "subscribe", id, topic, after });
  }
  unsubscribe(id: string): void {
    this.hub.receive(this, { kind: "unsubscribe", id });
  }
  events(id: string): ExecutionEvent[] {
    return this.messages.flatMap((told) => (told.kind === "event" && told.id === id ? [told.event] : []));
  }
  get state(): string | undefined {
    return this.messages.flatMap((told) => (told.kind === "state" ? [told.state] : [])).at(-1);
  }
}

let world: World;
let hub: Hub;

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
  hub = new Hub(world);
});
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

it("subscriptions made together share one connection", async () => {
  const tab = new Tab(hub);
  tab.subscribe("a", one);
  tab.subscribe("b", "executions", 5);
  await pass(0);
  expect(world.sources).toHaveLength(1);
  expect(world.source.topics).toEqual([one, "executions"]);
});

it("two tabs on one execution share a topic, and each gets every event once", async () => {
  const [first, second] = [new Tab(hub), new Tab(hub)];
  first.subscribe("a", one);
  second.subscribe("b", one);
  await pass(0);
  expect(world.source.topics).toEqual([one]);
  world.serve(merged);
  expect(first.events("a")).toEqual(completed);
  expect(second.events("b")).toEqual(completed);
  expect([first.state, second.state]).toEqual(["live", "live"]);
});

it("a tab gets only what it asked for", async () => {
  const tab = new Tab(hub);
  tab.subscribe("a", one);
  tab.subscribe("b", other);
  tab.subscribe("list", "executions");
  await pass(0);
  world.serve(merged);
  expect(tab.events("a")).toEqual(completed);
  expect(tab.events("b")).toEqual(failed);
  const list = tab.events("list").map(({ type }) => type);
  expect(new Set(list)).toEqual(
    new Set(["execution.created", "execution.started", "execution.completed", "execution.failed"]),
  );
});

it("each subscription begins after the position it holds, whatever the others need", async () => {
  const tab = new Tab(hub);
  tab.subscribe("all", one, 0);
  tab.subscribe("tail", one, completed[9]!.position);
  await pass(0);
  expect(world.source.after).toBe(0);
  world.serve(completed);
  expect(tab.events("all")).toEqual(completed);
  expect(tab.events("tail")).toEqual(completed.slice(10));
});

it("after a break the stream goes on behind the last event that was delivered", async () => {
  const tab = new Tab(hub);
  tab.subscribe("a", one);
  await pass(0);
  world.serve(completed.slice(0, 4));
  world.source.fail();
  await pass(250);
  expect(world.source.after).toBe(completed[3]!.position);
  world.serve(completed);
  expect(tab.events("a")).toEqual(completed);
});

it("a quiet topic does not hold the others back at a reconnect", async () => {
  const tab = new Tab(hub);
  tab.subscribe("quiet", other);
  tab.subscribe("busy", one);
  await pass(0);
  world.serve(completed);
  world.source.fail();
  await pass(250);
  expect(world.source.after).toBe(completed.at(-1)!.position);
});

it("what was polled for one execution moves only that one on", async () => {
  const tab = new Tab(hub);
  tab.subscribe("a", one);
  tab.subscribe("b", other);
  await pass(0);
  world.log = merged;
  world.source.fail();
  await pass(250);
  world.source.fail();
  await pass(0);
  expect(tab.events("a")).toEqual(completed);
  expect(tab.events("b"), "its events lie before and between the other's").toEqual(failed);
  await pass(1_500);
  expect(tab.events("a")).toHaveLength(completed.length);
});

it("a new subscription opens the stream anew and repeats nothing to the old one", async () => {
  const tab = new Tab(hub);
  tab.subscribe("a", one);
  await pass(0);
  world.serve(completed);
  tab.subscribe("b", other);
  await pass(0);
  expect(world.sources).toHaveLength(2);
  expect(world.sources[0]!.closed).toBe(true);
  world.serve(merged);
  expect(tab.events("a")).toEqual(completed);
  expect(tab.events("b")).toEqual(failed);
});

it("leaving a topic somebody else still follows changes no connection", async () => {
  const [first, second] = [new Tab(hub), new Tab(hub)];
  first.subscribe("a", one);
  second.subscribe("b", one);
  await pass(0);
  first.unsubscribe("a");
  await pass(0);
  expect(world.sources).toHaveLength(1);
  world.serve(completed);
  expect(first.events("a")).toEqual([]);
  expect(second.events("b")).toEqual(completed);
});

it("the last one to leave closes the connection, also by closing its tab", async () => {
  const tab = new Tab(hub);
  tab.subscribe("a", one);
  await pass(0);
  world.serve();
  hub.receive(tab, { kind: "bye" });
  await pass(0);
  expect(world.source.closed).toBe(true);
  const before = tab.messages.length;
  await pass(60_000);
  expect(world.sources).toHaveLength(1);
  expect(tab.messages, "a closed tab is told nothing").toHaveLength(before);
});

it("a tab that comes later learns at once how the connection is", async () => {
  const first = new Tab(hub);
  first.subscribe("a", one);
  await pass(0);
  world.serve();
  const second = new Tab(hub);
  second.subscribe("b", one);
  expect(second.state).toBe("live");
});

it("lists are told to read again after a break", async () => {
  const tab = new Tab(hub);
  tab.subscribe("list", "executions");
  await pass(0);
  world.serve();
  world.source.fail();
  await pass(250);
  world.serve();
  expect(tab.messages.filter(({ kind }) => kind === "tick")).toHaveLength(1);
});

it("when the machine is online again the stream is opened without waiting", async () => {
  const tab = new Tab(hub);
  tab.subscribe("a", one);
  await pass(0);
  world.source.fail();
  hub.receive(tab, { kind: "online" });
  expect(world.sources).toHaveLength(2);
});
