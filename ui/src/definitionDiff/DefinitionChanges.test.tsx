import { render } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import type { Definition } from "../api/types";
import { newQueryClient, Providers } from "../app";
import { changeLanguage } from "../i18n";
import { expectAccessible, screen } from "../test/page";
import { DefinitionChanges } from "./DefinitionChanges";
import { definitionDiff } from "./definitionDiff";

beforeEach(() => changeLanguage("en"));

const BEFORE = {
  nodes: [
    { id: "load", kind: "python", config: { code: "a = 1\nb = 2" } },
    { id: "old", kind: "sql" },
    { id: "read", kind: "http", config: { url: "x" } },
    { id: "still", kind: "wait", position: { x: 0, y: 0 } },
  ],
  edges: [{ from: "load", to: "old" }],
  settings: { timeout_s: 1 },
} as unknown as Definition;
const AFTER = {
  nodes: [
    { id: "load", kind: "python", config: { code: "a = 1\nb = 3" } },
    { id: "fetch", kind: "http", config: { url: "x" } },
    { id: "still", kind: "wait", position: { x: 16, y: 0 } },
  ],
  edges: [{ from: "load", to: "fetch" }],
  settings: { timeout_s: 2 },
} as unknown as Definition;

const show = (before: Definition, after: Definition) =>
  render(
    <Providers client={newQueryClient()}>
      <main>
        <title>Versions</title>
        <h1>Versions</h1>
        <DefinitionChanges diff={definitionDiff(before, after)} left="v1" right="v2" />
      </main>
    </Providers>,
  );

it("each change has its sign, its word and its place, and a code its lines", async () => {
  show(BEFORE, AFTER);
  const kinds = [...document.querySelectorAll("[data-node], [data-edge]")].map((row) => [
    (row as HTMLElement).dataset.node ?? (row as HTMLElement).dataset.edge,
    (row as HTMLElement).dataset.kind,
  ]);
  expect(kinds).toEqual([
    ["load", "changed"],
    ["fetch", "renamed"],
    ["old", "removed"],
    ["load fetch", "added"],
    ["load old", "removed"],
  ]);
  expect(screen.getByText(/was read/)).toBeVisible();
  expect(screen.getByText("b = 3")).toBeVisible();
  expect(screen.getByText("settings.timeout_s")).toBeVisible();
  expect(screen.getByText("1 step only stands elsewhere on the canvas.")).toBeVisible();
  await expectAccessible();
});

it("where nothing that runs differs it says so", () => {
  show(BEFORE, BEFORE);
  expect(screen.getByText("Nothing that runs differs.")).toBeVisible();
});
