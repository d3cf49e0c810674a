// @vitest-environment node

import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../api/types";
import type { Json } from "../execution/events";
import { fieldKind, initialValues, readValues } from "./schemaValues";

const of = (field: JsonSchema, required = false): JsonSchema => ({
  properties: { x: field },
  required: required ? ["x"] : [],
});
const read = (field: JsonSchema, value: string | boolean, required = false) => {
  const { inputs, problems } = readValues(of(field, required), { x: value });
  return problems.x ?? { value: inputs.x };
};

describe("a field", () => {
  it.each([
    [{ type: "string" }, "string"],
    [{ type: "integer" }, "integer"],
    [{ type: "number" }, "number"],
    [{ type: "boolean" }, "boolean"],
    [{ type: "string", enum: ["a"] }, "enum"],
    [{ type: "array" }, "json"],
    [{ type: "object" }, "json"],
    [{ type: ["string", "null"] }, "json"],
    [{}, "json"],
  ] as [JsonSchema, string][])("of %j is drawn as %s", (schema, kind) => {
    expect(fieldKind(schema)).toBe(kind);
  });

  it.each([
    [{ type: "string", default: "Seattle" }, "Seattle"],
    [{ type: "integer", default: 0 }, "0"],
    [{ type: "boolean", default: true }, true],
    [{ type: "boolean" }, false],
    [{ type: "string" }, ""],
    [{ enum: [1, "1"], default: "1" }, '"1"'],
    [{ type: "array", default: [1] }, "[\n  1\n]"],
  ] as [JsonSchema, string | boolean][])("of %j begins as %j", (schema, value) => {
    expect(initialValues(of(schema))).toEqual({ x: value });
  });
});

describe("what was typed", () => {
  it.each([
    [{ type: "string" }, " kept as it is ", " kept as it is "],
    [{ type: "integer" }, "42", 42],
    [{ type: "number" }, " 1.5 ", 1.5],
    [{ type: "boolean" }, false, false],
    [{ enum: [1, "1"] }, "1", 1],
    [{ enum: [1, "1"] }, '"1"', "1"],
    [{ type: "object" }, '{"a": [null]}', { a: [null] }],
    [{ type: "string", minLength: 2 }, "𝒳𝒴", "𝒳𝒴"],
    [{ type: "string", pattern: "^\\d+$" }, "007", "007"],
    [{ type: "string", pattern: "(" }, "left to the server", "left to the server"],
  ] as [JsonSchema, string | boolean, Json][])("into %j as %j is sent as %j", (schema, typed, sent) => {
    expect(read(schema, typed)).toEqual({ value: sent });
  });

  it.each([
    [{ type: "integer" }, "forty", { key: "number" }],
    [{ type: "integer" }, "1.5", { key: "integer" }],
    [{ type: "number" }, "Infinity", { key: "number" }],
    [{ type: "integer", minimum: 1 }, "0", { key: "min", params: { min: 1 } }],
    [{ type: "integer", maximum: 9 }, "10", { key: "max", params: { max: 9 } }],
    [{ type: "string", minLength: 3 }, "𝒳𝒴", { key: "minLength", params: { count: 3 } }],
    [{ type: "string", pattern: "^a" }, "b", { key: "pattern" }],
    [{ type: "array" }, "[1,", { key: "json" }],
  ] as [JsonSchema, string, object][])("into %j as %j is refused: %j", (schema, typed, problem) => {
    expect(read(schema, typed)).toEqual(problem);
  });

  it("left empty is left out, unless it is needed", () => {
    expect(readValues(of({ type: "string" }), { x: " " })).toEqual({ inputs: {}, problems: {} });
    expect(read({ type: "integer" }, "", true)).toEqual({ key: "required" });
    expect(read({ type: "string" }, "", true)).toEqual({ key: "required" });
  });

  it("of a workflow without inputs is nothing", () => {
    expect(readValues(undefined, {})).toEqual({ inputs: {}, problems: {} });
    expect(initialValues(undefined)).toEqual({});
  });
});

it("a text that is needed but may be empty is sent empty", () => {
  expect(read({ type: "string", minLength: 0 }, "", true)).toEqual({ value: "" });
});
