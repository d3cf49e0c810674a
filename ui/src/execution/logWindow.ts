/**
 * Lines of an execution's log, kept outside React: the newest window first (or the one around a line),
 * older and newer pages on demand, live lines at the end. At most `CAP` lines are held; what falls out can
 * be read again.
 */

import type { LogLine, LogWindowAnswer } from "../api/types";
import type { StepLogged } from "./events";
import type { Schedule } from "./store";

export interface LogFilter {
  /** The least severe level shown. */
  level: "debug" | "warning" | "error";
  step: string | null;
  q: string;
}

export const NO_FILTER: LogFilter = { level: "debug", step: null, q: "" };

export type ReadLines = (
  query: LogFilter & { after?: number; before?: number; limit: number },
) => Promise<LogWindowAnswer>;

export interface LogState {
  lines: readonly LogLine[];
  /** How many lines the filter may still find above. */
  olderExist: boolean;
  /** The window ends before the log does: live lines wait below until it is read up to its end. */
  newerExist: boolean;
  loading: boolean;
  failed: boolean;
  /** The number of the last line known of, whatever the filter. */
  lastLine: number;
  /** Lines the log holds that did not reach this page (no filter only). */
  missing: number;
}

const WINDOW = 500;
const CAP = 5_000;
/** Lines that fill any box and let it be scrolled. */
const FILL = 200;
const SEVERITY = ["debug", "info", "warning", "error"];
/** "Before" this line is the newest window; a 32-bit bound every server accepts. */
const END = 2_147_483_647;

const severity = (level: string): number => (SEVERITY.includes(level) ? SEVERITY.indexOf(level) : 1);

export class LogWindow {
  private state: LogState = {
    lines: [],
    olderExist: false,
    newerExist: false,
    loading: true,
    failed: false,
    lastLine: 0,
    missing: 0,
  };
  private readonly listeners = new Set<() => void>();
  private wanted: LogFilter = NO_FILTER;
  /** Before which line the log was not looked through; null: before the first one shown. */
  private olderFrom: number | null = null;
  private generation = 0;
  private filling = false;
  private reading = false;
  private arrived: StepLogged[] = [];

  /** `schedule` gathers live lines: hundreds of events in a frame are one drawing. */
  constructor(
    private readonly read: ReadLines,
    private readonly schedule: Schedule = (flush) => flush(),
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): LogState => this.state;

  /** What the window is read by. */
  get filter(): LogFilter {
    return this.wanted;
  }

  /** Somebody reads what stands here: live lines must not push it out of the window. */
  hold(reading: boolean): void {
    this.reading = reading;
  }

  /** Read the newest window that passes the filter. */
  async show(filter: LogFilter): Promise<void> {
    this.wanted = filter;
    const shown = await this.load({ ...filter, before: END, limit: WINDOW }, (page) => {
      // Lines that came live while the window was read stand after it.
      const last = page.items.at(-1)?.line ?? 0;
      return {
        lines: [...page.items, ...this.state.lines.filter((line) => line.line > last)],
        ...this.before(page),
      };
    });
    if (!shown) return;
    await this.fillHole(true);
    // A page of the log may hold nothing that passes, or too little to be scrolled: it is looked through further.
    const generation = this.generation;
    while (generation === this.generation && this.state.lines.length < FILL && this.state.olderExist) {
      if (this.state.loading || this.state.failed) return;
      await this.older();
    }
  }

  /** From where the lines above are to be read, after a page that was read upwards. */
  private before({ next_cursor }: LogWindowAnswer): Pick<LogState, "olderExist"> {
    this.olderFrom = next_cursor;
    return { olderExist: next_cursor !== null && next_cursor > 1 };
  }

  /** Read the window around a line. */
  async showAt(line: number): Promise<void> {
    this.wanted = NO_FILTER;
    this.olderFrom = null;
    const after = Math.max(0, line - WINDOW / 2);
    const shown = await this.load({ ...NO_FILTER, after, limit: WINDOW }, (page) => ({
      lines: page.items,
      olderExist: (page.items[0]?.line ?? 1) > 1,
      newerExist: page.next_cursor !== null,
    }));
    if (!shown) return;
    if (this.state.lines.length === 0) return this.show(NO_FILTER); // beyond the end
    await this.fillHole(true);
  }

  private async load(
    query: Parameters<ReadLines>[0],
    placed: (page: LogWindowAnswer) => Partial<LogState>,
  ): Promise<boolean> {
    const generation = ++this.generation;
    this.change({ loading: true, failed: false, lines: [], missing: 0, newerExist: false });
    try {
      const page = await this.read(query);
      if (generation !== this.generation) return false;
      const lastLine = Math.max(this.state.lastLine, page.total_lines, page.items.at(-1)?.line ?? 0);
      this.change({ ...placed(page), loading: false, lastLine });
      return true;
    } catch {
      if (generation === this.generation) this.change({ loading: false, failed: true });
      return false;
    }
  }

  async older(): Promise<void> {
    const before = this.olderFrom ?? this.state.lines[0]?.line;
    if (this.state.loading || !this.state.olderExist || before === undefined) return;
    await this.more({ ...this.wanted, before, limit: WINDOW }, (page) => {
      const lines = [...page.items, ...this.state.lines];
      return {
        lines: lines.slice(0, CAP),
        ...this.before(page),
        newerExist: this.state.newerExist || lines.length > CAP,
      };
    });
  }

  async newer(): Promise<void> {
    let after: number | null | undefined = this.state.lines.at(-1)?.line;
    if (this.state.loading || !this.state.newerExist || after === undefined) return;
    const generation = this.generation;
    // Pages in which nothing passes are passed over.
    while (after !== null && generation === this.generation) {
      const from: number = after;
      after = null;
      await this.more({ ...this.wanted, after: from, limit: WINDOW }, (page) => {
        const lines = [...this.state.lines, ...page.items];
        if (lines.length > CAP) this.olderFrom = null;
        if (page.items.length === 0 && page.next_cursor !== null && page.next_cursor > from)
          after = page.next_cursor;
        return {
          lines: lines.slice(-CAP),
          olderExist: this.state.olderExist || lines.length > CAP,
          newerExist: page.next_cursor !== null,
        };
      });
    }
  }

  private async more(
    query: Parameters<ReadLines>[0],
    placed: (page: LogWindowAnswer) => Partial<LogState>,
  ): Promise<void> {
    const generation = this.generation;
    this.change({ loading: true });
    try {
      const page = await this.read(query);
      if (generation === this.generation) this.change({ ...placed(page), loading: false });
    } catch {
      if (generation === this.generation) this.change({ loading: false, failed: true });
    }
    this.flush();
  }

  /** Lines from the stream. */
  append(event: StepLogged): void {
    this.arrived.push(event);
    if (this.arrived.length === 1) this.schedule(() => this.flush());
  }

  private flush(): void {
    const events = this.arrived;
    if (events.length === 0) return;
    const told = events.at(-1)!.data;
    const lastLine = Math.max(this.state.lastLine, told.first_line + told.lines.length - 1);
    // Kept while the page that may end before them is on its way; else they are read again when wanted.
    if (!(this.state.newerExist && this.state.loading)) this.arrived = [];
    if (this.state.newerExist) {
      this.change({ lastLine });
      return;
    }
    const last = this.state.lines.at(-1)?.line ?? 0;
    const fresh = events.flatMap(linesOf).filter((line) => line.line > last && passes(this.wanted, line));
    const kept = [...this.state.lines, ...fresh];
    const over = kept.length - CAP;
    if (over > 0 && this.reading) {
      this.change({ lastLine, newerExist: true });
      return;
    }
    if (over > 0) this.olderFrom = null;
    this.change({
      lines: over > 0 ? kept.slice(over) : kept,
      olderExist: this.state.olderExist || over > 0,
      lastLine,
    });
    void this.fillHole();
  }

  /** The terminal event says how many lines there are: what is not here is fetched, then counted as missing. */
  async settle(total: number): Promise<void> {
    this.flush();
    this.change({ lastLine: Math.max(this.state.lastLine, total) });
    await this.fillHole();
  }

  /** Without a filter the numbers have no gap; where they have one, the log is asked. */
  private async fillHole(justShown = false): Promise<void> {
    if (this.wanted.level !== "debug" || this.wanted.step !== null || this.wanted.q !== "") return;
    if (this.state.loading || this.filling || this.state.newerExist) return;
    // After a long absence the newest window says more than thousands of lines read to reach it.
    if (!justShown && (this.hole()?.count ?? 0) > CAP - WINDOW) return this.show(NO_FILTER);
    this.filling = true;
    const generation = this.generation;
    try {
      // Page by page, for as long as the log gives more of it.
      for (let hole = this.hole(); hole !== null; hole = this.hole()) {
        const page = await this.read({ ...NO_FILTER, after: hole.after, limit: WINDOW });
        if (generation !== this.generation) return;
        const known = new Set(this.state.lines.map((line) => line.line));
        const fresh = page.items.filter((line) => !known.has(line.line));
        if (fresh.length === 0) break;
        const lines = [...this.state.lines, ...fresh].sort((a, b) => a.line - b.line);
        this.change({ lines });
      }
    } catch {
      // counted as missing below; the next line or the end of the run asks again
    } finally {
      this.filling = false;
    }
    if (this.state.newerExist) return;
    const left = this.hole();
    this.change({ missing: left === null ? 0 : left.count });
  }

  private hole(): { after: number; count: number } | null {
    const { lines, lastLine } = this.state;
    let after = (lines[0]?.line ?? 1) - 1;
    let count = 0;
    let first: number | null = null;
    for (const line of lines) {
      if (line.line !== after + 1) {
        first ??= after;
        count += line.line - after - 1;
      }
      after = line.line;
    }
    if (lastLine > after) {
      first ??= after;
      count += lastLine - after;
    }
    return first === null ? null : { after: first, count };
  }

  private change(change: Partial<LogState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

function linesOf({ data: { path, attempt, first_line, lines } }: StepLogged): LogLine[] {
  return lines.map((line, index) => ({
    line: first_line + index,
    at: new Date(line.at_ms).toISOString(),
    level: line.level,
    stream: line.stream,
    step: path,
    attempt,
    text: line.text,
  }));
}

function passes({ level, step, q }: LogFilter, line: LogLine): boolean {
  return (
    severity(line.level) >= severity(level) &&
    (step === null || line.step === step || line.step.startsWith(`${step}[`)) &&
    (q === "" || line.text.toLowerCase().includes(q.toLowerCase()))
  );
}
