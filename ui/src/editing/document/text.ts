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
  const original = text.split("\n");
  const plain = before.split("\n");
  if (original.length !== plain.length) return after;
  const lines = lineDiff(before, after)
    .filter(({ right }) => right !== null)
    .map((line) => (line.left === null ? line.text : original[line.left - 1]!));
  const kept = lines.join("\n");
  try {
    // Where spacing carries meaning the mended lines may not fit together.
    if (JSON.stringify(open(kept).toJS()) === JSON.stringify(document.toJS())) return kept;
  } catch {
    // read below
  }
  return after;
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
