import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, Outlet } from "react-router";
import { Caps } from "./commands/Caps";
import { KEYS } from "./commands/keys";
import { type Theme, useEverywhere } from "./commands/useEverywhere";
import { Icon, type IconName } from "./components/Icon";
import { KeySheet } from "./components/KeySheet";
import { Mark } from "./components/Mark";
import { Skeleton } from "./components/Notices";
import { Offline } from "./components/Offline";
import { listAddress, useViews } from "./screens/list/views";

const THEME_ICON: Record<Theme, IconName> = { auto: "auto", light: "sun", dark: "moon" };

export function Shell() {
  const { t } = useTranslation();
  useViews(); // the way to the list of executions is drawn anew
  const { palette, sheet, theme, switchLanguage } = useEverywhere();
  const { Palette } = palette;
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("app.skip")}
      </a>
      <nav className="rail" aria-label={t("nav.label")}>
        <NavLink to="/" className="mark" aria-label="Runwright">
          <Mark />
        </NavLink>
        <button
          type="button"
          className="rail-item find"
          aria-keyshortcuts="Control+K Meta+K"
          aria-haspopup="dialog"
          title={t("keys.everywhere.palette")}
          onClick={palette.open}
        >
          <Icon name="search" />
          {t("palette.open")}
          <span className="caps hide-phone" aria-hidden="true">
            <Caps keys={KEYS.everywhere.palette} />
          </span>
        </button>
        <NavLink to="/workflows" className="rail-item">
          <Icon name="workflows" />
          {t("nav.workflows")}
        </NavLink>
        <NavLink to={listAddress()} className="rail-item">
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
          onClick={switchLanguage}
        >
          <Icon name="language" />
          {t("nav.languageShort")}
        </button>
        <button
          type="button"
          className="rail-item small hide-phone"
          aria-label={t("nav.theme", { theme: theme.word })}
          title={t("nav.theme", { theme: theme.word })}
          onClick={theme.next}
        >
          <Icon name={THEME_ICON[theme.scheme]} />
        </button>
        <button
          type="button"
          className="rail-item small hide-phone"
          aria-label={t("keys.title")}
          title={`${t("keys.title")} · ?`}
          onClick={sheet.open}
        >
          <Icon name="keyboard" />
        </button>
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        <Suspense fallback={<Skeleton />}>
          <Outlet />
        </Suspense>
      </main>
      <Offline />
      {Palette && <Palette opened={palette.opened} onClose={palette.close} />}
      <KeySheet opened={sheet.opened} onClose={sheet.close} />
    </div>
  );
}
