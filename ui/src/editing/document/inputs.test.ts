import { expect, it } from "vitest";
import { addInput, removeInput, renameInput, setRequired } from "./inputs";
import { open } from "./text";

const TEXT = `name: w   # ours
nodes:
  - {id: a, kind: transform, config: {expression: "\${inputs.input & steps.inputs.output}"}}
`;
const value = (text: string) => open(text).toJS() as Record<string, unknown>;

it("an input is added before the steps, and gone without a trace", () => {
  const { text, name } = addInput(TEXT);
  expect(name).toBe("input");
  expect(Object.keys(value(text))).toEqual(["name", "inputs", "nodes"]);
  expect(value(text).inputs).toEqual({
    type: "object",
    additionalProperties: false,
    properties: { input: { type: "string" } },
  });
  expect(addInput(text).name).toBe("input_2");
  expect(removeInput(text, "input")).toBe(TEXT);
});

it("under a new name it is read by the expressions that read it before", () => {
  const { text } = addInput(TEXT);
  const renamed = renameInput(setRequired(text, "input", true), "input", "city");
  expect(value(renamed).inputs).toMatchObject({ properties: { city: {} }, required: ["city"] });
  expect(renamed).toContain("${inputs.city & steps.inputs.output}");
  expect(renameInput(text, "input", "no name")).toBe(text);
  const { text: two } = addInput(text);
  expect(renameInput(two, "input_2", "input")).toBe(two);
});

it("is needed, or not", () => {
  const { text } = addInput(TEXT);
  const needed = setRequired(text, "input", true);
  expect(value(needed).inputs).toMatchObject({ required: ["input"] });
  expect(setRequired(needed, "input", false)).toBe(text);
  expect(removeInput(needed, "input")).toBe(TEXT);
});
