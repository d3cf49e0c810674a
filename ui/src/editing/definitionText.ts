/**
 * A definition as text: YAML 1.2 (and so JSON) read with the place of every value, held to what JSON can say,
 * as the server does. Whatever is typed, reading answers; nothing here throws.
 */

import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";

export interface Span {
  from: number;
  to: number;
}

/** What keeps a text from being a definition at all. `reason` is the parser's own sentence. */
export interface TextProblem extends Span {
  code: string;
  reason: string;
}

export interface ReadText {
  text: string;
  /** undefined where the text can't be read. */
  value: unknown;
  problems: readonly TextProblem[];
  /** Where the value at an RFC 6901 pointer stands, or the nearest thing around it. */
  spanOf(pointer: string): Span;
  /** The index of the node of the graph that an offset lies in. */
  nodeAt(offset: number): number | null;
}

const READ = {
  version: "1.2",
  schema: "core",
  uniqueKeys: true,
  stringKeys: true,
  prettyErrors: false,
  // Not "silent": that would pass over a second document.
  logLevel: "error",
} as const;

export function readText(text: string): ReadText {
  let document: Document.Parsed | null = null;
  let problems: TextProblem[];
  try {
    document = parseDocument(text, READ) as Document.Parsed;
    problems = [...document.errors, ...document.warnings].map(syntaxProblem);
    if (problems.length === 0) problems = refusedValues(document);
  } catch (error) {
    // Thousands of levels exhaust the stack.
    problems = [{ code: "yaml_too_deep", reason: String(error), from: 0, to: 0 }];
  }
  const root = document?.contents ?? null;
  return {
    text,
    value: problems.length === 0 ? document!.toJS() : undefined,
    problems: problems.map((problem) => ({ ...problem, ...oneLine(text, problem.from, problem.to) })),
    spanOf: (pointer) => spanOf(text, root, pointer),
    nodeAt: (offset) => nodeAt(root, offset),
  };
}

function syntaxProblem({ code, message, pos }: YAMLError): TextProblem {
  return { code: `yaml_${code.toLowerCase()}`, reason: message, from: pos[0], to: pos[1] };
}

/** What YAML can say and JSON, or a number of this page, cannot. */
function refusedValues(document: Document.Parsed): TextProblem[] {
  const found: TextProblem[] = [];
  visit(document, {
    Node: (_, node) => {
      const [from, to] = node.range ?? [0, 0];
      if (isAlias(node)) found.push({ code: "yaml_alias", reason: `*${node.source}`, from, to });
      if (!isScalar(node) || typeof node.value !== "number") return;
      const source = String(node.source ?? node.value);
      if (!Number.isFinite(node.value)) found.push({ code: "yaml_not_finite", reason: source, from, to });
      // The page would round it silently; as a text it is kept.
      else if (Number.isInteger(node.value) && !Number.isSafeInteger(node.value) && !/[.e]/i.test(source)) {
        found.push({ code: "yaml_big_integer", reason: source, from, to });
      }
    },
  });
  return found;
}

/** From there to the end of its line at most: a mark over half the text says nothing. */
function oneLine(text: string, from: number, to: number): Span {
  const start = Math.min(Math.max(from, 0), text.length);
  const newline = text.indexOf("\n", start);
  const lineEnd = newline < 0 ? text.length : newline;
  return { from: start, to: Math.max(start, Math.min(to, lineEnd)) };
}

function spanOf(text: string, root: Node | null, pointer: string): Span {
  const tokens = pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  let span = oneLine(text, root?.range?.[0] ?? 0, text.length);
  let node: unknown = root;
  for (const token of tokens) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyOf(item) === token);
      if (!pair) break;
      span = pairSpan(text, pair);
      node = pair.value;
    } else if (isSeq(node) && node.items[Number(token)] !== undefined) {
      node = node.items[Number(token)];
      const range = (node as Node).range;
      if (range) span = oneLine(text, range[0], range[1]);
    } else break;
  }
  return span;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : "";
}

/** A field on one line is marked whole, a longer one by its name. */
function pairSpan(text: string, pair: Pair): Span {
  const [from, keyEnd] = (pair.key as Node | null)?.range ?? [0, 0];
  const end = (pair.value as Node | null)?.range?.[1] ?? keyEnd;
  return text.slice(from, end).includes("\n") ? { from, to: keyEnd } : { from, to: end };
}

function nodeAt(root: Node | null, offset: number): number | null {
  if (!isMap(root)) return null;
  const nodes = root.items.find((pair) => keyOf(pair) === "nodes")?.value;
  if (!isSeq(nodes)) return null;
  const index = nodes.items.findIndex((item) => {
    const range = (item as Node | null)?.range;
    return range && range[0] <= offset && offset < range[2];
  });
  return index < 0 ? null : index;
}

/** A saved definition as YAML to be edited: blocks for what people write, one line for small things. */
export function toText(definition: unknown): string {
  // compat: words such as `yes` are quoted, so that readers of YAML 1.1 see texts too.
  const document = new Document(definition, { compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node, path) => {
      const parent = path.at(-1);
      const field = isPair(parent) && isScalar(parent.key) ? String(parent.key.value) : "";
      const inside = path.some((step) => isPair(step) && isScalar(step.key) && step.key.value === "edges");
      if (isSeq(parent) ? inside && isSmall(node) : SMALL.has(field) && isSmall(node)) node.flow = true;
      if (path.some((step) => isPair(step) && isScalar(step.key) && step.key.value === "properties")) {
        if (isMap(node) && isSmall(node)) node.flow = true;
      }
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const SMALL = new Set(["args", "position", "required", "enum", "params"]);
const SMALL_LENGTH = 72;

function isSmall(node: unknown): boolean {
  if (!isCollection(node) || node.items.length === 0) return isCollection(node);
  const values = node.items.map((item) => (isPair(item) ? item.value : item));
  if (!values.every((value) => isScalar(value) && !String(value.value).includes("\n"))) return false;
  return JSON.stringify(node.toJSON()).length <= SMALL_LENGTH;
}
