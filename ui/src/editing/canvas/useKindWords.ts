import { useTranslation } from "react-i18next";
import type { NodeKindItem } from "../completion";

const OWN = [
  "python",
  "sql",
  "transform",
  "http",
  "wait",
  "approval",
  "map",
  "workflow",
  "shell",
  "llm",
] as const;
type Own = (typeof OWN)[number];

const isOwn = (kind: string): kind is Own => (OWN as readonly string[]).includes(kind);

/** What a kind is called and does, in the reader's language; a kind of a package in its own words. */
export function useKindWords() {
  const { t } = useTranslation();
  return ({ kind, title, description }: NodeKindItem) =>
    isOwn(kind)
      ? { word: t(`kind.${kind}.word`), hint: t(`kind.${kind}.hint`) }
      : { word: title, hint: description };
}
