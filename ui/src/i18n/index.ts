/** The language that is spoken comes before anything is drawn, the other soon after: then switching needs no request. */

import i18next, { type i18n as I18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { en } from "./en";

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

const WORDS: Record<Language, () => Promise<Messages>> = {
  en: () => import("./en").then((module) => module.en),
  "zh-CN": () => import("./zh-CN").then((module) => module.zhCN),
};

export const wordsOf = (language: Language): Promise<Messages> => WORDS[language]();

/** `words` are those at hand; what is spoken must be among them. */
export function startI18n(
  language: Language = preferredLanguage(),
  words: Partial<Record<Language, Messages>> = {},
): I18n {
  if (!i18next.isInitialized) {
    void i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: false, // a missing key must be seen in tests, never papered over by the other language
      resources: Object.fromEntries(
        Object.entries(words).map(([name, translation]) => [name, { translation }]),
      ),
      interpolation: { escapeValue: false },
      initAsync: false,
    });
  }
  document.documentElement.lang = i18next.language;
  return i18next;
}

const isHere = (language: Language): boolean => i18next.hasResourceBundle(language, "translation");

/** Every language's words. What did not come is asked for again when it is needed. */
export async function loadWords(languages: readonly Language[] = LANGUAGES): Promise<void> {
  await Promise.all(
    languages
      .filter((language) => !isHere(language))
      .map(async (language) => {
        i18next.addResourceBundle(language, "translation", await wordsOf(language));
      }),
  );
}

export function changeLanguage(language: Language): void {
  try {
    localStorage.setItem(REMEMBERED, language);
  } catch {
    // not remembered then
  }
  const speak = () => {
    document.documentElement.lang = language;
    void i18next.changeLanguage(language);
  };
  if (isHere(language)) speak();
  // While the server does not answer, which the page tells, the language stays.
  else loadWords([language]).then(speak, () => {});
}
