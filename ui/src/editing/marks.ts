/** Every problem with its place in the text, told in the reader's language, in the order of the lines. */

import type { ProblemItem } from "../api/types";
import type { ReadText, Span } from "./definitionText";
import { tellProblem, tellTextProblem } from "./problemWords";

export interface Mark extends Span {
  id: string;
  severity: "error" | "warning";
  node: string | null;
  /** The field, as a person reads it: `config.query`. */
  field: string;
  line: number;
  text: string;
  fix: string;
}

export function marksOf(read: ReadText, problems: readonly ProblemItem[], language: string): Mark[] {
  const lineAt = lineCounter(read.text);
  const own = read.problems.map((problem, index): Mark => {
    const { from, to } = problem;
    const told = tellTextProblem(problem, language);
    return {
      ...told,
      id: `text ${index}`,
      severity: "error",
      node: null,
      field: "",
      line: lineAt(from),
      from,
      to,
    };
  });
  const found = problems.map((problem, index): Mark => {
    const { from, to } = read.spanOf(problem.pointer);
    return {
      ...tellProblem(problem, language),
      id: `${index} ${problem.pointer} ${problem.code}`,
      severity: problem.severity ?? "error",
      node: problem.node,
      field: fieldOf(problem.pointer),
      line: lineAt(from),
      from,
      to,
    };
  });
  return [...own, ...found].sort((a, b) => a.from - b.from);
}

/** `/nodes/1/config/query` -> `config.query`; `/edges/0/to` -> `edges[0].to`. */
export function fieldOf(pointer: string): string {
  const tokens = pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  const own = tokens[0] === "nodes" && tokens.length > 2 ? tokens.slice(2) : tokens;
  return own.reduce(
    (text, token) => (/^\d+$/.test(token) ? `${text}[${token}]` : text ? `${text}.${token}` : token),
    "",
  );
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const half = (low + high + 1) >> 1;
      if (starts[half]! <= offset) low = half;
      else high = half - 1;
    }
    return low + 1;
  };
}

/** The worst of each node, for the graph. */
export function marksByNode(marks: readonly Mark[]): ReadonlyMap<string, "error" | "warning"> {
  const worst = new Map<string, "error" | "warning">();
  for (const { node, severity } of marks) {
    if (node !== null && worst.get(node) !== "error") worst.set(node, severity);
  }
  return worst;
}
