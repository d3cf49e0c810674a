/** When a trigger fires, and what is wrong with its settings, in the reader's language. */

import cronstrue from "cronstrue";
import "cronstrue/locales/zh_CN";
import type { TFunction } from "i18next";
import type { Trigger } from "../../api/triggers";
import type { ProblemItem } from "../../api/types";
import { UNITS } from "./draft";

/** A cron text as a sentence; the text itself where it can't be told. */
export function cronWords(text: string, language: string): string {
  try {
    const locale = language === "zh-CN" ? "zh_CN" : "en";
    return cronstrue.toString(text, { locale, use24HourTimeFormat: true });
  } catch {
    return text;
  }
}

export function everyWords(seconds: number, t: TFunction): string {
  const unit = UNITS.findLast((one) => seconds % one === 0) ?? 1;
  return t(`triggers.every.u${unit}` as never, { count: seconds / unit }) as string;
}

export function whenWords(trigger: Trigger, t: TFunction, language: string): string {
  if (trigger.kind === "cron") return cronWords(trigger.cron ?? "", language);
  return trigger.kind === "interval" ? everyWords(trigger.every_s ?? 0, t) : t("triggers.called");
}

/** The page's own words for what the server refuses; the server's where there are none. */
export function problemWords(problem: ProblemItem, t: TFunction, language: string): string {
  const known = t(`triggers.problem.${problem.code}` as never, {
    defaultValue: "",
    ...problem.params,
    field: problem.params?.field ? t(`triggers.field.${problem.params.field}` as never) : "",
  }) as string;
  if (known) return known;
  return language === "en" ? `${problem.message} ${problem.advice}` : problem.message;
}
