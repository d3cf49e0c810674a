// @vitest-environment node

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { problemItem } from "../test/answers";
import { readText } from "./definitionText";
import { fieldOf, marksByNode, marksOf } from "./marks";
import { CHINESE, CHINESE_RULES, OWN, tellProblem, tellTextProblem } from "./problemWords";

const SAID = problemItem({ message: "Said.", advice: "Do.", params: { name: "x" } });

describe("a problem of the server", () => {
  it("is told in the server's words to who reads English, in Chinese by its code", () => {
    const problem = { ...SAID, code: "python_unknown_argument" };
    expect(tellProblem(problem, "en")).toEqual({ text: "Said.", fix: "Do." });
    expect(tellProblem(problem, "zh-CN").text).toBe("main 没有参数 x。");
  });

  it("falls back on English for an unknown code, and where a value did not come", () => {
    expect(tellProblem({ ...SAID, code: "new_code" }, "zh-CN").text).toBe("Said.");
    expect(tellProblem({ ...SAID, code: "file_path" }, "zh-CN").text).toBe("Said.");
    expect(tellProblem({ ...SAID, code: "bad_config", params: {} }, "zh-CN").text).toBe("Said.");
  });

  it("of a config is told by the schema's rule", () => {
    const problem = { ...SAID, code: "bad_config", params: { rule: "required", field: "query" } };
    expect(tellProblem(problem, "zh-CN").text).toBe("缺少字段 query。");
  });

  it("has Chinese words for every code that validation sends, and for no other", () => {
    const root = resolve(process.cwd(), "..");
    const rooms = ["domain/workflow", "infrastructure/nodes", "infrastructure/expressions", "interfaces"];
    const python = rooms
      .flatMap((room) =>
        readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith(".py"))
          .map((name) => readFileSync(join(root, room, name), "utf8")),
      )
      .join("\n");
    for (const code of Object.keys(CHINESE)) expect(python.includes(`"${code}"`), code).toBe(true);
    const validation = readFileSync(join(root, "domain/workflow/validation.py"), "utf8");
    const found = /found\(\s*(?:f?"[^"]*"|\w+),\s*"([a-z_]+)"/g;
    const kinds = /\bproblem\(\s*"([a-z_]+)"/g;
    const sent = [...validation.matchAll(found), ...python.matchAll(kinds)].map((match) => match[1]!);
    expect(sent.length).toBeGreaterThan(30);
    expect([...new Set(sent)].filter((code) => !(code in CHINESE))).toEqual([]);
  });

  it("is told in its own script", () => {
    for (const words of [...Object.values(CHINESE), ...Object.values(CHINESE_RULES)]) {
      expect(words.text).toMatch(/[\u3400-\u9fff]/);
      expect(words.fix).toMatch(/[\u3400-\u9fff]/);
    }
  });
});

describe("a problem of the text", () => {
  it("is told in both languages, an unknown one with the parser's sentence", () => {
    const duplicate = { code: "yaml_duplicate_key", reason: "r" };
    expect(tellTextProblem(duplicate, "en").text).toBe("The same field stands twice here.");
    expect(tellTextProblem(duplicate, "zh-CN").text).toBe("同一个字段写了两次。");
    expect(tellTextProblem({ code: "yaml_impossible", reason: "odd" }, "en").text).toContain("odd");
    expect(tellTextProblem({ code: "yaml_impossible", reason: "odd" }, "zh-CN").text).toContain("odd");
  });

  it("names the same values in both languages", () => {
    const names = (text: string) => text.match(/\{\{\w+\}\}/g) ?? [];
    for (const { en, zh } of Object.values(OWN)) expect(names(zh.text)).toEqual(names(en.text));
  });
});

describe("marks", () => {
  const TEXT = "name: a\nnodes:\n  - id: one\n    kind: sql\n    odd: 1\n  - id: two\n    kind: nope\n";
  const PROBLEMS = [
    problemItem({ node: "two", pointer: "/nodes/1/kind" }),
    problemItem({ node: "one", pointer: "/nodes/0/odd", severity: "warning" }),
    problemItem({ node: "two", pointer: "/nodes/1", severity: "warning" }),
  ];

  it("stand in the order of the lines, each with its line and field", () => {
    const marks = marksOf(readText(TEXT), PROBLEMS, "en");
    expect(marks.map(({ line, field, node }) => [line, field, node])).toEqual([
      [5, "odd", "one"],
      [6, "nodes[1]", "two"],
      [7, "kind", "two"],
    ]);
  });

  it("of a node are told by the worst", () => {
    const marks = marksOf(readText(TEXT), PROBLEMS, "en");
    expect([...marksByNode(marks)]).toEqual([
      ["one", "warning"],
      ["two", "error"],
    ]);
  });

  it("a pointer is read as people write it", () => {
    expect(fieldOf("/nodes/1/config/query")).toBe("config.query");
    expect(fieldOf("/edges/0/to")).toBe("edges[0].to");
    expect(fieldOf("/nodes/2")).toBe("nodes[2]");
    expect(fieldOf("")).toBe("");
  });
});
