import { useMantineColorScheme } from "@mantine/core";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, Outlet } from "react-router";
import { Icon, type IconName } from "./components/Icon";
import { KeySheet } from "./components/KeySheet";
import { Skeleton } from "./components/Notices";
import { Offline } from "./components/Offline";
import { changeLanguage } from "./i18n";

const THEMES = ["auto", "light", "dark"] as const;
const THEME_ICON: Record<(typeof THEMES)[number], IconName> = { auto: "auto", light: "sun", dark: "moon" };

export function Shell() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const themeWord = { auto: t("nav.themeAuto"), light: t("nav.themeLight"), dark: t("nav.themeDark") }[
    colorScheme
  ];
  const nextTheme = THEMES[(THEMES.indexOf(colorScheme) + 1) % THEMES.length]!;
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("app.skip")}
      </a>
      <nav className="rail" aria-label={t("nav.label")}>
        <NavLink to="/" className="mark" aria-label="Runwright">
          <img src="/favicon.svg" alt="" width="28" height="28" />
        </NavLink>
        <NavLink to="/workflows" className="rail-item">
          <Icon name="workflows" />
          {t("nav.workflows")}
        </NavLink>
        <NavLink to="/executions" className="rail-item">
          <Icon name="executions" />
          {t("nav.executions")}
        </NavLink>
        <NavLink to="/queue" className="rail-item">
          <Icon name="queue" />
          {t("nav.queue")}
        </NavLink>
        <NavLink to="/triggers" className="rail-item">
          <Icon name="triggers" />
          {t("nav.triggers")}
        </NavLink>
        <span className="grow" />
        <button
          type="button"
          className="rail-item small"
          // The words that are seen come first, so that voice control finds the button by them.
          aria-label={`${t("nav.languageShort")}. ${t("nav.language")}`}
          onClick={() => changeLanguage(i18n.language === "en" ? "zh-CN" : "en")}
        >
          <Icon name="language" />
          {t("nav.languageShort")}
        </button>
        <button
          type="button"
          className="rail-item small"
          aria-label={t("nav.theme", { theme: themeWord })}
          title={t("nav.theme", { theme: themeWord })}
          onClick={() => setColorScheme(nextTheme)}
        >
          <Icon name={THEME_ICON[colorScheme]} />
        </button>
        <KeySheet />
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        <Suspense fallback={<Skeleton />}>
          <Outlet />
        </Suspense>
      </main>
      <Offline />
    </div>
  );
}
