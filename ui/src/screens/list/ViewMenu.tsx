import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Icon } from "../../components/Icon";
import { SaveView } from "./SaveView";
import { ViewSheet } from "./ViewSheet";
import { BUILT_IN, type BuiltIn, useViews } from "./views";

/** Which view of the list this is, the others, and a name for the filter that has none. `filter` as its address has it. */
export function ViewMenu({ filter }: { filter: string }) {
  const { t } = useTranslation();
  const { saved, standard } = useViews();
  const menu = useRef<HTMLDetailsElement>(null);
  const [managing, setManaging] = useState(false);
  const own = (Object.keys(BUILT_IN) as BuiltIn[]).map((id) => ({
    id,
    name: t(`views.own.${id}`),
    search: BUILT_IN[id] as string,
  }));
  const present = [...saved, ...own].find(({ search }) => search === filter);
  const close = () => {
    if (menu.current) menu.current.open = false;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !menu.current?.open) return;
    close();
    menu.current.querySelector("summary")?.focus();
  };
  const entry = ({ id, name, search }: (typeof own)[number] | (typeof saved)[number]) => (
    <li key={id}>
      <Link
        className="menu-item"
        to={search === "" ? "/executions" : `/executions?${search}`}
        aria-current={search === filter ? "true" : undefined}
        onClick={close}
      >
        <span className="grow">{name}</span>
        {search === standard && standard !== "" && <span className="chip">{t("views.standard")}</span>}
        {search === filter && <Icon name="check" size={14} />}
      </Link>
    </li>
  );
  return (
    <>
      <details
        className="menu views"
        ref={menu}
        onKeyDown={onKey}
        onBlur={(event) => {
          if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) close();
        }}
      >
        <summary className="btn dense">
          <span className="name-clip">
            {t("views.present", { name: present?.name ?? t("views.unnamed") })}
          </span>
          <Icon name="down" size={14} />
        </summary>
        <div className="menu-body">
          <ul aria-label={t("views.builtIn")}>{own.map(entry)}</ul>
          {saved.length > 0 && (
            <>
              <p className="dim">{t("views.saved")}</p>
              <ul aria-label={t("views.saved")}>{saved.map(entry)}</ul>
            </>
          )}
          {!present && <SaveView key={filter} filter={filter} />}
          <button
            type="button"
            className="menu-item"
            onClick={() => {
              close();
              setManaging(true);
            }}
          >
            {t("views.manage")}
          </button>
        </div>
      </details>
      <ViewSheet opened={managing} own={own} onClose={() => setManaging(false)} />
    </>
  );
}
