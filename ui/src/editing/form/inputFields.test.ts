import { expect, it } from "vitest";
import { choicesIn, inputsOf, typed } from "./inputFields";

it("inputs are read from their schema, whatever is half written", () => {
  const properties = {
    city: { type: "string", title: "City", description: "Where", default: "Oslo" },
    days: { type: "integer" },
    unit: { type: "string", enum: ["C", "F"] },
    odd: { $ref: "#/x" },
    empty: null,
  };
  const fields = inputsOf({ properties, required: ["days"] });
  expect(fields.map(({ name, type, required }) => [name, type, required])).toEqual([
    ["city", "text", false],
    ["days", "whole", true],
    ["unit", "choice", false],
    ["odd", null, false],
    ["empty", null, false],
  ]);
  expect(fields[0]).toMatchObject({ title: "City", description: "Where", default: "Oslo" });
  for (const none of [null, [], "x", { properties: [] }]) expect(inputsOf(none)).toEqual([]);
});

it("another type leaves nothing of the one before", () => {
  expect(typed("whole")).toEqual({
    type: "integer",
    enum: undefined,
    default: undefined,
    minimum: undefined,
    maximum: undefined,
  });
  expect(inputsOf({ properties: { a: typed("choice") } })[0]!.type).toBe("choice");
});

it("choices are lines, each once", () => {
  expect(choicesIn(" a\n\nb \na")).toEqual(["a", "b"]);
});
