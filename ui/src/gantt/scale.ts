/** The chart's axis: from the moment the execution was asked for to a round time after now. Milliseconds. */

export interface Scale {
  /** Unix ms of the left edge. */
  from: number;
  /** What the whole width is. */
  span: number;
  /** Where labels stand, counted from the left edge; the first is 0. */
  ticks: readonly number[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Steps people count in: decimal below a minute, by the clock above. */
const ROUND: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 20].map((n) => n * MINUTE),
  ...[1, 2, 6, 12].map((n) => n * HOUR),
  DAY,
];
const MOST_TICKS = 7;

const stepFor = (span: number): number =>
  ROUND.find((step) => span / step <= MOST_TICKS) ?? DAY * Math.ceil(span / DAY / MOST_TICKS);

/**
 * The width in time for what was `taken` so far. While it runs the right edge is a round time ahead, so that bars
 * grow and nothing else moves until they reach it. An execution that has ended fills the width.
 */
export function spanOf(taken: number, open: boolean): number {
  const least = Math.max(1, taken);
  if (!open) return least;
  const step = stepFor(least * 1.25);
  return Math.ceil((least * 1.1) / step) * step;
}

export function scaleOf(from: number, span: number): Scale {
  const step = stepFor(span);
  const ticks: number[] = [];
  for (let at = 0; at <= span * 0.97; at += step) ticks.push(at);
  return { from, span, ticks };
}

/** Unix ms as a percentage of the width, within its ends. */
export const placeOf = (scale: Scale, at: number): number =>
  Math.min(100, Math.max(0, ((at - scale.from) / scale.span) * 100));
