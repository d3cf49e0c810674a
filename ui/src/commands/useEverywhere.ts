/** What works on every screen: the palette, the sheet of keys, the ways to the screens, language and theme. */

import { useMantineColorScheme } from "@mantine/core";
import { type ComponentType, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { IconName } from "../components/Icon";
import { useKeys } from "../components/useKeys";
import { changeLanguage, loadWords } from "../i18n";
import { listAddress } from "../screens/list/views";
import { isMac, KEYS } from "./keys";
import { type Command, useCommands } from "./registry";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const GOALS: readonly { what: keyof typeof KEYS.everywhere; to: string; icon: IconName }[] = [
  { what: "workflows", to: "/workflows", icon: "workflows" },
  { what: "executions", to: "/executions", icon: "executions" },
  { what: "queue", to: "/queue", icon: "queue" },
  { what: "triggers", to: "/triggers", icon: "triggers" },
  { what: "create", to: "/workflows/start", icon: "plus" },
];
/** How long `g` waits for the letter that says where to. Milliseconds. */
const CHORD = 1_500;

export function useEverywhere() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [sheet, setSheet] = useState(false);
  const palette = usePalette();
  const nextTheme = THEMES[(THEMES.indexOf(colorScheme) + 1) % THEMES.length]!;
  const openSheet = () => setSheet(true);
  const switchTheme = () => setColorScheme(nextTheme);
  const switchLanguage = () => changeLanguage(i18n.language === "en" ? "zh-CN" : "en");
  const go = (to: string) => void navigate(to === "/executions" ? listAddress() : to);
  useChord(go);
  useCommands([
    ...GOALS.map(
      ({ what, to, icon }): Command => ({ id: `keys.everywhere.${what}`, icon, run: () => go(to) }),
    ),
    { id: "keys.everywhere.language", icon: "language", run: switchLanguage, word: t("nav.language") },
    {
      id: "keys.everywhere.theme",
      icon: "auto",
      run: switchTheme,
      word: t("palette.theme", { theme: t(`nav.${THEME_WORD[nextTheme]}`) }),
    },
    { id: "keys.everywhere.sheet", icon: "keyboard", run: openSheet },
  ]);
  return {
    palette,
    sheet: { opened: sheet, open: openSheet, close: () => setSheet(false) },
    theme: { scheme: colorScheme, word: t(`nav.${THEME_WORD[colorScheme]}`), next: switchTheme },
    switchLanguage,
  };
}

const THEME_WORD = { auto: "themeAuto", light: "themeLight", dark: "themeDark" } as const;

/** `g`, then the letter of a screen. */
function useChord(go: (to: string) => void): void {
  const [asked, setAsked] = useState(0);
  useKeys((key) => {
    const goal = Date.now() - asked < CHORD && GOALS.find(({ what }) => KEYS.everywhere[what].at(1) === key);
    setAsked(key === "g" ? Date.now() : 0);
    if (goal) go(goal.to);
    return key === "g" || Boolean(goal);
  });
}

type PaletteComponent = ComponentType<{ opened: boolean; onClose: () => void }>;

/** The palette comes once it is asked for. While the server does not answer, which the page tells, it does not. */
function usePalette() {
  const [Palette, setPalette] = useState<PaletteComponent | null>(null);
  const [opened, setOpened] = useState(false);
  const open = () => {
    setOpened(true);
    void loadWords().catch(() => {}); // commands are found by their words in both
    import("./Palette").then(
      (module) => setPalette(() => module.default),
      () => setOpened(false),
    );
  };
  const toggle = useRef(open);
  useEffect(() => {
    toggle.current = () => {
      if (opened) setOpened(false);
      // A dialog that is open is answered first.
      else if (!document.querySelector("[role=dialog]:not(.chooser)")) open();
    };
  });
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      // In a text on a Mac Ctrl+K takes away the rest of the line.
      if (event.key.toLowerCase() !== "k" || !(isMac() ? event.metaKey : event.ctrlKey)) return;
      if (event.altKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      toggle.current();
    };
    window.addEventListener("keydown", heard, true);
    return () => window.removeEventListener("keydown", heard, true);
  }, []);
  return { Palette, opened, open, close: () => setOpened(false) };
}
