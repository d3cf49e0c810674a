/** Kinds of step as one looks for them: by name, in either language, or by the first letters of the pinyin. */

import type { NodeKindItem } from "../completion";

/** Of the kinds that come with the service: the Chinese name, and the first letters of its syllables. */
const CHINESE: Record<string, { name: string; initials: string }> = {
  python: { name: "Python 代码", initials: "pythondm" },
  sql: { name: "SQL 查询", initials: "sqlcx" },
  http: { name: "HTTP 请求", initials: "httpqq" },
  transform: { name: "转换", initials: "zh" },
  wait: { name: "等待", initials: "dd" },
  map: { name: "逐项处理", initials: "zxcl" },
  approval: { name: "人工审批", initials: "rgsp" },
  workflow: { name: "子工作流", initials: "zgzl" },
  shell: { name: "Shell 命令", initials: "shellml" },
  llm: { name: "语言模型", initials: "yymx" },
};

export function titleOf(kind: NodeKindItem, language: string): string {
  return (language === "zh-CN" && CHINESE[kind.kind]?.name) || kind.title;
}

/** Those that have all the words, the ones whose name begins so first. */
export function found(kinds: readonly NodeKindItem[], words: string): NodeKindItem[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (kind: NodeKindItem): number => {
    const { name = "", initials = "" } = CHINESE[kind.kind] ?? {};
    const names = [kind.kind, kind.title, name, initials].map((one) => one.toLowerCase());
    if (wanted.every((word) => names.some((one) => one.startsWith(word)))) return 0;
    const all = [...names, kind.description.toLowerCase()];
    return wanted.every((word) => all.some((one) => one.includes(word))) ? 1 : 2;
  };
  return kinds
    .filter(({ allowed }) => allowed)
    .map((kind) => ({ kind, rank: rank(kind) }))
    .filter((one) => one.rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map(({ kind }) => kind);
}
