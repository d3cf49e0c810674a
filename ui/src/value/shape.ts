/** How a value is best read: as rows and columns where it has them, as a tree where it has parts. */

import type { Json } from "../execution/events";

export interface Table {
  columns: string[];
  rows: Json[][];
}

type Row = { [key: string]: Json };

const isRow = (value: Json | undefined): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const MOST_COLUMNS = 60;

/** A list of objects, or `{columns, rows}` as queries give it. */
export function asTable(value: Json): Table | null {
  if (Array.isArray(value)) return value.length > 0 && value.every(isRow) ? ofObjects(value as Row[]) : null;
  if (!isRow(value) || !Array.isArray(value.rows)) return null;
  const { columns, rows } = value;
  if (!Array.isArray(columns)) return rows.length > 0 && rows.every(isRow) ? ofObjects(rows as Row[]) : null;
  const names = columns.map((column) =>
    String(typeof column === "object" && column !== null && "name" in column ? column.name : column),
  );
  if (rows.every(isRow))
    return { columns: names, rows: (rows as Row[]).map((row) => names.map((name) => row[name] ?? null)) };
  return rows.every(Array.isArray) ? { columns: names, rows: rows as Json[][] } : null;
}

function ofObjects(rows: Row[]): Table | null {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  if (names.size === 0 || names.size > MOST_COLUMNS) return null;
  const columns = [...names];
  return { columns, rows: rows.map((row) => columns.map((name) => row[name] ?? null)) };
}

/** Comma-separated text with quotes as RFC 4180 has them; the first row names the columns. */
export function parseCsv(text: string, mostRows = 5_000): Table {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
    cell = "";
  };
  for (
    let index = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    index < text.length && rows.length <= mostRows;
    index += 1
  ) {
    const char = text[index]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === ",") {
      row.push(cell);
      cell = "";
    } else if (char === "\n") endRow();
    else if (char !== "\r") cell += char;
  }
  if (cell !== "" || row.length > 0) endRow();
  const [columns = [], ...rest] = rows;
  return { columns, rows: rest };
}

/** A cell, or a leaf of a tree, on one line. */
export function brief(value: Json | undefined, most = 120): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
