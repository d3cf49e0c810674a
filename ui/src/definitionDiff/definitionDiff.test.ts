// @vitest-environment node

import { expect, it } from "vitest";
import type { Definition } from "../api/types";
import { definitionDiff } from "./definitionDiff";

const load = { id: "load", kind: "python", config: { code: "a" } };
const stats = { id: "stats", kind: "sql", config: { query: "select 1" } };
const send = { id: "send", kind: "http", config: { url: "x" } };
const of = (more: object): Definition =>
  ({ name: "w", nodes: [load, stats], edges: [{ from: "load", to: "stats" }], ...more }) as Definition;
const diff = (before: object, after: object) => definitionDiff(of(before), of(after));

it("two definitions that say the same are the same, in whatever order their fields stand", () => {
  const turned = { config: { code: "a" }, kind: "python", id: "load" };
  expect(diff({}, { nodes: [turned, stats] })).toEqual({
    same: true,
    nodes: [],
    edges: [],
    fields: [],
    moved: [],
  });
});

it("a step that was added, one that was removed, and their edges are named", () => {
  const { nodes, edges, same } = diff(
    {},
    { nodes: [load, send], edges: [{ from: "load", to: "send", when: "${true}" }] },
  );
  expect(same).toBe(false);
  expect(nodes.map(({ id, kind, nodeKind }) => [id, kind, nodeKind])).toEqual([
    ["send", "added", "http"],
    ["stats", "removed", "sql"],
  ]);
  expect(edges.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    ["load", "send", "added"],
    ["load", "stats", "removed"],
  ]);
});

it("a changed step says which of its fields, and what they were", () => {
  const changed = { ...stats, config: { query: "select 2" }, retry: { max_attempts: 3 } };
  expect(diff({}, { nodes: [load, changed] }).nodes).toEqual([
    {
      id: "stats",
      kind: "changed",
      was: null,
      nodeKind: "sql",
      fields: [
        { path: "/config/query", kind: "changed", before: "select 1", after: "select 2" },
        { path: "/retry", kind: "added", after: { max_attempts: 3 } },
      ],
    },
  ]);
});

it("a step that was only moved on the canvas runs as before", () => {
  const there = { ...load, position: { x: 16, y: 32 } };
  expect(diff({}, { nodes: [there, stats] })).toMatchObject({ same: true, moved: ["load"], nodes: [] });
  const both = { ...there, config: { code: "b" } };
  expect(diff({}, { nodes: [both, stats] })).toMatchObject({ same: false, moved: [] });
});

it("a step under another name is renamed, and its edges are the same", () => {
  const renamed = { ...load, id: "read", position: { x: 1, y: 1 } };
  const { nodes, edges } = diff({}, { nodes: [renamed, stats], edges: [{ from: "read", to: "stats" }] });
  expect(nodes).toEqual([{ id: "read", kind: "renamed", was: "load", nodeKind: "python", fields: [] }]);
  expect(edges).toEqual([]);
});

it("two steps that are alike are renamed one to one", () => {
  const [one, two] = ["one", "two"].map((id) => ({ ...load, id }));
  const { nodes } = diff({ nodes: [load] }, { nodes: [one, two] });
  expect(nodes.map(({ id, kind, was }) => [id, kind, was])).toEqual([
    ["one", "renamed", "load"],
    ["two", "added", null],
  ]);
});

it("an edge whose condition changed says so; of two between the same steps each is known", () => {
  const edges = [
    { from: "load", to: "stats", when: "${a}" },
    { from: "load", to: "stats", when: "${b}" },
  ];
  const { edges: changed } = diff({ edges }, { edges: [edges[0], { ...edges[1], when: "${c}" }] });
  expect(changed).toEqual([
    {
      from: "load",
      to: "stats",
      kind: "changed",
      fields: [{ path: "/when", kind: "changed", before: "${b}", after: "${c}" }],
    },
  ]);
});

it("everything beside steps and edges is told by its place", () => {
  const { fields } = diff({ settings: { timeout_s: 1 } }, { settings: { timeout_s: 2 }, output: "${1}" });
  expect(fields.map(({ path, kind }) => [path, kind])).toEqual([
    ["/settings/timeout_s", "changed"],
    ["/output", "added"],
  ]);
});

it("what is no definition yet is compared as far as it is one", () => {
  const broken = { nodes: [null, { kind: "python" }], edges: "none" } as unknown as Definition;
  expect(definitionDiff({}, broken).nodes).toMatchObject([{ id: "", kind: "added" }]);
  expect(definitionDiff(broken, broken).same).toBe(true);
});
