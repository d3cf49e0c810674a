/** Two texts line by line: which lines stand only on one side. */

export interface DiffLine {
  /** Line numbers from 1; null on the side where it is missing. */
  left: number | null;
  right: number | null;
  text: string;
}

/** Beyond it the middle is shown as wholly replaced: the table of a comparison grows with the product. */
const MOST_CELLS = 4_000_000;

export function lineDiff(left: string, right: string): DiffLine[] {
  const a = left.split("\n");
  const b = right.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const same = (count: number, fromLeft: number, fromRight: number): DiffLine[] =>
    Array.from({ length: count }, (_, n) => ({
      left: fromLeft + n + 1,
      right: fromRight + n + 1,
      text: a[fromLeft + n]!,
    }));
  return [
    ...same(head, 0, 0),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head),
    ...same(tail, a.length - tail, b.length - tail),
  ];
}

/** By the longest common subsequence. */
function middle(a: readonly string[], b: readonly string[], offset: number): DiffLine[] {
  const removed = (n: number): DiffLine => ({ left: offset + n + 1, right: null, text: a[n]! });
  const added = (n: number): DiffLine => ({ left: null, right: offset + n + 1, text: b[n]! });
  if (a.length * b.length > MOST_CELLS) {
    return [...a.map((_, n) => removed(n)), ...b.map((_, n) => added(n))];
  }
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ left: offset + i + 1, right: offset + j + 1, text: a[i]! });
      i += 1;
      j += 1;
    } else if (
      j >= b.length ||
      (i < a.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)
    ) {
      lines.push(removed(i++));
    } else lines.push(added(j++));
  }
  return lines;
}
