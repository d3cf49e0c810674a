import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api } from "../api/client";
import { serverClock } from "../api/clock";
import { tell } from "../api/problem";
import type { ExecutionItem } from "../api/types";
import { ConnectionChip } from "../components/ConnectionChip";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { Status, StatusGlyph } from "../components/StatusGlyph";
import { useLiveLists } from "../components/useLists";
import { useNow } from "../components/useNow";
import { FINAL } from "../execution/events";
import { formatActor, formatDuration, formatMoment } from "../format/format";

const FILTERS = {
  all: [],
  active: ["queued", "running", "paused", "stopping"],
  failed: ["failed"],
} as const;
type Filter = keyof typeof FILTERS;
const WORDS = {
  all: "executions.filterAll",
  active: "executions.filterActive",
  failed: "executions.filterFailed",
} as const;
const PAGE = 50;

export default function Executions() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const asked = search.get("status") ?? "all";
  const filter: Filter = asked in FILTERS ? (asked as Filter) : "all";
  const list = useInfiniteQuery({
    queryKey: ["executions", "list", filter],
    queryFn: ({ pageParam }) =>
      api.executions({
        status: [...FILTERS[filter]],
        limit: PAGE,
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  useLiveLists(list.data?.pages[0]?.position);
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <div className="page">
      <div className="topbar">
        <PageTitle text={t("executions.title")} drawn />
        <h1>{t("executions.title")}</h1>
        <ConnectionChip />
        <span className="grow" />
        <div className="segments" role="group" aria-label={t("executions.status")}>
          {(Object.keys(FILTERS) as Filter[]).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={filter === name}
              onClick={() => setSearch(name === "all" ? {} : { status: name }, { replace: true })}
            >
              {name === "active" && <StatusGlyph status="running" size={12} />}
              {name === "failed" && <StatusGlyph status="failed" size={12} />}
              {t(WORDS[name])}
            </button>
          ))}
        </div>
      </div>
      <div className="panel">
        {list.isPending && <Skeleton rows={10} />}
        {list.isError && !items && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        {items?.length === 0 &&
          (filter === "all" ? (
            <Empty title={t("executions.empty")} text={t("executions.emptyText")}>
              <Link className="btn primary" to="/workflows">
                {t("executions.emptyAction")}
              </Link>
            </Empty>
          ) : (
            <Empty title={t("executions.filterNone")} />
          ))}
        {items && items.length > 0 && <ExecutionTable items={items} />}
        {list.hasNextPage && (
          <button
            type="button"
            className="btn link tall"
            disabled={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t("common.older")}
          </button>
        )}
      </div>
    </div>
  );
}

function ExecutionTable({ items }: { items: readonly ExecutionItem[] }) {
  const { t } = useTranslation();
  return (
    <table className="rows executions">
      <thead>
        <tr>
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
          <ExecutionRow key={item.id} item={item} />
        ))}
      </tbody>
    </table>
  );
}

function ExecutionRow({ item }: { item: ExecutionItem }) {
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
      onClick={() => void navigate(to)}
      style={{ cursor: "pointer" }}
    >
      <td>
        <Status status={item.status} />
      </td>
      <td style={{ whiteSpace: "nowrap" }}>
        <Link className="name" to={to}>
          {item.workflow.name}
        </Link>{" "}
        <span className="dim">#{item.number}</span>
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
    return `${told.title ?? told.category} · ${item.error.message}`;
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
