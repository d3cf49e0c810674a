/** An EventSource that a test opens, feeds and breaks by hand. */

import type { ExecutionEvent } from "../execution/events";
import type { EventSourceLike } from "../stream/link";

export class FakeEventSource implements EventSourceLike {
  static readonly all: FakeEventSource[] = [];
  closed = false;
  private readonly listeners = new Map<string, ((message: MessageEvent<string>) => void)[]>();

  constructor(readonly url: string) {
    FakeEventSource.all.push(this);
  }

  /** The one that was opened last. */
  static get last(): FakeEventSource {
    const last = FakeEventSource.all.at(-1);
    if (!last) throw new Error("no stream was opened");
    return last;
  }

  addEventListener(type: string, listener: (message: MessageEvent<string>) => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.emit("open");
  }

  fail(): void {
    this.emit("error");
  }

  beat(): void {
    this.emit("heartbeat");
  }

  /** A real one hands a message only to listeners for its type, and none after `close`. */
  send(...events: ExecutionEvent[]): void {
    for (const event of events) this.emit(event.type, JSON.stringify(event));
  }

  get after(): number {
    return Number(new URL(this.url, "http://runwright.test").searchParams.get("after"));
  }

  get topics(): string[] {
    return (new URL(this.url, "http://runwright.test").searchParams.get("topics") ?? "").split(",");
  }

  private emit(type: string, data = ""): void {
    if (this.closed) return;
    for (const listener of this.listeners.get(type) ?? []) listener({ data } as MessageEvent<string>);
  }
}
