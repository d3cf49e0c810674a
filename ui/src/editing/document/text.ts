/**
 * A definition's text changed at one place. The text is the document: what a change does not touch (comments, order,
 * the writer's own spacing) stays as it was written.
 */

import { type Document, isMap, isSeq, parseDocument, type Scalar, visit, YAMLMap, YAMLSeq } from "yaml";
import { lineDiff } from "../lineDiff";

/** Thrown where a text cannot be read: nothing can be changed in it but by hand. */
export class Unreadable extends Error {}

export function open(text: string): Document {
  const document = parseDocument(text, { version: "1.2", schema: "core", prettyErrors: false });
  if (document.errors.length > 0) throw new Unreadable(document.errors[0]!.message);
  if (!isMap(document.contents)) {
    if (document.contents !== null) throw new Unreadable("a definition is an object");
    document.contents = new YAMLMap() as never;
  }
  return document as unknown as Document;
}

/** The text after `change`; the very same text where it changes nothing. */
export function edited(text: string, change: (document: Document) => void): string {
  const document = open(text);
  const style = styleOf(text);
  const before = document.toString(style);
  change(document);
  const after = document.toString(style);
  if (before === after) return text;
  return before === text ? after : asWritten(text, before, after, document);
}

/** How the writer writes: what can be asked of the library instead of being put right line by line. */
function styleOf(text: string) {
  return {
    lineWidth: 0,
    flowCollectionPadding: /\{ \S/.test(text),
    indentSeq: !/^(nodes|edges):[^\S\n]*\n-/m.test(text),
  };
}

/** Lines that the change left alone come as they were written, and not as the library would write them. */
function asWritten(text: string, before: string, after: string, document: Document): string {
  const kept = withOwnLines(stretchesOf(text, before), before, after).join("\n");
  try {
    // Where spacing carries meaning the mended lines may not fit together.
    if (JSON.stringify(open(kept).toJS()) === JSON.stringify(document.toJS())) return kept;
  } catch {
    // read below
  }
  return after;
}

/** Lines as they were written, and which of the library's lines (from 0) say the same. */
interface Stretch {
  own: string[];
  first: number;
  count: number;
}

function stretchesOf(text: string, before: string): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | null = null;
  let next = 0;
  for (const { left, right, text: line } of lineDiff(text, before)) {
    if (left !== null && right !== null) {
      open = null;
      stretches.push({ own: [line], first: next, count: 1 });
    } else {
      if (open === null) {
        open = { own: [], first: next, count: 0 };
        stretches.push(open);
      }
      if (left !== null) open.own.push(line);
      else open.count += 1;
    }
    if (right !== null) next += 1;
  }
  // As many lines on both sides are the same ones, each with its own spacing.
  return stretches.flatMap((stretch) =>
    stretch.own.length === stretch.count
      ? stretch.own.map((own, n) => ({ own: [own], first: stretch.first + n, count: 1 }))
      : [stretch],
  );
}

/** The lines after, where every stretch that is still there whole comes as it was written. */
function withOwnLines(stretches: readonly Stretch[], before: string, after: string): string[] {
  const lines = after.split("\n");
  /** Of each of the library's lines before: where it stands after. */
  const places = new Map<number, number>();
  for (const { left, right } of lineDiff(before, after))
    if (left !== null && right !== null) places.set(left - 1, right - 1);
  /** What is written in place of a line, and what besides before it. */
  const instead = new Map<number, string[]>();
  const ahead = new Map<number, string[]>();
  for (const { own, first, count } of stretches) {
    const at = places.get(first);
    if (count === 0) {
      // Lines the library leaves out, such as a second blank one: with the one that they stand before.
      ahead.set(at ?? (places.has(first - 1) ? places.get(first - 1)! + 1 : -1), own);
      continue;
    }
    const whole = Array.from({ length: count }, (_, n) => places.get(first + n) === at! + n);
    if (at === undefined || !whole.every(Boolean)) continue;
    for (let n = 0; n < count; n += 1) instead.set(at + n, n === 0 ? own : []);
  }
  return [
    ...lines.flatMap((line, n) => [...(ahead.get(n) ?? []), ...(instead.get(n) ?? [line])]),
    ...(ahead.get(lines.length) ?? []),
  ];
}

/** A list of the definition, made where there is none. */
export function listOf(document: Document, name: "nodes" | "edges"): YAMLSeq {
  const found = document.get(name, true);
  if (isSeq(found)) {
    if (found.items.length === 0) found.flow = false;
    return found;
  }
  const made = new YAMLSeq();
  document.set(name, made);
  return made;
}

/** A value as it is best read: lines as a block, small objects on one line. */
export function written(document: Document, value: unknown): unknown {
  const node = document.createNode(value, { aliasDuplicateObjects: false });
  visit(node as never, {
    Scalar: (_, scalar) => asBlock(scalar),
    Map: (_, map) => {
      const fits = JSON.stringify(map.toJSON()).length <= MOST_ON_ONE_LINE;
      const flat = map.items.every(({ value: own }) => !isMap(own) && !isSeq(own));
      if (fits && flat && !map.toString().includes("\n\n") && !hasLines(map)) map.flow = true;
    },
  });
  return node;
}

const MOST_ON_ONE_LINE = 64;

function hasLines(map: YAMLMap): boolean {
  return map.items.some(({ value }) => String((value as Scalar | null)?.value ?? "").includes("\n"));
}

function asBlock(scalar: Scalar): void {
  if (typeof scalar.value === "string" && scalar.value.includes("\n")) scalar.type = "BLOCK_LITERAL";
}

/** An object with its own fields in the order given, on lines of its own; those left undefined are left out. */
export function mapOf(document: Document, fields: Record<string, unknown>, flow = false): YAMLMap {
  const map = new YAMLMap();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) map.set(document.createNode(name), written(document, value));
  }
  map.flow = flow;
  return map;
}
