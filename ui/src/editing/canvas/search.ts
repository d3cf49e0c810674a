/** Searching in two languages: words, parts of words, and for Chinese the first letters of its pinyin. */

/** The first character of each letter in the order of pinyin, as the browser's own collation has it. */
const FIRST = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥撒它穵夕丫帀";
const LETTERS = "abcdefghjklmnopqrstwxyz";
const order = new Intl.Collator("zh-Hans-CN-u-co-pinyin");

/** `等待` -> `dd`; what is no Chinese character stays as it is. */
export function initials(text: string): string {
  return [...text.toLowerCase()].map((one) => (/[\u4e00-\u9fff]/.test(one) ? letterOf(one) : one)).join("");
}

function letterOf(character: string): string {
  let at = 0;
  while (at + 1 < FIRST.length && order.compare(FIRST[at + 1]!, character) <= 0) at += 1;
  return LETTERS[at]!;
}

/** How well a text fits what is looked for: 0 best, null not at all. */
export function fits(wanted: string, words: readonly string[]): number | null {
  const query = wanted.trim().toLowerCase();
  if (query === "") return 0;
  let best: number | null = null;
  for (const [place, word] of words.entries()) {
    for (const form of new Set([word.toLowerCase(), initials(word)])) {
      const at = form.indexOf(query);
      if (at < 0) continue;
      const rank = (at === 0 ? 0 : /\W/.test(form[at - 1]!) ? 1 : 2) + place * 3;
      if (best === null || rank < best) best = rank;
    }
  }
  return best;
}

/** Those that fit, the best first; otherwise in the order they have. */
export function found<T>(wanted: string, all: readonly T[], wordsOf: (one: T) => readonly string[]): T[] {
  return all
    .map((one, place) => ({ one, place, rank: fits(wanted, wordsOf(one)) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => a.rank! - b.rank! || a.place - b.place)
    .map(({ one }) => one);
}
