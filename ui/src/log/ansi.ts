/**
 * Colours that programs write for terminals (SGR: 16 colours, 256, true colour, weight, lines). Everything
 * else a terminal would obey (moving the cursor, titles, links) is taken out. What stays is data: the page
 * never makes markup of it.
 */

export interface Style {
  /** 0–15, the terminal's own palette, or a CSS colour. */
  color?: number | string;
  background?: number | string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  inverse?: boolean;
}

export interface Span extends Style {
  text: string;
}

const ESC = "\u001b";
// OSC (titles, links: up to BEL or ST), CSI, other two-character escapes, then lone control characters.
const CONTROL = new RegExp(
  `${ESC}\\][^\\u0007${ESC}]*(?:\\u0007|${ESC}\\\\)?|${ESC}\\[([0-?]*)[ -/]*([@-~])?|${ESC}[ -/]*[0-~]?|[\\u0000-\\u0008\\u000b-\\u001a\\u001c-\\u001f\\u007f]`,
  "g",
);

/** Without any code for a terminal. */
export function plain(text: string): string {
  return text.replace(CONTROL, "");
}

export function spans(text: string): Span[] {
  // Nearly every line has none.
  if (!text.includes(ESC)) return [{ text: plain(text) }];
  const found: Span[] = [];
  let style: Style = {};
  let from = 0;
  const take = (until: number) => {
    if (until > from) found.push({ ...style, text: text.slice(from, until) });
  };
  for (const match of text.matchAll(CONTROL)) {
    take(match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") style = restyled(style, match[1] ?? "");
  }
  take(text.length);
  return found;
}

type Flag = "bold" | "dim" | "italic" | "underline" | "inverse" | "strike";
const FLAGS: Record<number, Flag> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
};
const OFF: Record<number, Flag[]> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
};

function restyled(before: Style, parameters: string): Style {
  // "4:3" is a kind of underline, "38:2::r:g:b" a colour: colons part one parameter as semicolons part all.
  const codes = parameters
    .replace(/([34]8:2):[^:;]*:(?=\d+:\d+:\d+)/g, "$1:")
    .replace(/(^|;)4:(\d+)/g, (_, start: string, kind: string) => `${start}${kind === "0" ? 24 : 4}`)
    .split(/[;:]/)
    .map((code) => (code === "" ? 0 : Number(code)));
  let style = { ...before };
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index]!;
    const flag = FLAGS[code];
    if (code === 0) style = {};
    else if (flag) style[flag] = true;
    else if (code === 21) style.underline = true;
    else if (OFF[code]) for (const off of OFF[code]) delete style[off];
    else if (code >= 30 && code <= 37) style.color = code - 30;
    else if (code >= 90 && code <= 97) style.color = code - 90 + 8;
    else if (code >= 40 && code <= 47) style.background = code - 40;
    else if (code >= 100 && code <= 107) style.background = code - 100 + 8;
    else if (code === 39) delete style.color;
    else if (code === 49) delete style.background;
    else if (code === 38 || code === 48) {
      const [color, used] = extended(codes.slice(index + 1));
      if (color !== null) style[code === 38 ? "color" : "background"] = color;
      index += used;
    }
  }
  return style;
}

const isByte = (value: number | undefined): value is number =>
  value !== undefined && value >= 0 && value < 256;

/** After 38 or 48: the colour, and how many codes it took. */
function extended([kind, a, b, c]: number[]): [number | string | null, number] {
  if (kind === 5) return [isByte(a) ? indexed(a) : null, 2];
  if (kind === 2) return [isByte(a) && isByte(b) && isByte(c) ? `rgb(${a} ${b} ${c})` : null, 4];
  return [null, 1];
}

function indexed(index: number): number | string {
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}
