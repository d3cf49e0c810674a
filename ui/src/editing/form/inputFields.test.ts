import { expect, it } from "vitest";
import { choiceIn, choicesIn, inputsOf, lineOf, typed } from "./inputFields";

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

const choosing = (schema: unknown) => inputsOf({ properties: { a: schema } })[0]!;

it("choices are lines, each once", () => {
  const text = choosing({ type: "string", enum: ["b"] });
  expect(choicesIn(" a\n\nb \na", text)).toEqual({ value: ["a", "b"] });
});

it("choices that are numbers stay numbers, and a new one is one too", () => {
  const whole = choosing({ type: "integer", enum: [1, 2, 3] });
  expect(choicesIn("1\n2\n3\n4", whole)).toEqual({ value: [1, 2, 3, 4] });
  expect(choicesIn("1\n2.5", whole)).toEqual({ wanted: "integer" });
  expect(choiceIn("3", whole)).toEqual({ value: 3 });
  const number = choosing({ type: "number", enum: [0.5] });
  expect(choicesIn("0.5\n1.5", number)).toEqual({ value: [0.5, 1.5] });
  expect(choicesIn("0.5\nmany", number)).toEqual({ wanted: "number" });
  expect(choicesIn("1\n2", choosing({ enum: [1] }))).toEqual({ value: [1, 2] });
});

it("a choice of any other kind is what it was", () => {
  const mixed = choosing({ enum: [null, true, "1", 1, { a: 1 }] });
  const lines = mixed.choices.map(lineOf);
  expect(lines).toEqual(["null", "true", "1", "1", '{"a":1}']);
  expect(choicesIn([...lines, "2"].join("\n"), mixed)).toEqual({ value: [...mixed.choices, "2"] });
});
