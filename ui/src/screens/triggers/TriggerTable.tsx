import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Trigger } from "../../api/triggers";
import { useNow } from "../../components/useNow";
import { formatCount, formatDuration, formatMoment } from "../../format/format";
import { RowActions } from "./RowActions";
import { whenWords } from "./words";

interface Props {
  items: readonly Trigger[];
  names: ReadonlyMap<string, string>;
  onEdit: (trigger: Trigger) => void;
  onSecret: (trigger: Trigger) => void;
}

export function TriggerTable({ items, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <table className="rows triggers">
      <thead>
        <tr>
          <th scope="col">{t("triggers.name")}</th>
          <th scope="col">{t("triggers.when")}</th>
          <th scope="col">{t("triggers.next")}</th>
          <th scope="col" className="hide-phone">
            {t("triggers.last")}
          </th>
          <th scope="col" className="num hide-phone">
            {t("triggers.fired")}
          </th>
          <th scope="col">
            <span className="sr">{t("triggers.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <Row key={item.id} item={item} {...rest} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ item, names, onEdit, onSecret }: Omit<Props, "items"> & { item: Trigger }) {
  const { t, i18n } = useTranslation();
  return (
    <tr data-trigger={item.id} data-paused={item.paused || undefined}>
      <td className="trigger-name">
        <button type="button" className="btn link name" onClick={() => onEdit(item)}>
          {item.name}
        </button>
        <Link className="dim" to={`/workflows/${item.workflow_id}`}>
          {names.get(item.workflow_id) ?? item.workflow_id.slice(0, 8)}
        </Link>
      </td>
      <td>
        {whenWords(item, t, i18n.language)}
        <span className="dim mono trigger-text hide-phone">
          {item.kind === "cron" && `${item.cron} · ${item.timezone}`}
          {item.kind === "webhook" && item.path}
        </span>
      </td>
      <td>
        <Next item={item} />
      </td>
      <td className="hide-phone">
        <Last item={item} />
      </td>
      <td className="num hide-phone">
        {item.kind === "webhook" ? "–" : formatCount(item.fired)}
        {item.skipped > 0 && (
          <span className="dim trigger-text">
            {t("triggers.skipped", { count: item.skipped, shown: formatCount(item.skipped) })}
          </span>
        )}
      </td>
      <td className="trigger-actions">
        <RowActions item={item} onSecret={onSecret} />
      </td>
    </tr>
  );
}

function Next({ item }: { item: Trigger }) {
  const { t } = useTranslation();
  const now = useNow(item.next_at !== null, 1_000);
  if (item.paused) return <span className="chip">{t("triggers.paused")}</span>;
  if (item.next_at === null) return <span className="dim">{t("triggers.whenCalled")}</span>;
  if (item.waits_for) {
    return <Link to={`/executions/${item.waits_for}`}>{t("triggers.waits")}</Link>;
  }
  const left = Date.parse(item.next_at) - now;
  return (
    <>
      {left > 0 ? t("triggers.in", { time: formatDuration(left, t) }) : t("triggers.now")}
      <span className="dim mono trigger-text">
        {formatMoment(item.next_at, now)} {t("common.utc")}
      </span>
    </>
  );
}

/** Of a webhook nothing but its executions says when it was called: they have its name as a label. */
function Runs({ item }: { item: Trigger }) {
  const { t } = useTranslation();
  if (item.kind !== "webhook") return <span className="dim">{t("triggers.never")}</span>;
  const query = new URLSearchParams({ label: `trigger=${item.name}` });
  return <Link to={`/executions?${query}`}>{t("triggers.runs")}</Link>;
}

function Last({ item }: { item: Trigger }) {
  const { t } = useTranslation();
  const now = useNow(false);
  const skip = item.last_skip;
  return (
    <>
      {item.last_execution_id && item.last_due_at ? (
        <Link to={`/executions/${item.last_execution_id}`}>
          <span className="mono">
            {formatMoment(item.last_due_at, now)} {t("common.utc")}
          </span>
        </Link>
      ) : (
        <Runs item={item} />
      )}
      {skip && (
        <span className="wrong trigger-text" title={skip.detail ?? undefined}>
          {t(`triggers.reason.${skip.reason}` as never, {
            defaultValue: skip.detail ?? skip.reason,
            count: skip.count,
          })}
        </span>
      )}
    </>
  );
}
