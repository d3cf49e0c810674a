// @vitest-environment node

import { CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { KINDS, SCHEMA } from "../test/editor";
import { completionSource, type Knowledge, suggest } from "./completion";
import type { DefinitionSchema } from "./schema";

const KNOWN: Knowledge = { schema: SCHEMA as unknown as DefinitionSchema, kinds: KINDS };

/** `¦` is the cursor. */
function offered(marked: string): string[] {
  const at = marked.indexOf("¦");
  return suggest(marked.replace("¦", ""), at, KNOWN)?.options.map(({ label }) => label) ?? [];
}

describe("fields", () => {
  it.each([
    ["¦", ["apiVersion", "name", "description", "nodes", "edges", "settings"]],
    ["name: a\nno¦", ["apiVersion", "description", "nodes", "edges", "settings"]],
    ["nodes:\n  - id: a\n    ¦", ["on_error", "retry_safe", "kind", "config"]],
    ["nodes:\n  - id: a\n    kind: sql\n    config:\n      ¦", ["query"]],
    ["nodes:\n  - id: a\n    config:\n      ¦\n    kind: sql\n", ["query"]],
    ["nodes:\n- id: a\n  kind: sql\n  config:\n    ¦", ["query"]],
    ["nodes:\n  - id: a\n    kind: python\n    config:\n      args:\n        x: 1\n      ¦", ["code"]],
    ["nodes:\n  - id: a\n    kind: python\n    config: {¦", ["code", "args"]],
    ["edges:\n  - {from: a, ¦", ["to", "when"]],
    ["edges:\n  - from: a\n    ¦", ["to", "when"]],
    ["settings:\n  ¦", ["on_failure"]],
    ["settings: {¦}", ["on_failure"]],
  ])("at %j", (text, labels) => {
    expect(offered(text)).toEqual(labels);
  });

  it("the text of a block and a comment are left alone", () => {
    expect(offered("nodes:\n  - id: a\n    config:\n      code: |\n        de¦\n")).toEqual([]);
    expect(offered("# na¦")).toEqual([]);
    expect(offered("name: a # na¦")).toEqual([]);
  });

  it("code that looks like fields does not mislead", () => {
    const text =
      "nodes:\n  - id: a\n    kind: sql\n    config:\n      query: |\n        kind: python\n\n        x: 1\n    ¦";
    expect(offered(text)).toEqual(["on_error", "retry_safe"]);
  });
});

describe("values", () => {
  const NODES = "nodes:\n  - id: load\n    kind: python\n  - {id: 'next', kind: sql}\n";
  it.each([
    ["apiVersion: ¦", ["runwright/v1"]],
    ["nodes:\n  - id: a\n    kind: ¦", ["python", "sql"]],
    ["nodes:\n  - id: a\n    kind:¦", ["python", "sql"]],
    ["nodes:\n  - id: a\n    on_error: f¦", ["fail", "continue", "edges"]],
    ["nodes:\n  - id: a\n    retry_safe: ¦", ["true", "false"]],
    [`${NODES}edges:\n  - {from: ¦`, ["load", "next"]],
    [`${NODES}edges:\n  - from: load\n    to: ¦`, ["load", "next"]],
    ["name: ¦", []],
  ])("at %j", (text, labels) => {
    expect(offered(text)).toEqual(labels);
  });

  it("a value right behind the colon gets its space", () => {
    const text = "nodes:\n  - kind:";
    expect(suggest(text, text.length, KNOWN)!.options[0]!.apply).toBe(" python");
  });
});

describe("inside an expression", () => {
  const TOP =
    "inputs:\n  properties:\n    city: {type: string}\n    year:\n      type: integer\nnodes:\n  - id: load\n";
  it.each([
    ["output: ${¦", ["inputs", "steps", "execution"]],
    ["output: ${steps.¦", ["load"]],
    ["output: ${steps.load.¦", ["output", "status", "error"]],
    ["output: ${inputs.c¦", ["city", "year"]],
    ["output: ${execution.¦", ["id", "number", "run", "started_at"]],
    ["output: ${1 + inputs.¦", ["city", "year"]],
    ["output: ${inputs.city} ¦", []],
    ["output: $${¦", []],
    ["output: ${steps.load.output.¦", []],
  ])("%s", (text, labels) => {
    expect(offered(TOP + text)).toEqual(labels);
  });
});

describe("a whole step", () => {
  it("is offered where a list item begins, the example with it", () => {
    const whole = offered("nodes:\n  - ¦").filter((label) => label.endsWith(" step"));
    expect(whole, "not what the server refuses").toEqual(["python step", "sql step"]);
    expect(offered("nodes:\n  - id: a\n    ¦")).not.toContain("python step");
  });
});

describe("in the editor", () => {
  const ask = (text: string, explicit: boolean, known: Knowledge | null = KNOWN) =>
    completionSource(() => known)(
      new CompletionContext(EditorState.create({ doc: text }), text.length, explicit),
    ) as CompletionResult | null;

  it("replaces the word that is begun", () => {
    expect(ask("na", false)).toMatchObject({ from: 0 });
    expect(ask("apiVersion: run", false)).toMatchObject({ from: 12 });
  });

  it("does not push itself on an empty line", () => {
    expect(ask("name: a\n", false)).toBeNull();
    expect(ask("name: a\n", true)?.options.length).toBeGreaterThan(0);
    expect(ask("nodes:\n  - kind: ", false)?.options.length).toBe(2);
  });

  it("is silent until the schema has come", () => {
    expect(ask("na", true, null)).toBeNull();
  });
});
