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
  return template.replace(
    /(\$\$\{)|\$\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^}"'])*)\}/g,
    (whole, written, inside) => (written ? whole : `\${${inExpression(String(inside), names, scope)}}`),
  );
}

const READS: Record<Scope, RegExp> = {
  steps: /(\bsteps\s*\.\s*)(`?)(\w+)\2|(\bsteps\s*\[\s*)(["'])(\w+)\5|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g,
  inputs:
    /(\binputs\s*\.\s*)(`?)(\w+)\2|(\binputs\s*\[\s*)(["'])(\w+)\5|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g,
};

function inExpression(expression: string, names: ReadonlyMap<string, string>, scope: Scope): string {
  // A text in quotes stays, but for the name in steps["name"].
  return expression.replace(READS[scope], (whole, dot, tick, plain, bracket, quote, quoted) => {
    if (plain !== undefined) return `${dot}${tick}${names.get(plain) ?? plain}${tick}`;
    if (quoted !== undefined) return `${bracket}${quote}${names.get(quoted) ?? quoted}${quote}`;
    return whole;
  });
}
