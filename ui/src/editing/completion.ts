/** What fits where the cursor stands: fields and values from the schema, kinds, ids of nodes, names in `${...}`. */

import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from "@codemirror/autocomplete";
import { snippet } from "@codemirror/autocomplete";
import { toText } from "./definitionText";
import { type Outline, outline, type Path, type Place } from "./outline";
import { type DefinitionSchema, opensBlock, schemaAt, valuesOf } from "./schema";

export interface NodeKindItem {
  kind: string;
  title: string;
  description: string;
  example: Record<string, unknown>;
  /** Whether this service runs it: what would be refused is not offered. */
  allowed: boolean;
}

export interface Knowledge {
  schema: DefinitionSchema;
  kinds: readonly NodeKindItem[];
}

export interface Suggestions {
  /** How many characters before the cursor they replace. */
  replaces: number;
  options: Completion[];
}

/** For CodeMirror. `known` is asked each time: the schema may come after the editor. */
export function completionSource(known: () => Knowledge | null): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const knowledge = known();
    if (!knowledge) return null;
    const found = suggest(context.state.doc.toString(), context.pos, knowledge);
    if (!found || found.options.length === 0) return null;
    // Unasked only once something is written, or where a value is due.
    if (!context.explicit && found.replaces === 0 && !/[:{,$.]\s*$|-\s$/.test(lineBefore(context)))
      return null;
    return { from: context.pos - found.replaces, options: found.options, validFor: /^[\w-]*$/ };
  };
}

function lineBefore({ state, pos }: CompletionContext): string {
  const line = state.doc.lineAt(pos);
  return line.text.slice(0, pos - line.from);
}

export function suggest(text: string, offset: number, knowledge: Knowledge): Suggestions | null {
  const seen = outline(text, offset);
  const expression = inExpression(text, offset);
  if (expression !== null) return expressionNames(expression, seen);
  if (!seen.place) return null;
  const { container, key, word } = seen.place;
  if (key !== null) return values(seen, knowledge, [...container, key], word, text[offset - 1] === ":");
  return { replaces: word.length, options: fieldsAt(seen, seen.place, knowledge) };
}

const isAllowed = ({ allowed }: NodeKindItem): boolean => allowed;

const kindIn =
  ({ fields }: Outline) =>
  (index: number) =>
    fields.get(JSON.stringify(["nodes", index]))?.get("kind") ?? null;

function fieldsAt(seen: Outline, place: Place, { schema, kinds }: Knowledge): Completion[] {
  const at = schemaAt(schema, place.container, kindIn(seen));
  const present = seen.fields.get(JSON.stringify(place.container));
  const inNode = place.container[0] === "nodes" && place.container.length === 2;
  const whole =
    inNode && place.opensItem && !present
      ? kinds.filter(isAllowed).map((kind, n) => wholeNode(kind, nodeIds(seen), n))
      : [];
  const fields = Object.entries(at?.properties ?? {})
    .filter(([name]) => !present?.has(name) || name === place.word)
    .map(([name, field]): Completion => {
      const required = at?.required?.includes(name);
      return {
        label: name,
        type: "property",
        detail: field.title ?? (Array.isArray(field.type) ? field.type.join(" | ") : field.type),
        info: field.description,
        boost: required ? 50 : 0,
        apply: opensBlock(field) || field === at?.properties?.config ? `${name}:` : `${name}: `,
      };
    });
  return [...whole, ...fields];
}

/** A step of a kind with its example, ready to be changed. */
function wholeNode(
  { kind, title, description, example }: NodeKindItem,
  taken: string[],
  place: number,
): Completion {
  const base = kind === "python" || kind === "transform" || kind === "wait" ? kind : `${kind}_step`;
  let id = base;
  for (let n = 2; taken.includes(id); n += 1) id = `${base}_${n}`;
  const config = toText({ config: example }).trimEnd();
  // In a snippet `${` opens a field to fill in, a tab is one level, and what follows a dash stands one level in.
  const lines = [`kind: ${kind}`, ...config.split("\n")].map(
    (line) =>
      `\n\t${line.replace(/^( {2})+/, (spaces) => "\t".repeat(spaces.length / 2)).replace(/([$#])\{/g, "$1\\{")}`,
  );
  return {
    label: `${kind} step`,
    displayLabel: kind,
    type: "class",
    detail: title,
    info: description,
    boost: 90 - place,
    apply: snippet(`id: \${1:${id}}${lines.join("")}`),
  };
}

function nodeIds({ fields }: Outline): string[] {
  return [...fields]
    .filter(([path]) => /^\["nodes",\d+\]$/.test(path))
    .flatMap(([, own]) => own.get("id")?.replace(/^["']|["']$/g, "") || []);
}

function values(
  seen: Outline,
  { schema, kinds }: Knowledge,
  path: Path,
  word: string,
  afterColon: boolean,
): Suggestions {
  const space = afterColon ? " " : "";
  const option = (value: string, detail?: string, info?: string): Completion => ({
    label: value,
    type: "enum",
    detail,
    info,
    apply: space + value,
  });
  const field = path.at(-1);
  const inEdge = path[0] === "edges" && path.length === 3;
  if (inEdge && (field === "from" || field === "to")) {
    return {
      replaces: word.length,
      options: nodeIds(seen).map((id) => ({ ...option(id), type: "variable" })),
    };
  }
  if (path[0] === "nodes" && path.length === 3 && field === "kind") {
    const options = kinds.filter(isAllowed).map((kind) => option(kind.kind, kind.title, kind.description));
    return { replaces: word.length, options };
  }
  const at = schemaAt(schema, path, kindIn(seen));
  return { replaces: word.length, options: valuesOf(at).map((value) => option(value)) };
}

/** What is written of an expression that is open at the cursor, on its line. */
function inExpression(text: string, offset: number): string | null {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const opens = line.lastIndexOf("${");
  if (opens < 0 || line.indexOf("}", opens) >= 0 || line[opens - 1] === "$") return null;
  return line.slice(opens + 2);
}

function expressionNames(written: string, seen: Outline): Suggestions | null {
  const path = /(?:^|[^\w.$])((?:\w+\.)*)(\w*)$/.exec(written);
  if (!path) return null;
  const [, before = "", word = ""] = path;
  const names = (list: readonly string[]): Suggestions => ({
    replaces: word.length,
    options: list.map((label) => ({ label, type: "variable" })),
  });
  if (before === "") return names(["inputs", "steps", "execution"]);
  if (before === "steps.") return names(nodeIds(seen));
  if (before === "inputs.") return names([...(seen.fields.get('["inputs","properties"]')?.keys() ?? [])]);
  if (/^steps\.\w+\.$/.test(before)) return names(["output", "status", "error"]);
  if (before === "execution.") return names(["id", "number", "run", "started_at"]);
  return null;
}
