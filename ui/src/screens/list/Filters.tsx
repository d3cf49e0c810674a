/** What of the list is shown: by status (several), workflow, label, time, words. */

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { Icon } from "../../components/Icon";
import { SearchField } from "../../components/SearchField";
import { Status, StatusGlyph } from "../../components/StatusGlyph";
import type { ExecutionStatus } from "../../execution/events";
import { ACTIVE, type ListFilter, SINCE, type Since, STATUSES, sameStatuses } from "./filter";

const QUICK: Record<"all" | "active" | "failed", readonly ExecutionStatus[]> = {
  all: [],
  active: ACTIVE,
  failed: ["failed"],
};
const WORDS = {
  all: "executions.filterAll",
  active: "executions.filterActive",
  failed: "executions.filterFailed",
} as const;

interface Props {
  filter: ListFilter;
  /** `typing`: the address changes without a step in the browser's history. */
  onChange: (change: Partial<ListFilter>, typing?: boolean) => void;
}

export function Filters({ filter, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className="list-tools">
      <div className="segments" role="group" aria-label={t("executions.status")}>
        {(["all", "active", "failed"] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={sameStatuses(filter.statuses, QUICK[name])}
            onClick={() => onChange({ statuses: QUICK[name] })}
          >
            {name !== "all" && <StatusGlyph status={name === "active" ? "running" : "failed"} size={12} />}
            {t(WORDS[name])}
          </button>
        ))}
      </div>
      <Statuses filter={filter} onChange={onChange} />
      {filter.waits && (
        <button type="button" className="btn dense" onClick={() => onChange({ waits: false })}>
          <StatusGlyph status="waiting" size={12} />
          {t("views.waits")}
          <Icon name="close" size={12} />
          <span className="sr">{t("views.drop")}</span>
        </button>
      )}
      <span className="grow" />
      <Workflow filter={filter} onChange={onChange} />
      <label className="list-field">
        <span className="sr">{t("list.since")}</span>
        <select
          className="input"
          value={filter.since}
          onChange={(event) => onChange({ since: event.target.value as Since | "" })}
        >
          <option value="">{t("list.sinceAny")}</option>
          {(Object.keys(SINCE) as Since[]).map((since) => (
            <option key={since} value={since}>
              {t(`list.last.${since}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="list-field">
        <span className="sr">{t("list.label")}</span>
        <input
          className="input"
          placeholder={t("list.labelHint")}
          value={filter.label}
          aria-invalid={(filter.label !== "" && !filter.label.includes("=")) || undefined}
          onChange={(event) => onChange({ label: event.target.value }, true)}
        />
      </label>
      <SearchField label={t("list.search")} value={filter.q} onChange={(q) => onChange({ q }, true)} />
    </div>
  );
}

function Statuses({ filter, onChange }: Props) {
  const { t } = useTranslation();
  const { statuses } = filter;
  const toggle = (status: ExecutionStatus) =>
    onChange({
      statuses: statuses.includes(status) ? statuses.filter((one) => one !== status) : [...statuses, status],
    });
  return (
    <details className="menu">
      <summary className="btn dense">
        {statuses.length === 0 ? t("list.statuses") : t("list.statusCount", { count: statuses.length })}
        <Icon name="down" size={14} />
      </summary>
      <div className="menu-body" role="group" aria-label={t("list.statuses")}>
        {STATUSES.map((status) => (
          <label key={status} className="menu-item">
            <input type="checkbox" checked={statuses.includes(status)} onChange={() => toggle(status)} />
            <Status status={status} />
          </label>
        ))}
      </div>
    </details>
  );
}

function Workflow({ filter, onChange }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ["workflows", ""], queryFn: () => api.workflows("") });
  const known = data?.items.some((item) => item.id === filter.workflow);
  return (
    <label className="list-field">
      <span className="sr">{t("executions.workflow")}</span>
      <select
        className="input"
        value={filter.workflow}
        onChange={(event) => onChange({ workflow: event.target.value })}
      >
        <option value="">{t("list.workflowAny")}</option>
        {filter.workflow !== "" && !known && <option value={filter.workflow}>{filter.workflow}</option>}
        {data?.items.map((item) => (
          <option key={item.id} value={item.id}>
            {item.name}
          </option>
        ))}
      </select>
    </label>
  );
}
