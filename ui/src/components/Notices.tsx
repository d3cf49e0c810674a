/** Empty, loading and failing, drawn. The rest of the page stays. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../api/client";
import { tellError } from "../api/problem";
import { ServerWords } from "./ServerWords";
import { StatusGlyph } from "./StatusGlyph";

export function Skeleton({ rows = 6, label }: { rows?: number; label?: string }) {
  const { t } = useTranslation();
  return (
    <div className="skeleton" role="status" aria-label={label ?? t("common.loading")}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
        <i key={row} />
      ))}
    </div>
  );
}

export function Empty({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="notice">
      <h2>{title}</h2>
      {text && <p className="dim">{text}</p>}
      {children && <div className="actions">{children}</div>}
    </div>
  );
}

export function ErrorNotice({
  error,
  title,
  onRetry,
  children,
}: {
  error: unknown;
  title?: string;
  onRetry?: () => void;
  children?: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const told = tellError(error, t, i18n.language);
  const gone = error instanceof Refused && error.problem.category === "not_found"; // asking again finds no more
  return (
    <div className="notice" role="alert">
      <span className="status failed">
        <StatusGlyph status="failed" size={20} />
        <span className="chip fail">{told.category}</span>
      </span>
      <h2>{title ?? told.title ?? t("error.title")}</h2>
      <p>{told.advice}</p>
      <ServerWords told={told} className="dim mono" />
      {told.requestId && <p className="dim mono">{t("error.reference", { id: told.requestId })}</p>}
      <div className="actions">
        {onRetry && !gone && (
          <button type="button" className="btn primary" onClick={onRetry}>
            {t("common.retry")}
          </button>
        )}
        {children}
      </div>
    </div>
  );
}
