/** What a page is: the tab's title, and the first heading for a screen reader where none is drawn. */

import { useTranslation } from "react-i18next";

export function PageTitle({ text, drawn = false }: { text: string; drawn?: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <title>{`${text} · ${t("app.name")}`}</title>
      {!drawn && <h1 className="sr">{text}</h1>}
    </>
  );
}
