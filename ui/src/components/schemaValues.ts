/** Between what a form holds (text, switches) and the JSON a workflow takes. Pure. */

import type { JsonSchema } from "../api/types";
import type { Json } from "../execution/events";

export type FormValues = Record<string, string | boolean>;
export type FieldKind = "string" | "number" | "integer" | "boolean" | "enum" | "json";

/** A key under `run.` in the translations, with its parameters. */
export interface FieldProblem {
  key: string;
  params?: Record<string, number>;
}

export function fieldKind(schema: JsonSchema): FieldKind {
  if (Array.isArray(schema.enum)) return "enum";
  const type = Array.isArray(schema.type) ? "json" : schema.type;
  if (type === "string" || type === "number" || type === "integer" || type === "boolean") return type;
  return "json";
}

/** What a field is called and what it says, in the reader's language where the workflow has it. */
export function fieldWords(schema: JsonSchema, language: string): { title?: string; description?: string } {
  const { title, description } = schema;
  const words = title === undefined ? {} : { title };
  return {
    ...words,
    ...(description === undefined ? {} : { description }),
    ...schema["x-i18n"]?.[language],
  };
}

/** The schema with what was given before as its defaults, so that a form begins with it. */
export function withGiven(schema: JsonSchema | undefined, given: Json | undefined): JsonSchema | undefined {
  if (!schema?.properties || given === null || typeof given !== "object" || Array.isArray(given))
    return schema;
  const fields = Object.entries(schema.properties).map(([name, field]) => [
    name,
    name in given ? { ...field, default: given[name] } : field,
  ]);
  return { ...schema, properties: Object.fromEntries(fields) };
}

export function initialValues(schema: JsonSchema | undefined): FormValues {
  const values: FormValues = {};
  for (const [name, field] of Object.entries(schema?.properties ?? {})) {
    const kind = fieldKind(field);
    const given = field.default;
    if (kind === "boolean") values[name] = given === true;
    else if (given === undefined) values[name] = "";
    else if (kind === "enum") values[name] = JSON.stringify(given);
    else if (kind === "json") values[name] = JSON.stringify(given, null, 2);
    else values[name] = String(given);
  }
  return values;
}

/** The inputs to send, and what is wrong by field. An empty field that may be empty is left out. */
export function readValues(
  schema: JsonSchema | undefined,
  values: FormValues,
): { inputs: Record<string, Json>; problems: Record<string, FieldProblem> } {
  const inputs: Record<string, Json> = {};
  const problems: Record<string, FieldProblem> = {};
  for (const [name, field] of Object.entries(schema?.properties ?? {})) {
    const read = readField(field, values[name] ?? "", schema?.required?.includes(name) ?? false);
    if (read.problem) problems[name] = read.problem;
    else if (read.value !== undefined) inputs[name] = read.value;
  }
  return { inputs, problems };
}

interface Read {
  value?: Json;
  problem?: FieldProblem;
}

function readField(schema: JsonSchema, value: string | boolean, required: boolean): Read {
  if (typeof value === "boolean") return { value };
  const kind = fieldKind(schema);
  if (value.trim() === "") {
    if (!required) return {};
    return kind === "string" && schema.minLength === 0 ? { value } : { problem: { key: "required" } };
  }
  if (kind === "string") return readText(schema, value);
  if (kind === "number" || kind === "integer") return readNumber(schema, value, kind);
  try {
    return { value: JSON.parse(value) as Json };
  } catch {
    return { problem: { key: "json" } };
  }
}

function readText(schema: JsonSchema, value: string): Read {
  if (schema.minLength !== undefined && [...value].length < schema.minLength) {
    return { problem: { key: "minLength", params: { count: schema.minLength } } };
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, value)) return { problem: { key: "pattern" } };
  return { value };
}

/** A pattern this browser cannot read is left to the server. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function readNumber(schema: JsonSchema, text: string, kind: "number" | "integer"): Read {
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: { key: "number" } };
  if (kind === "integer" && !Number.isInteger(value)) return { problem: { key: "integer" } };
  const { minimum, maximum } = schema;
  if (minimum !== undefined && value < minimum) return { problem: { key: "min", params: { min: minimum } } };
  if (maximum !== undefined && value > maximum) return { problem: { key: "max", params: { max: maximum } } };
  return { value };
}
