import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { parse } from "yaml";
import type { Template } from "../api/types";
import { en } from "../i18n/en";
import { page } from "../test/answers";
import { serveEditor } from "../test/editor";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../test/page";
import { answers, unreachable } from "../test/server";

const ROOT = resolve(process.cwd(), "..");
const fileOf = (place: string) => readFileSync(`${ROOT}/examples/${place}.yaml`, "utf8");

function template(place: string, more: Partial<Template> = {}): Template {
  const text = fileOf(place);
  const definition = parse(text);
  const kinds = [...new Set((definition.nodes as { kind: string }[]).map(({ kind }) => kind))].sort();
  return {
    name: definition.name,
    description: definition.description ?? "",
    kinds,
    definition,
    text,
    ...more,
  };
}

const TWO = template("templates/two-steps", { kinds: ["python"] });
const SHELL = template("shell-words");
const OWN = template("templates/two-steps", { name: "house-rules", description: "As we do it here." });

beforeEach(() => {
  answers("/workflows", page([]));
  answers("/templates", { items: [TWO, SHELL, { ...OWN, kinds: ["python"] }], next_cursor: null });
  serveEditor();
});

const card = (name: RegExp) => screen.findByRole("button", { name });
const text = () => document.querySelector(".cm-content")?.textContent ?? "";

async function open() {
  const opened = openPage("/workflows/start");
  await card(/^Two steps/);
  return opened;
}

it("a template is looked at, and begun from under a name of its own", async () => {
  const { user, address } = await open();
  await expectAccessible();
  await user.click(await card(/^Two steps/));
  const preview = within(await dialog());
  expect(preview.getByRole("img")).toHaveAccessibleName("The steps of the workflow: greet, louder");
  expect(preview.getByRole("list", { name: "Steps" })).toHaveTextContent("greetPython");
  await waitFor(() => expect(preview.getByRole("button", { name: "Begin with this" })).toHaveFocus());
  await expectAccessible();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(address()).toBe("/workflows/new"));
  await waitFor(() => expect(text()).toContain("name: my-two-steps"));
  expect(text()).toContain("# The smallest workflow");
  expect(document.querySelector("[data-unsaved]")).toBeNull();
});

it("an empty canvas begins from nothing", async () => {
  const { user } = await open();
  expect(screen.queryByRole("button", { name: /^What you left unsaved/ })).toBeNull();
  await user.click(await card(/^Empty canvas/));
  expect(await screen.findByText(/^Drag a step from the left/)).toBeVisible();
  expect(text()).toContain("nodes: []");
});

it("what was left unsaved is offered, and comes back; a template is put over it as a step that is taken back", async () => {
  const draft = { text: "name: mine\nnodes: []\n", base: 0, at: "2026-01-01T08:00:00Z" };
  localStorage.setItem("runwright.draft.new", JSON.stringify(draft));
  const { user, router } = await open();
  await user.click(await card(/^What you left unsaved/));
  await waitFor(() => expect(text()).toContain("name: mine"));
  await router.navigate("/workflows/start");
  await user.click(await screen.findByRole("button", { name: "Leave" }));
  await user.click(await card(/^Two steps/));
  await user.click(await screen.findByRole("button", { name: "Begin with this" }));
  await waitFor(() => expect(text()).toContain("name: my-two-steps"));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(text()).toContain("name: mine"));
});

it("a template with a kind that this server does not run cannot be begun from, and says why", async () => {
  const { user } = await open();
  expect(await card(/^Shell commands/)).toHaveTextContent("not on this server");
  await user.click(await card(/^Shell commands/));
  const begin = within(await dialog()).getByRole("button", { name: "Begin with this" });
  expect(begin).toBeDisabled();
  expect(begin).toHaveAccessibleDescription(/does not run Shell command steps.*allow_shell/);
});

it("templates are found by their words in both languages and by their kinds", async () => {
  const { user } = await open();
  const names = () => [...document.querySelectorAll(".template-card b")].map((name) => name.textContent);
  for (const [wanted, found] of [
    ["两个", ["Two steps"]],
    ["shell", ["Shell commands"]],
    ["as we do", ["house-rules"]],
    ["zzz", []],
  ] as const) {
    await user.clear(screen.getByRole("searchbox"));
    await user.type(screen.getByRole("searchbox"), wanted);
    expect(names()).toEqual(found);
  }
  await user.click(screen.getByRole("button", { name: "Clear the search" }));
  expect(names()).toHaveLength(4);
});

it("templates that could not be read leave the empty canvas, and can be asked for again", async () => {
  unreachable("/templates");
  const { user } = openPage("/workflows/start");
  const alert = await screen.findByRole("alert");
  expect(await card(/^Empty canvas/)).toBeVisible();
  answers("/templates", { items: [TWO], next_cursor: null });
  await user.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await card(/^Two steps/)).toBeVisible();
});

it("every template that the server comes with has words of its own", () => {
  const source = readFileSync(`${ROOT}/infrastructure/nodes/examples.py`, "utf8");
  const [, listed] = /_TEMPLATES = \(([^)]+)\)/.exec(source)!;
  const places = [...listed!.matchAll(/"([^"]+)"/g)].map((match) => match[1]!);
  expect(places.length).toBeGreaterThanOrEqual(8);
  for (const place of places) expect(Object.keys(en.template)).toContain(template(place).name);
});
