import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../api/client";
import type { QueueAnswer, QueueItem } from "../api/types";
import { ConnectionChip } from "../components/ConnectionChip";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { useLiveLists } from "../components/useLists";
import { useNow } from "../components/useNow";
import { WhyWaits } from "../components/WhyWaits";
import { formatActor, formatDuration } from "../format/format";
import { Actions } from "./queue/Actions";
import { Capacity } from "./queue/Capacity";
import { Figures } from "./queue/Figures";
import { Limits } from "./queue/Limits";
import "./queue/queue.css";

const PAGE = 100;
const AGAIN_MS = 2_000;

export default function Queue() {
  const { t } = useTranslation();
  const queue = useInfiniteQuery({
    queryKey: ["queue"],
    queryFn: ({ pageParam }) => api.queue({ limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: AGAIN_MS, // places and holders change without an event of those who wait
  });
  const [first] = queue.data?.pages ?? [];
  useLiveLists(first?.position);
  return (
    <div className="page">
      <div className="topbar">
        <PageTitle text={t("queue.title")} drawn />
        <h1>{t("queue.title")}</h1>
        <span className="grow" />
        <ConnectionChip />
      </div>
      {queue.isPending && (
        <div className="panel">
          <Skeleton rows={8} />
        </div>
      )}
      {queue.isError && !first && (
        <div className="panel">
          <ErrorNotice error={queue.error} onRetry={() => void queue.refetch()} />
        </div>
      )}
      {first && (
        <>
          <Figures queue={first} />
          <Capacity />
          {first.limits.length > 0 && <Limits limits={first.limits} />}
          <Waiting queue={first} items={queue.data!.pages.flatMap((page) => page.items)} />
          {queue.hasNextPage && (
            <button
              type="button"
              className="btn link tall"
              disabled={queue.isFetchingNextPage}
              onClick={() => void queue.fetchNextPage()}
            >
              {t("queue.more")}
            </button>
          )}
        </>
      )}
    </div>
  );
}

function Waiting({ queue, items }: { queue: QueueAnswer; items: readonly QueueItem[] }) {
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
  return (
    <section className="panel" aria-label={t("queue.waiting")}>
      <table className="rows queue">
        <thead>
          <tr>
            <th scope="col" className="num">
              {t("queue.place")}
            </th>
            <th scope="col">{t("executions.workflow")}</th>
            <th scope="col" className="num hide-phone">
              {t("queue.priority")}
            </th>
            <th scope="col" style={{ width: "50%" }}>
              {t("queue.why")}
            </th>
            <th scope="col" className="num">
              {t("executions.waited")}
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
            <Row key={item.id} item={item} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ item }: { item: QueueItem }) {
  const { t } = useTranslation();
  const now = useNow(true, 1_000);
  return (
    <tr data-execution={item.id} data-cause={item.why_waiting.code}>
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
      <td className="num">{formatDuration(Math.max(0, now - Date.parse(item.queued_at)), t)}</td>
      <td className="dim hide-phone">{formatActor(item.requested_by, t)}</td>
      <td className="queue-actions">
        <Actions item={item} />
      </td>
    </tr>
  );
}
