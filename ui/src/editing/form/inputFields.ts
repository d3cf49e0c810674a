/** The inputs of a workflow as a person thinks of them, to and from their JSON Schema. Pure. */

import { isObject } from "../drawable";

export const TYPES = ["text", "number", "whole", "yesno", "choice", "list", "object"] as const;
export type InputType = (typeof TYPES)[number];

export interface InputField {
  name: string;
  /** null: a schema that only the text can write. */
  type: InputType | null;
  title: string;
  description: string;
  default: unknown;
  required: boolean;
  choices: readonly unknown[];
}

const SCHEMA: Record<InputType, Record<string, unknown>> = {
  text: { type: "string" },
  number: { type: "number" },
  whole: { type: "integer" },
  yesno: { type: "boolean" },
  choice: { type: "string", enum: [""] },
  list: { type: "array" },
  object: { type: "object" },
};

export function inputsOf(schema: unknown): InputField[] {
  const { properties, required } = (isObject(schema) ? schema : {}) as Record<string, unknown>;
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(isObject(properties) ? properties : {}).map(([name, own]): InputField => {
    const field = isObject(own) ? own : {};
    return {
      name,
      type: typeOf(field),
      title: typeof field.title === "string" ? field.title : "",
      description: typeof field.description === "string" ? field.description : "",
      default: field.default,
      required: needed.includes(name),
      choices: Array.isArray(field.enum) ? (field.enum as unknown[]) : [],
    };
  });
}

function typeOf({ type, enum: choices }: Record<string, unknown>): InputType | null {
  if (Array.isArray(choices)) return "choice";
  const found = TYPES.find((one) => one !== "choice" && SCHEMA[one].type === type);
  return found ?? null;
}

/** What is set, by field; undefined takes it out. What the old type alone had is gone. */
export function typed(type: InputType): Record<string, unknown> {
  return { enum: undefined, default: undefined, minimum: undefined, maximum: undefined, ...SCHEMA[type] };
}

/** Choices as they are typed, one on each line. */
export const choicesIn = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  ),
];
