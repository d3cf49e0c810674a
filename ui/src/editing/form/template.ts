/** Texts with `${...}`: coloured, and completed with what a step can see. */

import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { StreamLanguage } from "@codemirror/language";

export interface Names {
  /** Inputs of the workflow. */
  inputs: readonly string[];
  /** Steps that come before. */
  steps: readonly string[];
}

/** JSONata between `${` and `}`, plain text around it. */
export const template = StreamLanguage.define<{ inside: boolean }>({
  name: "template",
  startState: () => ({ inside: false }),
  token(stream, state) {
    if (!state.inside) {
      if (stream.match("$${")) return null;
      if (stream.match("${")) {
        state.inside = true;
        return "brace";
      }
      stream.next();
      while (!stream.eol() && stream.peek() !== "$") stream.next();
      return null;
    }
    if (stream.eatSpace()) return null;
    if (stream.eat("}")) {
      state.inside = false;
      return "brace";
    }
    return jsonata(stream);
  },
});

function jsonata(stream: { match(pattern: RegExp): unknown; next(): unknown }): string | null {
  if (stream.match(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/)) return "string";
  if (stream.match(/\d+(?:\.\d+)?/)) return "number";
  if (stream.match(/(?:and|or|in|function|true|false|null)\b/)) return "keyword";
  if (stream.match(/\$\w*/)) return "variableName.special";
  if (stream.match(/\w+/)) return "propertyName";
  stream.next();
  return "punctuation";
}

const FACTS: Record<string, readonly string[]> = {
  execution: ["id", "number", "run", "started_at"],
  step: ["output", "status", "error"],
};

/** For CodeMirror; `names` is asked each time. */
export function namesSource(names: () => Names) {
  return ({ state, pos }: CompletionContext): CompletionResult | null => {
    const before = state.doc.sliceString(0, pos);
    const opens = before.lastIndexOf("${");
    if (opens < 0 || before.indexOf("}", opens) >= 0) return null;
    const found = /(?:^|[^\w.$])((?:\w+\.)*)(\w*)$/.exec(before.slice(opens + 2));
    if (!found) return null;
    const options = namesAfter(found[1]!, names());
    if (options.length === 0) return null;
    return {
      from: pos - found[2]!.length,
      options: options.map((label) => ({ label, type: "variable" })),
      validFor: /^\w*$/,
    };
  };
}

export function namesAfter(path: string, { inputs, steps }: Names): readonly string[] {
  if (path === "") return ["steps", "inputs", "execution"];
  if (path === "steps.") return steps;
  if (path === "inputs.") return inputs;
  if (path === "execution.") return FACTS.execution!;
  return /^steps\.\w+\.$/.test(path) ? FACTS.step! : [];
}
