/** Files that come into the editor, and what it gives out as one. */

import { useState } from "react";
import { readText, toText } from "./definitionText";
import { isObject } from "./drawable";
import { FileRefused, fileName, type ImportedFile, offerDownload, readFile } from "./files";
import type { Editing } from "./useEditing";

export function useFile(editing: Editing, arrived: ImportedFile | null) {
  const [imported, setImported] = useState<string | null>(arrived?.name ?? null);
  const [refused, setRefused] = useState<FileRefused | null>(null);
  const take = async (file: File) => {
    setRefused(null);
    setImported(null);
    try {
      const { name, text } = await readFile(file);
      editing.replace(asYaml(name, text));
      setImported(name);
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      setRefused(error);
    }
  };
  const give = (format: "yaml" | "json") => {
    const { value } = readText(editing.text);
    const name = isObject(value) && typeof value.name === "string" ? value.name : "workflow";
    if (format === "yaml") offerDownload(fileName(name, "yaml"), editing.text, "application/yaml");
    else offerDownload(fileName(name, "json"), `${JSON.stringify(value, null, 2)}\n`, "application/json");
  };
  const forget = () => {
    setImported(null);
    setRefused(null);
  };
  return { imported, refused, take, give, forget };
}

/** JSON is edited as YAML; what cannot be read comes as it is, to be mended. */
export function asYaml(name: string, text: string): string {
  const read = readText(text);
  if (read.value === undefined) return text;
  // As the API's own form carries it: {name, definition}.
  const inner = isObject(read.value) && isObject(read.value.definition) && !("nodes" in read.value);
  const definition = inner ? (read.value as { definition: unknown }).definition : read.value;
  return inner || /\.json$/i.test(name) ? toText(definition) : text;
}
