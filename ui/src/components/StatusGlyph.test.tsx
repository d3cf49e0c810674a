import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { changeLanguage } from "../i18n";
import { en } from "../i18n/en";
import { zhCN } from "../i18n/zh-CN";
import { type AnyStatus, Status } from "./StatusGlyph";

const STATUSES: readonly AnyStatus[] = [
  "queued",
  "running",
  "paused",
  "stopping",
  "completed",
  "failed",
  "stopped",
  "pending",
  "ready",
  "retrying",
  "waiting",
  "skipped",
];
/** Nothing of these has begun: one shape, three words. */
const BEFORE: readonly AnyStatus[] = ["queued", "pending", "ready"];

const drawn = (status: AnyStatus) => render(<Status status={status} />).container;
const shape = (status: AnyStatus) =>
  // Colours are left out: the shape must tell the statuses apart without them.
  drawn(status)
    .querySelector("svg")!
    .innerHTML.replaceAll(/(fill|stroke)="(var\([^"]*\)|currentColor)"/g, "");

it.each(STATUSES)("%s has a shape and a word, in both languages", (status) => {
  const words = { en: en.status, "zh-CN": zhCN.status };
  for (const language of ["en", "zh-CN"] as const) {
    changeLanguage(language);
    const box = drawn(status);
    expect(box.querySelector("svg")?.childElementCount).toBeGreaterThan(0);
    expect(box.querySelector("svg")).toHaveAttribute("aria-hidden", "true");
    expect(box).toHaveTextContent(words[language][status]);
  }
});

it("no two statuses look the same without their colour", () => {
  const different = STATUSES.filter((status) => !BEFORE.includes(status) || status === "queued");
  expect(new Set(different.map(shape)).size).toBe(different.length);
});

it("what has not begun looks the same, and is not what was skipped", () => {
  expect(new Set(BEFORE.map(shape)).size).toBe(1);
  expect(shape("skipped")).not.toBe(shape("pending"));
});
