// @vitest-environment node

import { expect, it } from "vitest";
import { type FieldSchema, fieldsOf } from "./fields";
import { readText, readValue, shownText, shownValue } from "./values";

const CONFIG = {
  type: "object",
  required: ["code"],
  properties: {
    code: { type: "string", "x-widget": "code", "x-language": "python" },
    args: { type: "object", "x-widget": "map" },
    method: { enum: ["GET", "POST"] },
    stream: { type: "boolean" },
    url: { type: "string" },
    seconds: { anyOf: [{ type: "number" }, { type: "string" }] },
    expect: { type: "array" },
    message: { type: "string", "x-widget": "text" },
    anything: {},
  } as Record<string, FieldSchema>,
};
const widgets = (values: Record<string, unknown> = {}) =>
  Object.fromEntries(fieldsOf(CONFIG as never, values).map(({ name, widget }) => [name, widget]));

it("each field has the form that its schema asks for", () => {
  expect(widgets()).toEqual({
    code: "code",
    args: "map",
    method: "choice",
    stream: "switch",
    url: "line",
    seconds: "line",
    expect: "json",
    message: "lines",
    anything: "json",
  });
  expect(fieldsOf(CONFIG as never, {})[0]).toMatchObject({ language: "python", required: true });
  expect(fieldsOf(null, {})).toEqual([]);
});

it("a value that its usual form cannot hold is written as what it is", () => {
  expect(widgets({ args: "${inputs}", code: ["ls"], url: { a: 1 } })).toMatchObject({
    args: "json",
    code: "json",
    url: "json",
  });
  expect(widgets({ url: "a\nb" }).url).toBe("lines");
  expect(widgets({ stream: "${inputs.s}" }).stream).toBe("line");
});

it("a number is one where numbers are taken, an expression is a text", () => {
  expect(readText("30", "line", true)).toEqual({ value: 30 });
  expect(readText("30", "line", false)).toEqual({ value: "30" });
  expect(readText("${inputs.s}", "line", true)).toEqual({ value: "${inputs.s}" });
  expect(readText("", "code", false)).toEqual({ value: undefined });
});

it("any value is shown in a way that is read as the same value", () => {
  for (const value of [
    "a",
    "42",
    "true",
    "null",
    "${steps.a.output}",
    "a: b",
    "[x",
    "x\ny",
    "",
    " ",
    7,
    true,
    null,
    [1, "b"],
    { a: { b: [1] } },
    "# no",
  ]) {
    expect(readValue(shownValue(value)), JSON.stringify(value)).toEqual({ value });
    expect(readValue(shownText(value, "json")), JSON.stringify(value)).toEqual({ value });
  }
});

it("a text stays what was typed, to the last letter", () => {
  for (const text of [
    "Ticket #12",
    "#fff",
    "007",
    "1.50",
    "!x",
    "~",
    "line one\nline two",
    "a  b",
    "yes",
    "* x",
    "7 days",
  ])
    expect(readValue(text), text).toEqual({ value: text });
  expect(readValue('"007"')).toEqual({ value: "007" });
  expect(readValue("- a\n- 1")).toEqual({ value: ["a", 1] });
});

it("what cannot be read is no value", () => {
  expect(readValue("{a: ")).toEqual({ unreadable: true });
  expect(readValue("  ")).toEqual({ value: undefined });
});
