// @vitest-environment node

import { expect, it } from "vitest";
import { readText } from "../definitionText";
import { copy, duplicate, paste } from "./clipboard";
import { connect, disconnect, setEdge, whyNotConnect } from "./edges";
import {
  addNode,
  forgetPlaces,
  freeId,
  moveNodes,
  removeNodes,
  renameKey,
  setField,
  setParam,
} from "./nodes";
import { inTemplate, renameNode } from "./rename";
import { Unreadable } from "./text";

const TEXT = `# Weather of one city
apiVersion: runwright/v1
name: weather    # as the team calls it

nodes:
  # reads the file
  - id: load
    kind: python
    config:
      code: |
        def main(city):
            # \${steps.load.output} stands here as text
            return [city]
      args: {city:   "\${inputs.city}"}
  - {id: stats,   kind: sql, config: {tables: {w: "\${steps.load.output}"}, query: "select 1"}}   # small

edges:
  - {from: load, to: stats, when: "\${$count(steps.load.output) > 0}"}
output: \${steps.stats.output}
`;
// biome-ignore lint/suspicious/noExplicitAny: looked into freely by the tests
type Loose = Record<string, any>;
const value = (text: string) => readText(text).value as Loose;
/** The lines of the one that the other has not. */
const changed = (before: string, after: string) => {
  const known = before.split("\n");
  return after.split("\n").filter((line) => !known.includes(line));
};

it("a step is put in at the end, and every other line stays as it was written", () => {
  const { text, id } = addNode(TEXT, { kind: "wait", config: { seconds: 5 }, after: "stats" });
  expect(id).toBe("wait");
  expect(changed(TEXT, text)).toEqual([
    "  - id: wait",
    "    kind: wait",
    "    config: {seconds: 5}",
    "  - {from: stats, to: wait}",
  ]);
  expect(changed(text, TEXT)).toEqual([]);
});

it("a step with lines of code has them as a block, and a name of its own", () => {
  const config = { code: "def main():\n    return 1\n", args: { a: "${inputs.a}" } };
  const { text, id } = addNode(TEXT, { kind: "python", id: "load", config, position: { x: 12.4, y: 7.6 } });
  expect(id).toBe("load_2");
  expect(text).toContain("      code: |\n        def main():\n            return 1\n");
  expect(text).toContain("position: {x: 12, y: 8}");
  expect(value(text).nodes[2].config).toEqual(config);
});

it("a step comes between the two ends of an edge, behind its condition", () => {
  const { text } = addNode(TEXT, { kind: "wait", into: { from: "load", to: "stats" } });
  const when = "${$count(steps.load.output) > 0}";
  expect(value(text).edges).toEqual([
    { from: "load", to: "wait", when },
    { from: "wait", to: "stats" },
  ]);
});

it("the first step of an empty text makes a definition of it", () => {
  const first = addNode("", { kind: "python" });
  const { text } = addNode(first.text, { kind: "sql", after: "python" });
  expect(value(text)).toEqual({
    nodes: [
      { id: "python", kind: "python" },
      { id: "sql", kind: "sql" },
    ],
    edges: [{ from: "python", to: "sql" }],
  });
});

it("what is taken out leaves no edge and no result behind", () => {
  const text = removeNodes(TEXT, ["stats"]);
  expect(value(text)).toMatchObject({ edges: [], nodes: [{ id: "load" }] });
  expect(value(text)).not.toHaveProperty("output");
  expect(text).toContain("# reads the file");
  expect(removeNodes(TEXT, ["nobody"])).toBe(TEXT);
});

it("a new name goes to edges, conditions, configs and the result, not into code", () => {
  const text = renameNode(TEXT, "load", "fetch");
  expect(value(text)).toMatchObject({
    nodes: [{ id: "fetch" }, { config: { tables: { w: "${steps.fetch.output}" } } }],
    edges: [{ from: "fetch", to: "stats", when: "${$count(steps.fetch.output) > 0}" }],
  });
  expect(text).toContain("# ${steps.load.output} stands here as text");
  expect(value(renameNode(TEXT, "stats", "sums")).output).toBe("${steps.sums.output}");
  for (const name of ["stats", "9lives", "a-b", ""]) expect(renameNode(TEXT, "load", name)).toBe(TEXT);
});

it("a name is found in an expression in each way it can be written there", () => {
  const renamed = (text: string) => inTemplate(text, new Map([["a", "b"]]));
  expect(renamed("${steps.a.output} and ${steps.ab.output}")).toBe(
    "${steps.b.output} and ${steps.ab.output}",
  );
  expect(renamed('${steps["a"].output & steps.`a`.status}')).toBe('${steps["b"].output & steps.`b`.status}');
  expect(renamed("${'steps.a' & \"}\" & steps.a}")).toBe("${'steps.a' & \"}\" & steps.b}");
  expect(renamed("steps.a $${steps.a} ${my.steps}")).toBe("steps.a $${steps.a} ${my.steps}");
});

it("an edge is drawn once, and never in a circle", () => {
  const text = connect(disconnect(TEXT, [{ from: "load", to: "stats" }]), "load", "stats");
  expect(value(text).edges).toEqual([{ from: "load", to: "stats" }]);
  expect(connect(text, "load", "stats")).toBe(text);
  const definition = {
    nodes: [],
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ],
  };
  expect(whyNotConnect(definition, "c", "a")).toBe("circle");
  expect(whyNotConnect(definition, "a", "a")).toBe("self");
  expect(whyNotConnect(definition, "a", "b")).toBe("twice");
  expect(whyNotConnect(definition, "a", "c")).toBeNull();
});

it("an edge takes a condition and loses it", () => {
  const ends = { from: "load", to: "stats" };
  const text = setEdge(TEXT, ends, "label", "some rows");
  expect(value(text).edges[0].label).toBe("some rows");
  expect(value(setEdge(text, ends, "when", " ")).edges).toEqual([{ ...ends, label: "some rows" }]);
});

it("a field is set in its place, and only its line changes", () => {
  expect(changed(TEXT, setParam(TEXT, "load", "/timeout_s", 30))).toEqual(["    timeout_s: 30"]);
  const args = setParam(TEXT, "load", "/config/args/city", "Oslo");
  expect(value(args).nodes[0].config.args).toEqual({ city: "Oslo" });
  const code = setParam(TEXT, "load", "/config/code", "def main(city):\n    return 2\n");
  expect(value(code).nodes[0].config.code).toBe("def main(city):\n    return 2\n");
  expect(code).toContain("code: |\n        def main(city):\n            return 2\n");
  expect(setParam(TEXT, "nobody", "/timeout_s", 1)).toBe(TEXT);
  const deep = setParam(TEXT, "stats", "/retry/max_attempts", 4);
  expect(value(deep).nodes[1].retry).toEqual({ max_attempts: 4 });
});

it("a value of any kind is read back as the same value", () => {
  for (const put of [
    "yes",
    "1",
    "a: b",
    "# no comment",
    "two\nlines",
    "two\nlines\n\n",
    "",
    " x ",
    3,
    0.5,
    true,
    null,
    [1, { a: "b" }],
    { "a/b~c": 1 },
    "${steps.load.output}",
  ]) {
    const text = setParam(TEXT, "load", "/config/args/city", put);
    expect(value(text).nodes[0].config.args.city, JSON.stringify(put)).toEqual(put);
    expect(value(setParam(text, "load", "/config/args/city", "again")).nodes[0].config.args.city).toBe(
      "again",
    );
  }
});

it("a field taken out takes an object with it that has become empty", () => {
  const text = setParam(TEXT, "load", "/config/args/city", undefined);
  expect(value(text).nodes[0].config).toEqual({ code: value(TEXT).nodes[0].config.code });
  expect(setParam(TEXT, "load", "/config/files/x", undefined)).toBe(TEXT);
  expect(value(setField(TEXT, "/name", "other")).name).toBe("other");
});

it("a copy has names of its own, and its expressions read its own steps", () => {
  const two = duplicate(TEXT, ["load", "stats"])!;
  expect(two.ids).toEqual(["load_2", "stats_2"]);
  const { nodes, edges } = value(two.text);
  expect(nodes[3].config.tables.w).toBe("${steps.load_2.output}");
  expect(edges[1]).toEqual({ from: "load_2", to: "stats_2", when: "${$count(steps.load_2.output) > 0}" });
  const one = duplicate(TEXT, ["stats"])!;
  expect(value(one.text).nodes[2].config.tables.w).toBe("${steps.load.output}");
  expect(value(one.text).edges).toHaveLength(1);
});

it("steps go from one workflow into another as text", () => {
  const clip = copy(TEXT, ["load"]);
  expect(clip).toContain("# reads the file");
  const into = paste("name: other\nnodes: []\n", clip)!;
  expect(value(into.text)).toEqual({ name: "other", nodes: [value(TEXT).nodes[0]] });
  expect(paste(TEXT, '{"id": "stats", "kind": "wait"}')!.ids).toEqual(["stats_2"]);
  expect(paste(TEXT, "- {id: a, kind: wait}\n- {id: b, kind: wait}")!.ids).toEqual(["a", "b"]);
  for (const nothing of ["just words", "a: [", "nodes: []", "nodes: [1]", "42"]) {
    expect(paste(TEXT, nothing), nothing).toBeNull();
  }
});

it("a pasted step stands beside its model, or where it is wanted", () => {
  const placed = moveNodes(TEXT, new Map([["load", { x: 10, y: 20 }]]));
  expect(value(duplicate(placed, ["load"])!.text).nodes[2].position).toEqual({ x: 42, y: 52 });
  const there = paste(placed, copy(placed, ["load"]), { x: 300, y: 0 })!;
  expect(value(there.text).nodes[2].position).toEqual({ x: 300, y: 0 });
});

it("places are written beside the steps, and given back to the automatic layout", () => {
  const placed = moveNodes(TEXT, new Map([["load", { x: 10.2, y: -20 }]]));
  expect(changed(TEXT, placed)).toEqual(["    position: {x: 10, y: -20}"]);
  expect(value(moveNodes(placed, new Map([["load", { x: 1, y: 2 }]]))).nodes[0].position).toEqual({
    x: 1,
    y: 2,
  });
  expect(forgetPlaces(placed)).toBe(TEXT);
});

it("a text that cannot be read is not touched", () => {
  expect(() => addNode("nodes: [", { kind: "wait" })).toThrow(Unreadable);
  expect(() => connect("just words", "a", "b")).toThrow(Unreadable);
});

it("a free name is one that a step may have", () => {
  expect(freeId("my-kind.x", [])).toBe("my_kind_x");
  expect(freeId("9", ["_9"])).toBe("_9_2");
});

it("a new name goes into expressions with braces of their own, and not into fields of the same name", () => {
  const names = new Map([["load", "read"]]);
  const text = '${[{"x": steps.load.output.a}, {"y": steps.load.output.b}]} and ${steps.a.output.steps.load}';
  expect(inTemplate(text, names)).toBe(
    '${[{"x": steps.read.output.a}, {"y": steps.read.output.b}]} and ${steps.a.output.steps.load}',
  );
  expect(inTemplate("$${steps.load} ${ '}' & steps.load.output /* } */ }", names)).toBe(
    "$${steps.load} ${ '}' & steps.read.output /* } */ }",
  );
  expect(inTemplate("${steps.load", names)).toBe("${steps.load");
});

it("a paragraph, blank lines and objects over several lines stay as they were written when a step is moved", () => {
  const text = `apiVersion: runwright/v1
name: long
description: >
  Reads the file,
  cleans it
  and tells the team.


nodes:
  - id: load
    kind: python
    config: {code: "def main(): pass",
      args: {city: "Oslo",
             year: 2015}}


  - id: stats   # small
    kind: sql
    config:
      query: >-
        select 1
        from w

edges:
  - {from: load,
     to: stats}
`;
  const moved = moveNodes(text, new Map([["stats", { x: 10, y: 20 }]]));
  expect(changed(text, moved)).toEqual(["    position: {x: 10, y: 20}"]);
  expect(changed(moved, text)).toEqual([]);
  expect(moved.split("\n")).toHaveLength(text.split("\n").length + 1);
  expect(value(moved).description).toBe(value(text).description);
  expect(moveNodes(moved, new Map([["stats", { x: 11, y: 20 }]]))).toBe(moved.replace("x: 10", "x: 11"));
  const gone = removeNodes(text, ["stats"]);
  expect(changed(text, gone)).toEqual(["edges: []"]);
});

it("a name in an object is changed in its place, and no other's is taken", () => {
  const text = `nodes:
  - id: load
    kind: python
    config:
      args:
        # where to look
        city: "\${inputs.city}" # as typed
        year: 2015
`;
  const renamed = renameKey(text, "load", "/config/args", "city", "town");
  expect(renamed).toBe(text.replace("city:", "town:"));
  expect(renameKey(text, "load", "/config/args", "city", "year")).toBe(text);
  expect(renameKey(text, "load", "/config/nothing", "city", "town")).toBe(text);
  expect(setParam(text, "load", "/config/args/unit", "")).toBe(`${text}        unit: ""\n`);
});
