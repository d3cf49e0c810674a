/** What a new step begins with: it runs as it stands, and takes what the step before it gives. */

type Config = Record<string, unknown>;

const GREET = 'def main():\n    return {"greeting": "hello"}\n';
const TAKE = "def main(value):\n    print(value)\n    return value\n";
const EACH = {
  kind: "python",
  config: { code: "def main(item):\n    return item\n", args: { item: "${item}" } },
};

/** `value` is an expression for the step before, null where there is none. */
const STARTERS: Record<string, (value: string | null) => Config> = {
  python: (value) => (value ? { code: TAKE, args: { value } } : { code: GREET }),
  sql: (value) =>
    value ? { query: "select *\nfrom rows\n", tables: { rows: value } } : { query: "select 42 as answer\n" },
  transform: (value) => ({ expression: { value: value ?? "hello" } }),
  http: () => ({ method: "GET", url: "https://example.com" }),
  wait: () => ({ seconds: 5 }),
  approval: (value) => ({ message: value ? `Go on with ${value}?` : "Go on?" }),
  map: (value) => ({ items: value ?? ["a", "b", "c"], node: EACH }),
  llm: (value) => ({ url: "http://localhost:11434/v1", model: "llama3", prompt: value ?? "Say hello." }),
};

/** A kind without a starter begins with the example that it gives of itself. */
export function starterOf(kind: { kind: string; example: Config }, after: string | null): Config {
  const value = after === null ? null : `\${steps.${after}.output}`;
  return STARTERS[kind.kind]?.(value) ?? kind.example;
}
