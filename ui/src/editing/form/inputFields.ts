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
  /** Which numbers its choices are; null: they are no numbers. */
  numbers: Wanted | null;
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
    const choices: unknown[] = Array.isArray(field.enum) ? field.enum : [];
    return {
      name,
      type: typeOf(field),
      title: typeof field.title === "string" ? field.title : "",
      description: typeof field.description === "string" ? field.description : "",
      default: field.default,
      required: needed.includes(name),
      choices,
      numbers: numbersOf(field.type, choices),
    };
  });
}

function typeOf({ type, enum: choices }: Record<string, unknown>): InputType | null {
  if (Array.isArray(choices)) return "choice";
  const found = TYPES.find((one) => one !== "choice" && SCHEMA[one].type === type);
  return found ?? null;
}

function numbersOf(type: unknown, choices: readonly unknown[]): Wanted | null {
  if (type === "integer" || type === "number") return type;
  const told = type === undefined && choices.length > 0;
  return told && choices.every((choice) => typeof choice === "number") ? "number" : null;
}

/** What is set, by field; undefined takes it out. What the old type alone had is gone. */
export function typed(type: InputType): Record<string, unknown> {
  return { enum: undefined, default: undefined, minimum: undefined, maximum: undefined, ...SCHEMA[type] };
}

/** A choice as a line of its field. */
export const lineOf = (choice: unknown): string =>
  typeof choice === "string" ? choice : (JSON.stringify(choice) ?? "");

/** What is asked where a text is no value of its type, by its word among those of `run`. */
export type Wanted = "number" | "integer";

type Read<T> = { value: T } | { wanted: Wanted };

/** What one line says among the choices: one that was there is what it was, a new one what the type makes of it. */
export function choiceIn(text: string, { choices, numbers }: InputField): Read<unknown> {
  const old = choices.find((choice) => lineOf(choice) === text);
  if (old !== undefined) return { value: old };
  if (numbers === null) return { value: text };
  const number = Number(text);
  const is = numbers === "integer" ? Number.isInteger(number) : Number.isFinite(number);
  return is ? { value: number } : { wanted: numbers };
}

/** Choices as they are typed, one on each line, each once. */
export function choicesIn(text: string, input: InputField): Read<unknown[]> {
  const found = new Set<unknown>();
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    // A text and a number may look alike: each line is another one.
    const choices = input.choices.filter((choice) => !found.has(choice));
    const read = choiceIn(line, { ...input, choices });
    if ("wanted" in read) return read;
    found.add(read.value);
  }
  return { value: [...found] };
}
