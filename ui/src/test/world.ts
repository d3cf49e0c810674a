/** Surroundings of a link in a test: streams opened by hand, an event log to poll, time from the fake clock. */

import type { ExecutionEvent } from "../execution/events";
import type { Surroundings } from "../stream/link";
import { FakeEventSource } from "./FakeEventSource";

export class World implements Surroundings {
  readonly sources: FakeEventSource[] = [];
  readonly asked: string[] = [];
  /** What the server's log holds. */
  log: ExecutionEvent[] = [];
  answering: "well" | "with an error" | "not at all" = "well";

  readonly openSource = (url: string): FakeEventSource => {
    const source = new FakeEventSource(url);
    this.sources.push(source);
    return source;
  };

  readonly fetch = async (url: string): Promise<Response> => {
    this.asked.push(url);
    if (this.answering === "not at all") throw new TypeError("unreachable");
    if (this.answering === "with an error") return new Response("{}", { status: 503 });
    const { pathname, searchParams } = new URL(url, "http://runwright.test");
    const [, id] = /executions\/([^/]+)\/events/.exec(pathname) ?? [];
    const after = Number(searchParams.get("after"));
    const items = this.log.filter((event) => event.execution_id === id && event.position > after);
    return Response.json({ items, next_cursor: null });
  };

  now = (): number => Date.now();
  /** The middle: a backoff is as long as it says. */
  random = (): number => 0.5;

  get source(): FakeEventSource {
    const last = this.sources.at(-1);
    if (!last) throw new Error("no stream was opened");
    return last;
  }

  /** As a stream does it: everything after the position it was opened at, then what comes. */
  serve(events: readonly ExecutionEvent[] = this.log): void {
    this.source.open();
    this.source.send(...events.filter((event) => event.position > this.source.after));
  }
}
