/** The tab's side of the stream: subscribe to a topic from a position; know how the connection is. */

import type { ExecutionEvent } from "../execution/events";
import { type FromHub, Hub, type ToHub } from "./hub";
import type { LinkState, Surroundings } from "./link";
import { browser } from "./surroundings";

export interface Connection {
  state: LinkState;
  /** Unix ms of this machine's clock; 0 before anything was heard. */
  heardAt: number;
}

interface Wire {
  send(message: ToHub): void;
}

type Receive = (message: FromHub) => void;

function sharedWire(receive: Receive): Wire {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: "runwright-stream",
  });
  worker.port.onmessage = (message: MessageEvent<FromHub>) => receive(message.data);
  return { send: (message) => worker.port.postMessage(message) };
}

/** Where there is no SharedWorker (some phones) the tab holds its own connection. */
function ownWire(receive: Receive, around: Surroundings): Wire {
  const hub = new Hub(around);
  const port = { postMessage: receive };
  return { send: (message) => hub.receive(port, message) };
}

interface Followed {
  topic: string;
  /** Everything up to here was received. */
  after: number;
  onEvent: (event: ExecutionEvent) => void;
}

export class TabStream {
  private wire: Wire | null = null;
  private readonly followed = new Map<string, Followed>();
  private readonly stateListeners = new Set<() => void>();
  private readonly tickListeners = new Set<() => void>();
  private connection: Connection = { state: "connecting", heardAt: 0 };
  private serial = 0;

  constructor(private readonly around: Surroundings = browser) {}

  subscribe(topic: string, after: number, onEvent: (event: ExecutionEvent) => void): () => void {
    const id = `${topic}#${++this.serial}`;
    this.followed.set(id, { topic, after, onEvent });
    this.open().send({ kind: "subscribe", id, topic, after });
    return () => {
      this.followed.delete(id);
      this.wire?.send({ kind: "unsubscribe", id });
    };
  }

  /** Lists should be read again: the connection is back, or polling cannot say what changed. */
  onTick(listener: () => void): () => void {
    this.tickListeners.add(listener);
    return () => this.tickListeners.delete(listener);
  }

  /** For useSyncExternalStore. */
  readonly onConnection = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };
  readonly getConnection = (): Connection => this.connection;

  private open(): Wire {
    if (this.wire) return this.wire;
    const receive: Receive = (message) => this.receive(message);
    const wire = typeof SharedWorker === "undefined" ? ownWire(receive, this.around) : sharedWire(receive);
    window.addEventListener("pagehide", () => wire.send({ kind: "bye" }));
    // The browser may keep a page that was left and show it again by "back": then it follows on.
    window.addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      for (const [id, { topic, after }] of this.followed) wire.send({ kind: "subscribe", id, topic, after });
    });
    window.addEventListener("online", () => wire.send({ kind: "online" }));
    this.wire = wire;
    return wire;
  }

  private receive(message: FromHub): void {
    switch (message.kind) {
      case "event": {
        const one = this.followed.get(message.id);
        if (!one) return;
        one.after = message.event.position;
        // Whoever shows how fresh it is looks again by itself: nobody is called for each event.
        this.connection = { ...this.connection, heardAt: this.around.now() };
        one.onEvent(message.event);
        return;
      }
      case "tick":
        for (const listener of this.tickListeners) listener();
        return;
      case "state":
        this.connection = { state: message.state, heardAt: message.heardAt };
        for (const listener of this.stateListeners) listener();
    }
  }
}

export const stream = new TabStream();
