/** Above the lines: what is shown of the log, and taking it along. */

import { memo } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../../components/CopyButton";
import { Icon } from "../../../components/Icon";
import { SearchField } from "../../../components/SearchField";
import type { LogFilter, LogWindow } from "../../../execution/logWindow";
import { useExecution } from "../../../execution/store";
import { formatCount } from "../../../format/format";
import { asText } from "../../../log/asText";
import { useDownload } from "./useDownload";

const LEVELS = ["debug", "warning", "error"] as const;
const LEVEL_WORD = { debug: "log.all", warning: "log.warn", error: "log.error" } as const;

interface FilterProps {
  order: readonly string[];
  filter: LogFilter;
  onChange: (change: Partial<LogFilter>) => void;
}

/** Lines come many times a second, and a large graph has many steps to choose from. */
export const FilterTools = memo(function FilterTools({ order, filter, onChange }: FilterProps) {
  const { t } = useTranslation();
  return (
    <div className="log-tools">
      <SearchField label={t("log.search")} value={filter.q} onChange={(q) => onChange({ q })} />
      <label className="log-step">
        <span className="sr">{t("logs.step")}</span>
        <select
          className="input"
          value={filter.step ?? ""}
          onChange={(event) => onChange({ step: event.target.value || null })}
        >
          <option value="">{t("logs.everyStep")}</option>
          {order.map((path) => (
            <option key={path} value={path}>
              {path}
            </option>
          ))}
        </select>
      </label>
      <div className="segments" role="group" aria-label={t("log.level")}>
        {LEVELS.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={filter.level === name}
            onClick={() => onChange({ level: name })}
          >
            {t(LEVEL_WORD[name])}
          </button>
        ))}
      </div>
    </div>
  );
});

/** In the panel's head: wrap, copy, download. */
export function HandTools({
  logs,
  wrap,
  onWrap,
}: {
  logs: LogWindow;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
}) {
  const { t } = useTranslation();
  const id = useExecution((state) => state.view.id)!;
  const name = useExecution(({ view }) => `${view.workflowName}-${view.number}.log`)!;
  const { progress, failed, press } = useDownload(id, name);
  const label = t(progress ? "logs.giveUp" : "logs.download");
  return (
    <>
      {progress && (
        <span className="dim" role="status">
          {t("logs.reading", { done: formatCount(progress.done), total: formatCount(progress.total) })}
        </span>
      )}
      {failed && <span className="log-failed">{t("log.failed")}</span>}
      <button
        type="button"
        className="btn dense icon"
        aria-pressed={wrap}
        aria-label={t("logs.wrap")}
        title={t("logs.wrap")}
        onClick={() => onWrap(!wrap)}
      >
        <Icon name="wrap" size={14} />
      </button>
      <CopyButton label={t("logs.copy")} text={() => asText(logs.get().lines)} />
      <button type="button" className="btn dense icon" aria-label={label} title={label} onClick={press}>
        <Icon name={progress ? "close" : "download"} size={14} />
      </button>
    </>
  );
}
