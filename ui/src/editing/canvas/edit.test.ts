import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  addStep,
  connect,
  disconnect,
  duplicateStep,
  removeSteps,
  renameStep,
  whyNotConnected,
} from "./edit";

const TEXT = `# What the weather was
name: weather
inputs: {type: object, properties: {city: {type: string}}}   # draws the form
nodes:
  # reads the file
  - id: load
    kind: python
    config:
      code: |
        def main(city):
            return city   # not "x"
      args: {city: "\${inputs.city}"}
  - {id: stats, kind: transform, config: {value: "\${steps.load.output}"}}
edges:
  - {from: load, to: stats, when: "\${steps.load.output != 'steps.load'}"}
output: "\${steps.stats.output}"
`;
const STEP = { kind: "python", config: { code: "def main():\n    return 1\n" } };
const edges = (text: string) => parse(text).edges as { from: string; to: string; when?: string }[];

describe("a step", () => {
  it("is added behind another, and nothing else is written otherwise", () => {
    const { text, id } = addStep(TEXT, STEP, { after: "stats" });
    expect(id).toBe("python");
    expect(parse(text).nodes.at(-1)).toEqual({ id: "python", ...STEP });
    expect(edges(text).at(-1)).toEqual({ from: "stats", to: "python" });
    const lines = new Set(text.split("\n"));
    for (const line of TEXT.split("\n").filter((one) => one !== "")) expect(lines).toContain(line);
    expect(text, "code is written as people write it").toContain("code: |\n        def main():");
    expect(text).toContain("  - {from: stats, to: python}\n");
  });

  it("between two takes the edge over, with the condition where it leaves", () => {
    const { text, id } = addStep(TEXT, STEP, { between: { from: "load", to: "stats" } });
    expect(edges(text)).toEqual([
      { from: "load", to: id, when: "${steps.load.output != 'steps.load'}" },
      { from: id, to: "stats" },
    ]);
  });

  it("gets an id that is free, in a text that has no list of steps yet", () => {
    const first = addStep("name: new\nnodes: []\n", STEP, null);
    const second = addStep(first.text, STEP, { after: "python" });
    expect([first.id, second.id]).toEqual(["python", "python_2"]);
    expect(parse(second.text).nodes).toHaveLength(2);
    expect(second.text).toContain("nodes:\n  - id: python\n");
    expect(addStep("name: bare\n", STEP, null).id).toBe("python");
  });

  it("reads the step before it where its example reads another", () => {
    const step = { kind: "transform", config: { value: "${steps.stats.output.rows}", note: "steps.stats" } };
    const behind = addStep("nodes: [{id: my-load, kind: python}]\n", step, { after: "my-load" });
    expect(parse(behind.text).nodes[1].config).toEqual({
      value: "${steps.`my-load`.output.rows}",
      note: "steps.stats",
    });
    expect(parse(addStep("nodes: []\n", step, null).text).nodes[0].config.value).toBe("${inputs.rows}");
  });

  it("is duplicated right behind itself without its edges", () => {
    const { text, id } = duplicateStep(TEXT, "load");
    expect(id).toBe("load_2");
    expect(parse(text).nodes.map((node: { id: string }) => node.id)).toEqual(["load", "load_2", "stats"]);
    expect(edges(text)).toHaveLength(1);
    expect(duplicateStep(text, "load_2").id).toBe("load_3");
    expect(duplicateStep(TEXT, "nobody")).toEqual({ text: TEXT, id: null });
  });

  it("goes with its edges, and comments of others stay", () => {
    const text = removeSteps(TEXT, ["stats"]);
    expect(parse(text)).not.toHaveProperty("edges");
    expect(text).toContain("# reads the file");
    expect(text).toContain("# draws the form");
    expect(removeSteps(TEXT, ["nobody"])).toBe(TEXT);
  });

  it("is renamed in edges and expressions, and only there", () => {
    const text = renameStep(TEXT, "load", "read-file");
    expect(edges(text)[0]).toMatchObject({ from: "read-file", to: "stats" });
    expect(text).toContain("${steps.`read-file`.output}");
    expect(renameStep(renameStep(TEXT, "load", "read-file"), "read-file", "load")).toContain(
      "${steps.load.output}",
    );
    expect(text, "code is not touched").toContain('return city   # not "x"');
    expect(renameStep(TEXT, "load", "stats"), "an id that is taken").toBe(TEXT);
    expect(renameStep(TEXT, "load", "1x"), "no id").toBe(TEXT);
    expect(renameStep(TEXT, "loa", "x")).toBe(TEXT);
  });
});

describe("an edge", () => {
  it("is made and taken away", () => {
    const more = addStep(TEXT, STEP, null).text;
    const joined = connect(more, { from: "load", to: "python" });
    expect(edges(joined)).toHaveLength(2);
    expect(edges(disconnect(joined, { from: "load", to: "stats" }))).toEqual([
      { from: "load", to: "python" },
    ]);
    const none = disconnect(TEXT, { from: "load", to: "stats" });
    expect(parse(none)).not.toHaveProperty("edges");
    expect(connect(none, { from: "load", to: "stats" })).toContain("edges:\n  - {from: load, to: stats}\n");
    expect(disconnect(TEXT, { from: "stats", to: "load" })).toBe(TEXT);
  });

  it("that would lead nowhere, twice or in a circle is not made", () => {
    const made = [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ];
    expect(whyNotConnected(made, { from: "a", to: "a" })).toBe("self");
    expect(whyNotConnected(made, { from: "a", to: "b" })).toBe("twice");
    expect(whyNotConnected(made, { from: "c", to: "a" })).toBe("circle");
    expect(whyNotConnected(made, { from: "a", to: "c" })).toBeNull();
  });
});

it.each(["", "- a list", "nodes: [", "a: b: c"])(
  "a text that holds no definition stays as it is: %s",
  (text) => {
    expect(addStep(text, STEP, null).text).toBe(text);
    expect(removeSteps(text, ["a"])).toBe(text);
    expect(connect(text, { from: "a", to: "b" })).toBe(text);
  },
);
