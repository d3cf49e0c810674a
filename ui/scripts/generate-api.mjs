/**
 * Types of the HTTP interface from its OpenAPI document: `npm run generate:api -- openapi.json`.
 * With `--check` nothing is written and a stale src/api/schema.ts ends with exit code 1.
 */
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";

const [source, ...flags] = process.argv.slice(2);
if (!source) {
  console.error("Name the OpenAPI document: npm run generate:api -- openapi.json [--check]");
  process.exit(2);
}
const target = new URL("../src/api/schema.ts", import.meta.url);
const document = JSON.parse(await readFile(resolve(source), "utf8"));
const types = astToString(await openapiTS(document));
const text = `// Generated from the server's OpenAPI document by \`npm run generate:api\`; do not edit.\n${types}`;
if (flags.includes("--check")) {
  if ((await readFile(target, "utf8").catch(() => "")) !== text) {
    console.error("src/api/schema.ts is stale: run npm run generate:api -- <openapi.json>");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
