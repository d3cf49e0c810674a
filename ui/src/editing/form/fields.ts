/** The fields of a step's form, from the JSON Schema of its kind. Pure. */

import type { DefinitionSchema } from "../schema";

/** How a field is written. */
export type Widget = "line" | "lines" | "code" | "map" | "json" | "choice" | "switch";

export interface FieldSchema extends DefinitionSchema {
  "x-widget"?: string;
  "x-language"?: string;
  "x-key"?: string;
  "x-expression"?: boolean;
  anyOf?: FieldSchema[];
}

export interface Field {
  name: string;
  schema: FieldSchema;
  widget: Widget;
  /** What the code is written in. */
  language: string;
  required: boolean;
}

export function fieldsOf(config: DefinitionSchema | null, values: Record<string, unknown>): Field[] {
  return Object.entries(config?.properties ?? {}).map(([name, property]): Field => {
    const schema = property as FieldSchema;
    return {
      name,
      schema,
      widget: widgetOf(schema, values[name]),
      language: schema["x-language"] ?? "text",
      required: config?.required?.includes(name) ?? false,
    };
  });
}

function widgetOf(schema: FieldSchema, value: unknown): Widget {
  const wished = schema["x-widget"];
  // A list where usually a text is, an expression in place of a table: written as what it is.
  if (value !== undefined && !fitsWidget(wished, value))
    return typeof value === "string" && wished === undefined ? "lines" : "json";
  if (wished === "map" || wished === "code" || wished === "json") return wished;
  if (wished === "text") return "lines";
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return value === undefined || typeof value === "boolean" ? "switch" : "line";
  const types = [schema, ...(schema.anyOf ?? [])].map(({ type }) => type);
  if (types.includes("object") || types.includes("array")) return "json";
  if (types.some((type) => type === "string" || type === "number" || type === "integer")) return "line";
  return "json";
}

function fitsWidget(widget: string | undefined, value: unknown): boolean {
  if (widget === "map") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (widget === "code" || widget === "text") return typeof value === "string";
  // One line is no place for several.
  if (widget === undefined && typeof value === "string" && value.includes("\n")) return false;
  return widget === "json" || typeof value !== "object" || value === null;
}

/** Whether what looks like a number is one here. */
export function takesNumbers({ type, anyOf = [] }: FieldSchema): boolean {
  return [type, ...anyOf.map((one) => one.type)].some((one) => one === "number" || one === "integer");
}
