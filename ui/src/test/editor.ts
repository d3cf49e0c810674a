/** What the editor asks the server: the schema, the kinds, and what is wrong with a definition. */

import { HttpResponse, http } from "msw";
import type { ProblemItem } from "../api/types";
import { server } from "./server";

const text = { type: "string" };
const nodeOf = (kind: string, config: object) => ({
  type: "object",
  required: ["id", "kind"],
  properties: {
    id: text,
    on_error: { enum: ["fail", "continue", "edges"] },
    retry_safe: { type: "boolean" },
    kind: { const: kind },
    config,
  },
});

/** The published schema in small. */
export const SCHEMA = {
  type: "object",
  required: ["nodes"],
  properties: {
    apiVersion: { const: "runwright/v1" },
    name: text,
    description: text,
    nodes: {
      type: "array",
      items: {
        oneOf: [
          nodeOf("python", {
            type: "object",
            properties: {
              code: { type: "string", title: "Code" },
              args: { type: "object", title: "Arguments", "x-widget": "map" },
            },
          }),
          nodeOf("sql", { type: "object", required: ["query"], properties: { query: text } }),
        ],
      },
    },
    edges: { type: "array", items: { type: "object", properties: { from: text, to: text, when: text } } },
    settings: { type: "object", properties: { on_failure: { enum: ["drain", "stop"] } } },
  },
};

export const KINDS = [
  {
    kind: "python",
    title: "Python",
    description: "Runs code.",
    example: { code: "def main():\n    return 1\n", args: { a: "${inputs.a}" } },
    allowed: true,
  },
  { kind: "sql", title: "SQL", description: "Asks rows.", example: { query: "select 1" }, allowed: true },
  // Known, and refused by this server: it is offered nowhere.
  {
    kind: "shell",
    title: "Shell",
    description: "Runs a command.",
    example: { command: "ls" },
    allowed: false,
  },
];

/** `problems` may depend on the definition that is asked about. What was asked is in the list that comes back. */
export function serveEditor(
  problems: readonly ProblemItem[] | ((definition: unknown) => readonly ProblemItem[]) = [],
): unknown[] {
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/v1/schemas/workflow", () => HttpResponse.json(SCHEMA)),
    http.get("*/api/v1/node-kinds", () => HttpResponse.json({ items: KINDS, next_cursor: null })),
    http.post("*/api/v1/workflows/validate", async ({ request }) => {
      const definition = await request.json();
      asked.push(definition);
      const found = typeof problems === "function" ? problems(definition) : problems;
      return HttpResponse.json({ valid: found.length === 0, problems: found });
    }),
  );
  return asked;
}
