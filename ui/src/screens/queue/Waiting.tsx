import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { QueueAnswer, QueueItem } from "../../api/types";
import { Empty } from "../../components/Notices";
import { useNow } from "../../components/useNow";
import { WhyWaits } from "../../components/WhyWaits";
import { formatActor, formatDuration, formatRange } from "../../format/format";
import { Bulk } from "../list/Bulk";
import { useMarks } from "../list/useMarks";
import "../list/list.css";
import { Actions } from "./Actions";

/** Who waits, in order: why, for how long, and when it will start. */
export function Waiting({ queue, items }: { queue: QueueAnswer; items: readonly QueueItem[] }) {
  const { t } = useTranslation();
  if (items.length === 0) {
    const text = queue.running > 0 ? t("queue.emptyBusy", { count: queue.running }) : t("queue.emptyIdle");
    return (
      <div className="panel">
        <Empty title={t("queue.empty")} text={text}>
          {queue.running === 0 && (
            <Link className="btn primary" to="/workflows">
              {t("executions.emptyAction")}
            </Link>
          )}
        </Empty>
      </div>
    );
  }
  return <Table queue={queue} items={items} />;
}

function Table({ queue, items }: { queue: QueueAnswer; items: readonly QueueItem[] }) {
  const { t } = useTranslation();
  const marks = useMarks(items);
  const all = items.every((item) => marks.ids.has(item.id));
  const beyond = items.some((item) => (item.place ?? 0) > queue.places_estimated);
  return (
    <section className="panel" aria-label={t("queue.waiting")}>
      <table className="rows queue">
        <thead>
          <tr>
            <th scope="col" className="mark-cell">
              <input
                type="checkbox"
                aria-label={t("list.markAll")}
                checked={all}
                ref={(box) => {
                  if (box) box.indeterminate = marks.ids.size > 0 && !all;
                }}
                onChange={() => marks.mark(items, !all)}
              />
            </th>
            <th scope="col" className="num">
              {t("queue.place")}
            </th>
            <th scope="col">{t("executions.workflow")}</th>
            <th scope="col" className="num hide-phone">
              {t("queue.priority")}
            </th>
            <th scope="col" style={{ width: "44%" }}>
              {t("queue.why")}
            </th>
            <th scope="col" className="num hide-phone">
              {t("executions.waited")}
            </th>
            <th scope="col" className="num">
              {t("queue.startsIn")}
            </th>
            <th scope="col" className="hide-phone">
              {t("executions.by")}
            </th>
            <th scope="col">
              <span className="sr">{t("queue.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row
              key={item.id}
              item={item}
              marked={marks.ids.has(item.id)}
              onMark={(on) => marks.mark([item], on)}
            />
          ))}
        </tbody>
      </table>
      {beyond && <p className="dim queue-beyond">{t("queue.beyond", { places: queue.places_estimated })}</p>}
      <Bulk marks={marks} actions={["hold", "release", "move", "stop"]} />
    </section>
  );
}

interface RowProps {
  item: QueueItem;
  marked: boolean;
  onMark: (on: boolean) => void;
}

function Row({ item, marked, onMark }: RowProps) {
  const { t } = useTranslation();
  const now = useNow(true, 1_000);
  const left = item.starts_in_ms;
  return (
    <tr data-execution={item.id} data-cause={item.why_waiting.code}>
      <td className="mark-cell">
        <input
          type="checkbox"
          aria-label={t("list.mark", { run: `${item.workflow.name} #${item.number}` })}
          checked={marked}
          onChange={() => onMark(!marked)}
        />
      </td>
      <td className="num">{item.place ?? "–"}</td>
      <td className="queue-name">
        <Link className="name" to={`/executions/${item.id}`}>
          {item.workflow.name}
        </Link>{" "}
        <span className="dim">#{item.number}</span>
      </td>
      <td className={item.priority === 0 ? "num dim hide-phone" : "num hide-phone"}>{item.priority}</td>
      <td className="dim">
        <WhyWaits why={item.why_waiting} brief />
      </td>
      <td className="num hide-phone">{formatDuration(Math.max(0, now - Date.parse(item.queued_at)), t)}</td>
      <td
        className={left ? "num queue-starts" : "num dim"}
        title={left ? undefined : t("queue.startUnknown")}
      >
        {left ? formatRange(left.p50, left.p90, t) : "–"}
        {!left && <span className="sr">{t("queue.startUnknown")}</span>}
      </td>
      <td className="dim hide-phone">{formatActor(item.requested_by, t)}</td>
      <td className="queue-actions">
        <Actions item={item} />
      </td>
    </tr>
  );
}
