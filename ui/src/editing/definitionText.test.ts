// @vitest-environment node

import { describe, expect, it } from "vitest";
import { readText, toText } from "./definitionText";
import { TEMPLATE } from "./template";

const TEXT = `name: two
nodes:
  - id: load
    kind: python
    config:
      code: |
        def main():
            return 1
      strange: 1
  - {id: next, kind: sql}
edges:
  - {from: load, to: nobody}
`;
const at = (pointer: string, text = TEXT) => {
  const { from, to } = readText(text).spanOf(pointer);
  return text.slice(from, to);
};

describe("where a pointer stands", () => {
  it.each([
    ["/name", "name: two"],
    ["/nodes/0/kind", "kind: python"],
    ["/nodes/0/config", "config"],
    ["/nodes/0/config/code", "code"],
    ["/nodes/0/config/strange", "strange: 1"],
    ["/nodes/0", "id: load"],
    ["/nodes/1/kind", "kind: sql"],
    ["/edges/0/to", "to: nobody"],
    ["", "name: two"],
  ])("%s is %s", (pointer, text) => {
    expect(at(pointer)).toBe(text);
  });

  it("what is missing is told at what it is missing from", () => {
    expect(at("/nodes/1/config/query")).toBe("{id: next, kind: sql}");
    expect(at("/nodes/7/id")).toBe("nodes");
    expect(at("/settings/timeout_s")).toBe("name: two");
  });

  it("names with slashes and tildes are found", () => {
    expect(at("/labels/a~1b~0c", "labels:\n  a/b~c: 1\n")).toBe("a/b~c: 1");
  });

  it("an empty text has a place too", () => {
    expect(readText("").spanOf("/nodes")).toEqual({ from: 0, to: 0 });
  });

  it("an offset tells its node", () => {
    const read = readText(TEXT);
    expect(read.nodeAt(TEXT.indexOf("strange"))).toBe(0);
    expect(read.nodeAt(TEXT.indexOf("next"))).toBe(1);
    expect(read.nodeAt(TEXT.indexOf("edges"))).toBeNull();
    expect(readText("- 1").nodeAt(0)).toBeNull();
  });
});

describe("what is no definition", () => {
  it.each([
    ["a: 1\na: 2\n", "yaml_duplicate_key", 2],
    ['{"a": 1, "a": 2}', "yaml_duplicate_key", 1],
    ["a: [1, 2\nb: 3\n", null, 2],
    ["a:\n\t- 1\n", null, 2],
    ["? [a]\n: 1\n", "yaml_non_string_key", 1],
    ["a: &x 1\nb: *x\n", "yaml_alias", 2],
    ["a: .nan\n", "yaml_not_finite", 1],
    ["a: 1\nb: 12345678901234567890\n", "yaml_big_integer", 2],
    ["a: 1\n---\nb: 2\n", "yaml_multiple_docs", 2],
  ])("%j is told at its line", (text, code, line) => {
    const { value, problems } = readText(text);
    expect(value).toBeUndefined();
    if (code) expect(problems.map((problem) => problem.code)).toContain(code);
    expect(problems.map(({ from }) => text.slice(0, from).split("\n").length)).toContain(line);
    for (const { from, to } of problems) expect(text.slice(from, to)).not.toContain("\n");
  });

  it("nothing that is typed throws, and every mark lies inside", () => {
    for (const text of [TEXT, TEMPLATE, '{"a": [1, {"b": "${x}"}]}', "a: |\n  x\n"]) {
      for (let end = 0; end <= text.length; end += 1) {
        const part = text.slice(0, end);
        const read = readText(part);
        for (const { from, to } of [...read.problems, read.spanOf("/nodes/0/config")]) {
          expect(0 <= from && from <= to && to <= part.length).toBe(true);
        }
      }
    }
  });

  it("a text nested beyond all bounds is refused", () => {
    expect(readText("[".repeat(50_000)).value).toBeUndefined();
  });

  it("words of older YAML are texts, a date too", () => {
    expect(readText("a: yes\nb: 2020-01-01\nc: 0o14\nd: 1e3\n").value).toEqual({
      a: "yes",
      b: "2020-01-01",
      c: 12,
      d: 1000,
    });
  });
});

describe("a definition as text", () => {
  const definition = {
    name: "yes",
    nodes: [
      {
        id: "a",
        kind: "python",
        config: { code: "def main():\n    return '  x '\n", args: { x: "${inputs.x}" } },
      },
      {
        id: "b",
        kind: "http",
        config: { url: "https://example.com/#a: b", headers: {}, body: [1, null, 0.5, "1e3"] },
      },
    ],
    edges: [{ from: "a", to: "b", when: "${steps.a.output.n > 0}" }],
    output: { "odd: key": "12", "": " lead", trail: "x ", lines: "a\n\n b\n", tab: "\t", quote: "'\"" },
  };

  it("says the same when it is read again", () => {
    expect(readText(toText(definition)).value).toEqual(definition);
    expect(readText(toText(null)).value).toBeNull();
  });

  it("is written as people write it", () => {
    const text = toText(definition);
    expect(text).toContain("      code: |\n        def main():\n");
    expect(text).toContain("  - {from: a, to: b, when: ");
    expect(text).toContain('      args: {x: "${inputs.x}"}');
  });

  it("keeps a word that older YAML would read as something else", () => {
    expect(toText({ name: "yes" })).toBe('name: "yes"\n');
  });

  it("does not fold long lines nor share values by references", () => {
    const same = { deep: ["x".repeat(300)] };
    expect(toText({ a: same, b: same })).not.toMatch(/[&*]|>-/);
  });

  it("the template is a definition", () => {
    expect(readText(TEMPLATE).problems).toEqual([]);
  });
});
