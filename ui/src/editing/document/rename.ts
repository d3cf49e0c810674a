/** A step under another name: its edges and every expression that reads it follow. */

import { type Document, isMap, isPair, isScalar, type Node, visit } from "yaml";
import { edgesIn } from "./edges";
import { renameMember } from "./marks";
import { idsIn, isNodeId, nodeIn } from "./nodes";
import { edited, open } from "./text";

/** Fields whose text is another language; `${` in it is none of ours. */
const FOREIGN: Record<string, string> = { python: "code", sql: "query", shell: "command" };

/** Unchanged where the new name is none, or somebody else's. */
export function renameNode(text: string, id: string, name: string): string {
  if (!isNodeId(name) || idsIn(open(text)).includes(name)) return text;
  return edited(text, (document) => {
    nodeIn(document, id)?.set("id", name);
    for (const edge of edgesIn(document)) {
      for (const end of ["from", "to"]) if (edge.get(end) === id) edge.set(end, name);
    }
    renameMember(document, id, name);
    renameIn(document.contents as unknown as Node, new Map([[id, name]]));
  });
}

/** What expressions read by name. */
type Scope = "steps" | "inputs";

/** In every expression below a node of the document. */
export function renameIn(
  root: Node | Document,
  names: ReadonlyMap<string, string>,
  scope: Scope = "steps",
): void {
  visit(root, {
    Scalar: (key, scalar, path) => {
      if (key === "key" || typeof scalar.value !== "string" || !scalar.value.includes("${")) return;
      const pair = path.at(-1);
      const field = isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : "";
      if (isForeign(field, path)) return;
      const renamed = inTemplate(scalar.value, names, scope);
      if (renamed !== scalar.value) scalar.value = renamed;
    },
  });
}

function isForeign(field: string, path: readonly unknown[]): boolean {
  const node = path.at(-4);
  return isMap(node) && FOREIGN[String(node.get("kind"))] === field;
}

/** `${...}` parts of a text; `$${` is written text. */
export function inTemplate(
  template: string,
  names: ReadonlyMap<string, string>,
  scope: Scope = "steps",
): string {
  let [out, at] = ["", 0];
  for (let start = template.indexOf("${"); start >= 0; start = template.indexOf("${", at)) {
    const end = template[start - 1] === "$" ? -1 : closing(template, start + 2);
    const after = end < 0 ? start + 2 : end;
    const inside = template.slice(start + 2, after);
    out += template.slice(at, start + 2) + (end < 0 ? "" : inExpression(inside, names, scope));
    at = after;
  }
  return out + template.slice(at);
}

/** Where the `}` stands that ends an expression; quotes, names in backticks and comments are passed over. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === "{") depth += 1;
    else if (char === "}" && depth === 0) return at;
    else if (char === "}") depth -= 1;
    else if (char === "/" && text[at + 1] === "*") at = endOf(text.indexOf("*/", at + 2) + 1, text);
    else if (`"'\``.includes(char)) at = endOf(quoteEnd(text, at), text);
  }
  return -1;
}

const endOf = (found: number, text: string): number => (found <= 0 ? text.length : found);

function quoteEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === "\\" && text[from] !== "`") at += 1;
    else if (text[at] === text[from]) return at;
  }
  return -1;
}

const READS: Record<Scope, RegExp> = {
  steps:
    /((?<![.\w])steps\s*\.\s*)(`?)(\w+)\2|((?<![.\w])steps\s*\[\s*)(["'])(\w+)\5|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g,
  inputs:
    /((?<![.\w])inputs\s*\.\s*)(`?)(\w+)\2|((?<![.\w])inputs\s*\[\s*)(["'])(\w+)\5|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g,
};

function inExpression(expression: string, names: ReadonlyMap<string, string>, scope: Scope): string {
  // A text in quotes stays, but for the name in steps["name"].
  return expression.replace(READS[scope], (whole, dot, tick, plain, bracket, quote, quoted) => {
    if (plain !== undefined) return `${dot}${tick}${names.get(plain) ?? plain}${tick}`;
    if (quoted !== undefined) return `${bracket}${quote}${names.get(quoted) ?? quoted}${quote}`;
    return whole;
  });
}
