import { expect, it } from "vitest";
import { found, titleOf } from "./kinds";

const kind = (name: string, title: string, description = "") => ({
  kind: name,
  title,
  description,
  example: {},
  allowed: true,
});
const KINDS = [
  kind("python", "Python", "Runs code in a worker."),
  kind("transform", "Transform", "Builds a value."),
  kind("approval", "Approval", "Asks a person."),
  { ...kind("shell", "Shell"), allowed: false },
];
const names = (words: string) => found(KINDS, words).map((one) => one.kind);

it.each([
  ["", ["python", "transform", "approval"]],
  ["tran", ["transform"]],
  ["转换", ["transform"]],
  ["zh", ["transform"]],
  ["RGSP", ["approval"]],
  ["审批", ["approval"]],
  ["person", ["approval"]],
  ["a", ["approval", "python", "transform"]],
  ["shell", []],
])("%s finds %j", (words, wanted) => {
  expect(names(words)).toEqual(wanted);
});

it("has Chinese names for the kinds that come with the service", () => {
  expect(titleOf(KINDS[2]!, "zh-CN")).toBe("人工审批");
  expect(titleOf(kind("own", "Own"), "zh-CN")).toBe("Own");
  expect(titleOf(KINDS[2]!, "en")).toBe("Approval");
});
