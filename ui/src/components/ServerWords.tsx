import { useTranslation } from "react-i18next";
import type { Told } from "../api/problem";

/** What the server or a program said itself; folded where the page has said the same in the reader's language. */
export function ServerWords({ told, className }: { told: Told; className: string }) {
  const { t } = useTranslation();
  if (!told.message) return null;
  if (!told.isForeign) return <p className={className}>{told.message}</p>;
  return (
    <details>
      <summary className="dim">{t("error.serverWords")}</summary>
      <p className={className} lang="en">
        {told.message}
      </p>
    </details>
  );
}
