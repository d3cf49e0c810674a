/**
 * Where in a definition a cursor stands, seen line by line: while somebody types, the text is hardly ever YAML
 * that a parser can read, yet indentation tells which field is being written.
 */

export type Path = readonly (string | number)[];

/** A field or a list item that begins on some line. */
interface Entry {
  path: Path;
  key: string | null;
  /** What stands behind `key:` on that line. */
  value: string;
}

export interface Place {
  /** The object or list the cursor is in. */
  container: Path;
  /** The field whose value is being written; null where a field's name is. */
  key: string | null;
  /** What is written of the name or value up to the cursor. */
  word: string;
  /** Whether the cursor stands at the very beginning of a list item. */
  opensItem: boolean;
}

export interface Outline {
  place: Place | null;
  /** Fields there are already, by the path of their container (as JSON), with their text. */
  fields: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

interface Level {
  column: number;
  kind: "map" | "list";
  path: Path;
  index: number;
  lastKey: string;
}

const FIELD = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:[\]{},'"&*!|>%@`][^:#{}[\],]*?)\s*:(?=\s|$)\s*/;
const OPENS_TEXT = /^[|>][-+\d]*\s*(#.*)?$/;

class Scanner {
  readonly fields = new Map<string, Map<string, string>>();
  private levels: Level[] = [{ column: 0, kind: "map", path: [], index: 0, lastKey: "" }];
  /** Lines further in than this are the text of a block scalar. */
  private textBelow: number | null = null;

  /** Whether the line is inside a block scalar; then it holds no field. A cursor on a bare line says it by its column. */
  isText(line: string, cursor: number | null): boolean {
    if (this.textBelow === null) return false;
    const bare = line.trim() === "";
    if (bare ? cursor === null || cursor > this.textBelow : indentOf(line) > this.textBelow) return true;
    this.textBelow = null;
    return false;
  }

  /** Read the list marks and the field of a line; what is left unread begins at `rest`. */
  line(line: string): Entry & { rest: number; opensItem: boolean } {
    let column = indentOf(line);
    let opensItem = false;
    while (/^-(\s|$)/.test(line.slice(column))) {
      this.item(column);
      opensItem = true;
      column += 1;
      column += indentOf(line.slice(column));
    }
    const found = FIELD.exec(line.slice(column));
    const path = this.container(column);
    if (!found) return { path, key: null, value: line.slice(column), rest: column, opensItem };
    const key = found[1]!.replace(/^["']|["']$/g, "");
    const value = line.slice(column + found[0].length);
    this.levels.at(-1)!.lastKey = key;
    this.note(path, key, value);
    if (OPENS_TEXT.test(value)) this.textBelow = column;
    return { path, key, value, rest: column + found[0].length, opensItem };
  }

  note(path: Path, key: string, value: string): void {
    const at = JSON.stringify(path);
    if (!this.fields.has(at)) this.fields.set(at, new Map());
    this.fields.get(at)!.set(key, value.trim());
  }

  /** The object that a field beginning at `column` belongs to. */
  private container(column: number): Path {
    this.leave((level) => level.column > column || (level.column === column && level.kind === "list"));
    const around = this.levels.at(-1)!;
    if (around.column === column && around.kind === "map") return around.path;
    const path = around.kind === "list" ? [...around.path, around.index] : this.below(around);
    this.levels.push({ column, kind: "map", path, index: 0, lastKey: "" });
    return path;
  }

  private item(column: number): void {
    this.leave((level) => level.column > column);
    const around = this.levels.at(-1)!;
    if (around.column === column && around.kind === "list") {
      around.index += 1;
      return;
    }
    const path = around.kind === "list" ? [...around.path, around.index] : this.below(around);
    this.levels.push({ column, kind: "list", path, index: 0, lastKey: "" });
  }

  private below(around: Level): Path {
    return around.lastKey ? [...around.path, around.lastKey] : around.path;
  }

  private leave(left: (level: Level) => boolean): void {
    while (this.levels.length > 1 && left(this.levels.at(-1)!)) this.levels.pop();
  }
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Look through a text; `place` is where the offset is, null inside a block of text or a comment. */
export function outline(text: string, offset: number): Outline {
  const scanner = new Scanner();
  let place: Place | null = null;
  let start = 0;
  for (const line of text.split("\n")) {
    const end = start + line.length;
    const here = start <= offset && offset <= end;
    const comment = line.trimStart().startsWith("#");
    const cursor = here ? offset - start : null;
    if (!scanner.isText(line, cursor) && !comment && (here || line.trim() !== "")) {
      if (here) place = placeIn(scanner, line, offset - start);
      else flowFields(scanner, scanner.line(line));
    }
    start = end + 1;
  }
  return { place, fields: scanner.fields };
}

function placeIn(scanner: Scanner, line: string, column: number): Place | null {
  const before = line.slice(0, column);
  if (/(^|\s)#/.test(before) && !/["'].*#/.test(before)) return null;
  // A name half written is no field yet; without it the line says which object it will belong to.
  const entry = scanner.line(before.trim() === "" ? before.padEnd(column) : before);
  flowFields(scanner, { ...entry, value: line.slice(entry.rest) });
  const written = before.slice(entry.rest);
  const base = entry.key === null ? entry.path : [...entry.path, entry.key];
  if (/^[[{]/.test(written)) return inFlow(written, base);
  return {
    container: entry.path,
    key: entry.key,
    word: written.trimStart(),
    opensItem: entry.opensItem && entry.key === null,
  };
}

/** `{from: a, to: b}` on one line is noted as fields are. */
function flowFields(scanner: Scanner, entry: Pick<Entry, "path" | "key" | "value">): void {
  const inside = /^\{(.*?)\}?\s*$/.exec(entry.value)?.[1];
  if (inside === undefined) return;
  const path = entry.key === null ? entry.path : [...entry.path, entry.key];
  for (const part of inside.split(",")) {
    const [key, ...value] = part.split(":");
    if (value.length > 0) scanner.note(path, key!.trim(), value.join(":"));
  }
}

/** Inside `{...}` or `[...]` on the cursor's own line. */
function inFlow(written: string, base: Path): Place {
  const open: { mark: string; path: Path; key: string | null; index: number }[] = [];
  let word = "";
  let quote = "";
  const top = () => open.at(-1);
  for (const character of written) {
    if (quote) {
      if (character === quote) quote = "";
      word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word += character;
    } else if (character === "{" || character === "[") {
      const around = top();
      const path = around ? [...around.path, around.key ?? around.index] : base;
      open.push({ mark: character, path, key: null, index: 0 });
      word = "";
    } else if (character === "}" || character === "]") {
      open.pop();
      word = "";
    } else if (character === ",") {
      const around = top();
      if (around) Object.assign(around, { key: null, index: around.index + 1 });
      word = "";
    } else if (character === ":" && top()?.mark === "{" && top()!.key === null) {
      top()!.key = word.trim().replace(/^["']|["']$/g, "");
      word = "";
    } else word += character;
  }
  const around = top();
  if (!around) return { container: base, key: null, word: "", opensItem: false };
  const path = around.mark === "[" ? [...around.path, around.index] : around.path;
  return { container: path, key: around.key, word: word.trimStart(), opensItem: false };
}
