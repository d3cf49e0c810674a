import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { serverClock } from "../../api/clock";
import { tell } from "../../api/problem";
import type { ExecutionItem } from "../../api/types";
import { PartChip } from "../../components/PartChip";
import { Status, StatusGlyph } from "../../components/StatusGlyph";
import { useNow } from "../../components/useNow";
import { FINAL } from "../../execution/events";
import { formatActor, formatDuration, formatMoment } from "../../format/format";

interface TableProps {
  items: readonly ExecutionItem[];
  marked: ReadonlySet<string>;
  onMark: (items: readonly ExecutionItem[], marked: boolean) => void;
}

export function ExecutionTable({ items, marked, onMark }: TableProps) {
  const { t } = useTranslation();
  const here = items.filter((item) => marked.has(item.id)).length;
  const all = here === items.length;
  return (
    <table className="rows executions">
      <thead>
        <tr>
          <th scope="col" className="mark-cell">
            <input
              type="checkbox"
              aria-label={t("list.markAll")}
              checked={all}
              ref={(box) => {
                if (box) box.indeterminate = here > 0 && !all;
              }}
              onChange={() => onMark(items, !all)}
            />
          </th>
          <th scope="col">{t("executions.status")}</th>
          <th scope="col">{t("executions.workflow")}</th>
          <th scope="col" className="hide-phone" style={{ width: "40%" }}>
            {t("executions.outcome")}
          </th>
          <th scope="col" className="num">
            {t("executions.elapsed")}
          </th>
          <th scope="col" className="num hide-phone">
            {t("executions.waited")}
          </th>
          <th scope="col" className="hide-phone">
            {t("executions.by")}
          </th>
          <th scope="col" className="num hide-phone">
            {t("executions.created")}
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <ExecutionRow key={item.id} item={item} marked={marked.has(item.id)} onMark={onMark} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  item: ExecutionItem;
  marked: boolean;
  onMark: TableProps["onMark"];
}

function ExecutionRow({ item, marked, onMark }: RowProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const open = !FINAL.has(item.status);
  const now = useNow(open, 200);
  const queued = Date.parse(item.queued_at);
  const started = item.started_at ? Date.parse(item.started_at) : null;
  const ended = item.ended_at ? Date.parse(item.ended_at) : now;
  const to = `/executions/${item.id}`;
  return (
    // The row opens on a click for the mouse; the link in it serves keyboard and screen reader.
    <tr
      data-execution={item.id}
      data-status={item.status}
      className={marked ? "marked" : undefined}
      onClick={(event) => {
        // The link has been followed already, in whatever tab was asked for.
        if (!(event.target as Element).closest("a")) void navigate(to);
      }}
      style={{ cursor: "pointer" }}
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only keeps a press beside the box from opening the row */}
      <td className="mark-cell" onClick={(event) => event.stopPropagation()}>
        <input
          type="checkbox"
          aria-label={t("list.mark", { run: `${item.workflow.name} #${item.number}` })}
          checked={marked}
          onChange={() => onMark([item], !marked)}
        />
      </td>
      <td>
        <Status status={item.status} />
      </td>
      <td style={{ whiteSpace: "nowrap" }}>
        <Link className="name" to={to}>
          {item.workflow.name}
        </Link>{" "}
        <span className="dim">#{item.number}</span> <PartChip part={item.part} />
      </td>
      <td className="clip dim hide-phone">
        <Outcome item={item} />
      </td>
      <td className="num">{started ? formatDuration(ended - started, t) : "–"}</td>
      <td className="num dim hide-phone">{formatDuration((started ?? ended) - queued, t)}</td>
      <td className="dim hide-phone" style={{ whiteSpace: "nowrap" }}>
        {formatActor(item.requested_by, t)}
      </td>
      <td className="num dim hide-phone">{formatMoment(item.queued_at, serverClock.now())}</td>
    </tr>
  );
}

/** What happens now, or how it ended. */
function Outcome({ item }: { item: ExecutionItem }) {
  const { t, i18n } = useTranslation();
  const settled = t("executions.settled", { count: item.settled_steps });
  const waiting = item.waiting_paths[0];
  if (item.status === "failed" && item.error) {
    const told = tell(item.error, t, i18n.language);
    return [told.title ?? told.category, ...(told.isForeign ? [] : [item.error.message])].join(" · ");
  }
  if (item.status === "queued") return t("executions.inQueue");
  if (item.status === "stopping") return t("executions.stopping");
  if (item.status === "stopped") return `${t("executions.stopped")} · ${settled}`;
  if (waiting) {
    return (
      <span className="status waiting">
        <StatusGlyph status="waiting" size={12} />
        {t("executions.waitsFor", { step: waiting })}
      </span>
    );
  }
  if (item.status === "running" && item.current_paths.length > 0) {
    return `${settled} · ${item.current_paths.join(", ")}`;
  }
  return settled;
}
