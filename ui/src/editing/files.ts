/** Workflow files: taken in from a person's disk, and given out. */

/** The server's default limit of a body; it says so itself where another one holds. */
export const MOST_BYTES = 1024 * 1024;

export interface ImportedFile {
  name: string;
  text: string;
}

export type ImportRefusal = "too_large" | "wrong_type" | "not_text" | "unreadable";

export class FileRefused extends Error {
  constructor(
    readonly code: ImportRefusal,
    readonly file: string,
    readonly bytes: number,
  ) {
    super(`${file}: ${code}`);
  }
}

/** The file's text. Refused by its name and size before a byte of it is read. */
export async function readFile(file: File): Promise<ImportedFile> {
  if (!/\.(ya?ml|json)$/i.test(file.name)) throw new FileRefused("wrong_type", file.name, file.size);
  if (file.size > MOST_BYTES) throw new FileRefused("too_large", file.name, file.size);
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new FileRefused("unreadable", file.name, file.size); // moved or deleted since it was chosen
  }
  try {
    return { name: file.name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw new FileRefused("not_text", file.name, file.size);
  }
}

export function offerDownload(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** A workflow's name as the name of a file on any system. */
export function fileName(name: string, extension: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not stand in a file's name
  return `${name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, "-").slice(0, 100) || "workflow"}.${extension}`;
}
