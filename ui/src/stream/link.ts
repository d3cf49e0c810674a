/**
 * One connection to the server's event stream, whatever happens to it: server-sent events first, opened
 * again after every end from the smallest position held, and polling while they do not come through.
 *
 * The browser's own reconnect is not used: after a JSON answer or a 204 an EventSource closes for good.
 */

import { EVENT_TYPES, type ExecutionEvent } from "../execution/events";

export type LinkState = "connecting" | "live" | "polling" | "reconnecting";

/** What the link follows: topic -> everything up to this position is held. */
export type Positions = ReadonlyMap<string, number>;

export interface EventSourceLike {
  addEventListener(type: string, listener: (message: MessageEvent<string>) => void): void;
  close(): void;
}

/** What the link needs from outside, so that tests bring their own. */
export interface Surroundings {
  openSource(url: string): EventSourceLike;
  fetch(url: string): Promise<Response>;
  now(): number;
  random(): number;
}

export interface LinkListener {
  /** `topic` is null when it came by the merged stream: then every topic stands at its position. */
  onEvent(event: ExecutionEvent, topic: string | null): void;
  onState(state: LinkState, heardAt: number): void;
  /** Lists may have changed; the poll cannot say what did. */
  onTick(): void;
}

/** What happens to triggers; a page only wants to know that something has. */
const TRIGGER_TYPES = [
  "created",
  "changed",
  "paused",
  "resumed",
  "fired",
  "skipped",
  "secret_changed",
  "removed",
].map((what) => `trigger.${what}`);
export const isOfTrigger = ({ type }: { type: string }): boolean => TRIGGER_TYPES.includes(type);

const PREFIX = "/api/v1";
const OPEN_DEADLINE_MS = 5_000; // a proxy that buffers never lets the headers through
const SILENCE_MS = 12_000; // then one cheap question shows whether the stream is alive or only silent
const BACKOFF_MS = [250, 500, 1_000, 2_000, 4_000];
const FAILURES_UNTIL_POLLING = 2;
const POLL_EVERY_MS = 1_500;
const POLL_WINDOW = 500;

export class Link {
  private source: EventSourceLike | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private heardAt = 0;
  private state: LinkState = "connecting";
  private round = 0;

  constructor(
    private readonly around: Surroundings,
    private readonly positions: () => Positions,
    private readonly listener: LinkListener,
  ) {}

  /** Follow what `positions()` names now; with nothing in it the link rests. */
  restart(): void {
    this.hangUp();
    if (this.positions().size > 0) {
      this.open();
      return;
    }
    this.failures = 0;
    this.say("connecting"); // so that the next to follow something is not told of an old connection
  }

  /** The machine says it is online again: do not wait for the backoff. */
  retryNow(): void {
    if (this.state !== "live" && this.positions().size > 0) this.restart();
  }

  private hangUp(): void {
    this.round += 1;
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    clearTimeout(this.pollTimer);
    clearInterval(this.watch);
    this.pollTimer = undefined;
  }

  private open(): void {
    const round = this.round;
    const held = this.positions();
    const topics = [...held.keys()].map(encodeURIComponent).join(",");
    const source = this.around.openSource(
      `${PREFIX}/stream?topics=${topics}&after=${Math.min(...held.values())}`,
    );
    this.source = source;
    this.say(this.state === "live" ? "reconnecting" : this.state);
    const mine = (then: () => void) => () => {
      if (round === this.round) then();
    };
    source.addEventListener(
      "open",
      mine(() => this.opened()),
    );
    source.addEventListener(
      "error",
      mine(() => this.failed()),
    );
    source.addEventListener(
      "heartbeat",
      mine(() => this.heard()),
    );
    for (const type of [...EVENT_TYPES, ...TRIGGER_TYPES]) {
      source.addEventListener(type, (message) => {
        if (round !== this.round) return;
        this.heardAt = this.around.now();
        this.listener.onEvent(JSON.parse(message.data) as ExecutionEvent, null);
      });
    }
    this.timer = setTimeout(
      mine(() => this.failed()),
      OPEN_DEADLINE_MS,
    );
  }

  private opened(): void {
    clearTimeout(this.timer);
    clearTimeout(this.pollTimer);
    this.pollTimer = undefined;
    const again = this.failures > 0;
    this.failures = 0;
    this.heard();
    this.say("live");
    if (again) this.listener.onTick();
    clearInterval(this.watch);
    this.watch = setInterval(() => {
      if (this.around.now() - this.heardAt > SILENCE_MS) void this.probe();
    }, SILENCE_MS / 2);
  }

  private heard(): void {
    this.heardAt = this.around.now();
    this.listener.onState(this.state, this.heardAt);
  }

  private failed(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    clearInterval(this.watch);
    this.failures += 1;
    if (this.state !== "polling") this.say("reconnecting");
    if (this.failures >= FAILURES_UNTIL_POLLING && this.pollTimer === undefined) this.pollSoon(0);
    const round = this.round;
    const wait = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length) - 1]!;
    this.timer = setTimeout(
      () => {
        if (round === this.round) this.open();
      },
      wait * (0.75 + this.around.random() / 2),
    );
  }

  private pollSoon(wait: number): void {
    const round = this.round;
    this.pollTimer = setTimeout(async () => {
      const found = await this.poll(round);
      if (round !== this.round || this.state === "live") return;
      this.say(found === null ? "reconnecting" : "polling");
      this.pollSoon(POLL_EVERY_MS);
    }, wait);
  }

  /** A silent stream behind a dead proxy looks like a quiet execution; the log knows. */
  private async probe(): Promise<void> {
    const round = this.round;
    const found = await this.poll(round);
    if (round !== this.round) return;
    if (found === 0) this.heard();
    else this.failed();
  }

  /** How many events came that the stream had not brought; null when the server does not answer. */
  private async poll(round: number): Promise<number | null> {
    let found = 0;
    try {
      for (const [topic, after] of this.positions()) {
        const [kind, id] = topic.split(":");
        if (kind !== "execution") continue;
        found += await this.pollExecution(round, topic, id!, after);
      }
      if (this.positions().has("executions") || this.positions().has("triggers")) {
        const answer = await this.around.fetch(`${PREFIX}/executions?limit=1`);
        if (!answer.ok) return null;
        if (this.state !== "live") this.listener.onTick();
      }
    } catch {
      return null; // unreachable: the state says so, and the next try comes by itself
    }
    if (round === this.round) this.heardAt = this.around.now();
    return found;
  }

  private async pollExecution(round: number, topic: string, id: string, after: number): Promise<number> {
    const answer = await this.around.fetch(
      `${PREFIX}/executions/${id}/events?after=${after}&limit=${POLL_WINDOW}`,
    );
    if (!answer.ok) throw new Error(`events answered ${answer.status}`);
    const page = (await answer.json()) as { items: ExecutionEvent[] };
    if (round !== this.round) return 0;
    for (const event of page.items) this.listener.onEvent(event, topic);
    return page.items.length;
  }

  private say(state: LinkState): void {
    this.state = state;
    this.listener.onState(state, this.heardAt);
  }
}
