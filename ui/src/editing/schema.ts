/** The published JSON Schema of a definition, asked by path: which fields there are and which values they take. */

import type { JsonSchema } from "../api/types";
import type { Path } from "./outline";

export interface DefinitionSchema extends JsonSchema {
  const?: string;
  items?: DefinitionSchema;
  oneOf?: DefinitionSchema[];
  properties?: Record<string, DefinitionSchema>;
}

/** The schema at a path. `kindOf` says the kind of the node at an index; without it all kinds' fields fit. */
export function schemaAt(
  root: DefinitionSchema,
  path: Path,
  kindOf: (index: number) => string | null,
): DefinitionSchema | null {
  let schema: DefinitionSchema | null = root;
  for (const [depth, step] of path.entries()) {
    if (schema === null) return null;
    if (typeof step === "number") {
      schema = schema.items ?? null;
      if (schema?.oneOf) schema = chosen(schema.oneOf, path[depth - 1] === "nodes" ? kindOf(step) : null);
      continue;
    }
    const further: DefinitionSchema | boolean | undefined =
      schema.properties?.[step] ?? (schema.additionalProperties as DefinitionSchema | boolean | undefined);
    schema = typeof further === "object" ? further : null;
  }
  return schema;
}

function chosen(kinds: readonly DefinitionSchema[], kind: string | null): DefinitionSchema {
  const one = kinds.find(({ properties }) => properties?.kind?.const === kind);
  if (one) return one;
  // Before a kind is chosen: every field any kind has, and the kinds to choose from.
  const kindField = { enum: kinds.flatMap(({ properties }) => properties?.kind?.const ?? []) };
  const all = Object.assign(
    {},
    ...kinds.map(({ properties }) => properties),
  ) as DefinitionSchema["properties"];
  return { type: "object", required: ["id", "kind"], properties: { ...all, kind: kindField, config: {} } };
}

/** The values a field may have, where they can be counted. */
export function valuesOf(schema: DefinitionSchema | null): string[] {
  if (!schema) return [];
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.enum) return schema.enum.map(String);
  return schema.type === "boolean" ? ["true", "false"] : [];
}

/** How a field's value begins: on its own lines, or behind the colon. */
export function opensBlock(schema: DefinitionSchema): boolean {
  return schema.type === "object" || schema.type === "array" || schema.properties !== undefined;
}
