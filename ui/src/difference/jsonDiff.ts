/** Two JSON values as the list of places where they differ. Pure; the order of an object's fields means nothing. */

import type { Json } from "../execution/events";

export interface Change {
  /**
   * JSON Pointer. Of what is only on the left it counts list places there, of anything else on the right: so the
   * place can be found in the value that it names.
   */
  path: string;
  kind: "added" | "removed" | "changed";
  /** Undefined where it was added. */
  before?: Json;
  /** Undefined where it was removed. */
  after?: Json;
}

export interface JsonDiff {
  changes: Change[];
  /** There are more than `changes` holds: it was not looked further. */
  cut: boolean;
}

/** So many places are told; nobody reads more, and a page must not hold them. */
const MOST = 500;

type Fields = { [key: string]: Json };

export const isFields = (value: Json | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function jsonEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && jsonEqual(a[key], b[key]))
  );
}

const step = (path: string, name: string | number) =>
  `${path}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;

export function jsonDiff(before: Json, after: Json, most = MOST): JsonDiff {
  const changes: Change[] = [];
  let cut = false;
  const tell = (change: Change) => {
    if (changes.length < most) changes.push(change);
    else cut = true;
  };

  const lists = (path: string, a: Json[], b: Json[]) => {
    let head = 0;
    while (head < a.length && head < b.length && jsonEqual(a[head], b[head])) head += 1;
    let tail = 0;
    const room = Math.min(a.length, b.length) - head;
    while (tail < room && jsonEqual(a.at(-1 - tail), b.at(-1 - tail))) tail += 1;
    const [endA, endB] = [a.length - tail, b.length - tail];
    // What is left in the middle stands place against place; the longer side has its rest alone.
    for (let index = head; index < Math.max(endA, endB) && !cut; index += 1) {
      if (index >= endB) tell({ path: step(path, index), kind: "removed", before: a[index]! });
      else if (index >= endA) tell({ path: step(path, index), kind: "added", after: b[index]! });
      else walk(step(path, index), a[index]!, b[index]!);
    }
  };

  const fields = (path: string, a: Fields, b: Fields) => {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (cut) return;
      if (!Object.hasOwn(b, key)) tell({ path: step(path, key), kind: "removed", before: a[key]! });
      else if (!Object.hasOwn(a, key)) tell({ path: step(path, key), kind: "added", after: b[key]! });
      else walk(step(path, key), a[key]!, b[key]!);
    }
  };

  const walk = (path: string, a: Json, b: Json) => {
    if (Array.isArray(a) && Array.isArray(b)) lists(path, a, b);
    else if (isFields(a) && isFields(b)) fields(path, a, b);
    else if (!jsonEqual(a, b)) tell({ path, kind: "changed", before: a, after: b });
  };

  walk("", before, after);
  return { changes, cut };
}

/** `/config/args/0` as people read it: config.args[0]. */
export function placeOf(path: string): string {
  return path
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((told, name) => {
      if (/^\d+$/.test(name)) return `${told}[${name}]`;
      return told === "" ? name : `${told}.${name}`;
    }, "");
}
