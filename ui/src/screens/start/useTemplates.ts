/** What a new workflow can begin from, in the reader's words. */

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Template } from "../../api/types";
import { workflowApi } from "../../api/workflows";
import { useKindWords } from "../../editing/canvas/useKindWords";
import type { NodeKindItem } from "../../editing/completion";

const OWN = [
  "two-steps",
  "weather-report",
  "file-to-figures",
  "http-with-retry",
  "ask-before-sending",
  "year-by-year",
  "wait-and-look-again",
  "two-years",
  "sort-letters",
  "shell-words",
] as const;
type Own = (typeof OWN)[number];

const isOwn = (name: string): name is Own => (OWN as readonly string[]).includes(name);

export interface Told extends Template {
  title: string;
  sentence: string;
  /** What each of its kinds is called. */
  kindWords: ReadonlyMap<string, string>;
  /** The kinds that this server does not run; with any of them nobody can begin from it. */
  off: readonly string[];
  /** What it is found by. */
  words: readonly string[];
}

export function useTemplates() {
  const { i18n } = useTranslation();
  const wordsOf = useKindWords();
  const forever = { staleTime: Number.POSITIVE_INFINITY };
  const templates = useQuery({ queryKey: ["templates"], queryFn: workflowApi.templates, ...forever });
  const kinds = useQuery({ queryKey: ["node-kinds"], queryFn: workflowApi.kinds, ...forever });
  const known = new Map((kinds.data?.items ?? []).map((item) => [item.kind, item]));
  const said = (["en", "zh-CN"] as const).map((language) => i18n.getFixedT(language));
  const own = i18n.getFixedT(i18n.language);
  const tell = (template: Template): Told => {
    const { name, description } = template;
    const title = isOwn(name) ? own(`template.${name}.title`) : name;
    const sentence = isOwn(name) ? own(`template.${name}.text`) : description;
    const titles = isOwn(name) ? said.map((say) => say(`template.${name}.title`)) : [];
    const kindWords = new Map(template.kinds.map((kind) => [kind, wordOf(known.get(kind), kind, wordsOf)]));
    const off = template.kinds.filter((kind) => !known.get(kind)?.allowed);
    const words = [title, ...titles, name, ...template.kinds, ...kindWords.values(), sentence];
    return { ...template, title, sentence, kindWords, off, words };
  };
  const both = [templates, kinds];
  return {
    items: templates.data && kinds.data ? templates.data.items.map(tell) : null,
    error: both.find(({ isError }) => isError)?.error ?? null,
    again: () => {
      for (const query of both) if (query.isError) void query.refetch();
    },
  };
}

const wordOf = (item: NodeKindItem | undefined, kind: string, words: ReturnType<typeof useKindWords>) =>
  item ? words(item).word : kind;
