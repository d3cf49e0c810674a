/**
 * All tabs' subscriptions over one link. Browsers allow six HTTP/1.1 connections to a host, so the tabs
 * share one stream; each gets what it asked for, from the position it holds, once and in order.
 */

import type { ExecutionEvent } from "../execution/events";
import { isOfTrigger, Link, type LinkState, type Surroundings } from "./link";

export type ToHub =
  | { kind: "subscribe"; id: string; topic: string; after: number }
  | { kind: "unsubscribe"; id: string }
  | { kind: "online" }
  | { kind: "bye" };

export type FromHub =
  | { kind: "event"; id: string; event: ExecutionEvent }
  | { kind: "tick" }
  | { kind: "state"; state: LinkState; heardAt: number };

export interface HubPort {
  postMessage(message: FromHub): void;
}

interface Subscription {
  port: HubPort;
  id: string;
  topic: string;
  /** Everything up to here was delivered. */
  after: number;
}

/** Events that change a list of executions or of workflows. */
const LIST_EVENTS: ReadonlySet<string> = new Set([
  "execution.created",
  "execution.started",
  "execution.stop_requested",
  "execution.completed",
  "execution.failed",
  "execution.stopped",
]);

export class Hub {
  private readonly ports = new Set<HubPort>();
  private subscriptions: Subscription[] = [];
  private readonly link: Link;
  private last: FromHub = { kind: "state", state: "connecting", heardAt: 0 };
  private restartDue = false;

  constructor(around: Surroundings) {
    this.link = new Link(around, () => this.positions(), {
      onEvent: (event, topic) => this.deliver(event, topic),
      onState: (state, heardAt) => {
        this.last = { kind: "state", state, heardAt };
        this.tell(this.last);
      },
      onTick: () => this.tell({ kind: "tick" }),
    });
  }

  receive(port: HubPort, message: ToHub): void {
    this.ports.add(port);
    switch (message.kind) {
      case "subscribe": {
        const { id, topic, after } = message;
        this.subscriptions.push({ port, id, topic, after });
        port.postMessage(this.last);
        this.restartSoon();
        break;
      }
      case "unsubscribe":
        this.drop((one) => one.port === port && one.id === message.id);
        break;
      case "online":
        this.link.retryNow();
        break;
      case "bye":
        this.ports.delete(port);
        this.drop((one) => one.port === port);
    }
  }

  private drop(unwanted: (one: Subscription) => boolean): void {
    const before = this.positions().size;
    this.subscriptions = this.subscriptions.filter((one) => !unwanted(one));
    // A topic somebody else still follows needs no new connection.
    if (this.positions().size !== before) this.restartSoon();
  }

  /** Subscriptions come in groups (a page opens two): one new connection for all of them. */
  private restartSoon(): void {
    if (this.restartDue) return;
    this.restartDue = true;
    queueMicrotask(() => {
      this.restartDue = false;
      this.link.restart();
    });
  }

  private positions(): Map<string, number> {
    const held = new Map<string, number>();
    for (const one of this.subscriptions) {
      held.set(one.topic, Math.min(one.after, held.get(one.topic) ?? one.after));
    }
    return held;
  }

  private deliver(event: ExecutionEvent, polled: string | null): void {
    for (const one of this.subscriptions) {
      if (event.position <= one.after) continue;
      if (polled !== null && polled !== one.topic) continue;
      // The merged stream is in position order, so a quiet topic stands where the others do.
      one.after = event.position;
      if (belongs(event, one.topic)) one.port.postMessage({ kind: "event", id: one.id, event });
    }
  }

  private tell(message: FromHub): void {
    for (const port of this.ports) port.postMessage(message);
  }
}

function belongs(event: ExecutionEvent, topic: string): boolean {
  if (topic === "executions") return LIST_EVENTS.has(event.type);
  return topic === "triggers" ? isOfTrigger(event) : topic === `execution:${event.execution_id}`;
}
