/** Which columns of rows make a chart: what stands along the axis, and which figures above it. Pure. */

import type { Json } from "../execution/events";
import type { Table } from "./shape";

export interface Chart {
  /** Its name; null where the rows have no such column and are only numbered. */
  along: string | null;
  /** Whether the axis is time (seconds, UTC), numbers, or one place for each row with a word. */
  axis: "time" | "number" | "word";
  /** The axis' values in the order of drawing. */
  xs: number[];
  /** The words of an axis of words, by place. */
  words: string[];
  /** Line by line; null where a row has no figure. */
  lines: { name: string; values: (number | null)[] }[];
  /** There are more rows, or more columns of figures, than are drawn. */
  cut: boolean;
}

/** More points than this are more than the chart has pixels; more lines nobody tells apart. */
export const MOST_ROWS = 5_000;
export const MOST_LINES = 6;

const isFigure = (value: Json | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);

/** A day, or a moment with its day: anything else that a date could be made of is a word. */
const MOMENT = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Unix seconds; null of what is no moment. A moment that names no zone is of UTC. */
export function momentOf(value: Json | undefined): number | null {
  if (typeof value !== "string" || !MOMENT.test(value)) return null;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(value) || value.length === 10;
  const at = Date.parse(zoned ? value : `${value.replace(" ", "T")}Z`);
  return Number.isNaN(at) ? null : at / 1000;
}

/** The chart of a table; null where it holds no figures, or a single row of them. */
export function chartOf({ columns, rows }: Table): Chart | null {
  if (rows.length < 2) return null;
  const drawn = rows.slice(0, MOST_ROWS);
  const figures = columns.map((_, column) => column).filter((column) => isColumnOfFigures(drawn, column));
  const along = axisOf(columns, drawn, figures);
  const all = figures.filter((column) => column !== along.column);
  if (all.length === 0) return null;
  const order = drawn.map((_, index) => index);
  if (along.axis !== "word") order.sort((one, other) => along.xs[one]! - along.xs[other]!);
  return {
    along: along.column === null ? null : columns[along.column]!,
    axis: along.axis,
    xs: order.map((index) => along.xs[index]!),
    words: along.words,
    lines: all.slice(0, MOST_LINES).map((column) => ({
      name: columns[column]!,
      values: order.map((index) => figureOf(drawn[index]![column])),
    })),
    cut: rows.length > MOST_ROWS || all.length > MOST_LINES,
  };
}

const figureOf = (value: Json | undefined) => (isFigure(value) ? value : null);

/** Every value a figure or nothing, and some of them figures. */
function isColumnOfFigures(rows: readonly Json[][], column: number): boolean {
  const held = rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined);
  return held.length > 0 && held.every(isFigure);
}

interface Axis {
  column: number | null;
  axis: Chart["axis"];
  xs: number[];
  words: string[];
}

/**
 * The first column of moments; else the first column where it holds words, or figures that only grow (a year, a day,
 * a count); else the rows by their number.
 */
function axisOf(columns: readonly string[], rows: readonly Json[][], figures: readonly number[]): Axis {
  for (const column of columns.keys()) {
    const moments = rows.map((row) => momentOf(row[column]));
    if (moments.every((at) => at !== null)) return { column, axis: "time", xs: moments, words: [] };
  }
  const first = rows.map((row) => row[0]);
  const grows = first.every((value, index) => index === 0 || Number(value) > Number(first[index - 1]));
  if (figures.length > 1 && first.every(isFigure) && grows) {
    return { column: 0, axis: "number", xs: first, words: [] };
  }
  const column = columns.findIndex((_, at) => rows.every((row) => typeof row[at] === "string"));
  const xs = rows.map((_, index) => index);
  if (column >= 0) return { column, axis: "word", xs, words: rows.map((row) => String(row[column])) };
  return { column: null, axis: "word", xs, words: xs.map((index) => String(index + 1)) };
}

const FIGURE = /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Cells of a text as the figures they are written as; what is empty is nothing. The table itself shows the text. */
export function withFigures({ columns, rows }: Table): Table {
  const read = (cell: Json): Json => {
    if (cell === "") return null;
    return typeof cell === "string" && FIGURE.test(cell) ? Number(cell) : cell;
  };
  return { columns, rows: rows.map((row) => row.map(read)) };
}
