/** Both languages are in the first load (a few kB): switching needs no request. */

import i18next, { type i18n as I18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";
import { zhCN } from "./zh-CN";

type Words<T> = { readonly [K in keyof T]: T[K] extends string ? string : Words<T[K]> };
export type Messages = Words<typeof en>;

export type Language = "en" | "zh-CN";
export const LANGUAGES: readonly Language[] = ["en", "zh-CN"];
const REMEMBERED = "runwright.language";

/** What was chosen before, else the browser's first language that is one of ours. */
export function preferredLanguage(
  remembered: string | null = read(),
  offered: readonly string[] = navigator.languages ?? [navigator.language],
): Language {
  if (remembered === "en" || remembered === "zh-CN") return remembered;
  for (const tag of offered) {
    if (tag.toLowerCase().startsWith("zh")) return "zh-CN";
    if (tag.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

function read(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // storage may be switched off; then the browser's language holds
  }
}

export function startI18n(language: Language = preferredLanguage()): I18n {
  if (!i18next.isInitialized) {
    void i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: false, // a missing key must be seen in tests, never papered over by the other language
      resources: { en: { translation: en }, "zh-CN": { translation: zhCN } },
      interpolation: { escapeValue: false },
      initAsync: false,
    });
  }
  document.documentElement.lang = i18next.language;
  return i18next;
}

export function changeLanguage(language: Language): void {
  try {
    localStorage.setItem(REMEMBERED, language);
  } catch {
    // not remembered then
  }
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}
