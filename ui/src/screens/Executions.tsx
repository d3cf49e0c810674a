import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api } from "../api/client";
import { serverClock } from "../api/clock";
import type { ExecutionItem } from "../api/types";
import { useCommands } from "../commands/registry";
import { ConnectionChip } from "../components/ConnectionChip";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { useLiveLists } from "../components/useLists";
import { CompareMarked } from "./compare/CompareMarked";
import { Bulk } from "./list/Bulk";
import { Filters } from "./list/Filters";
import { type ListFilter, matches, queryOf, readFilter, writeFilter } from "./list/filter";
import { ExecutionTable } from "./list/Table";
import { useListKeys } from "./list/useListKeys";
import { useMarks } from "./list/useMarks";
import { ViewMenu } from "./list/ViewMenu";
import { keepWalk } from "./list/walk";
import "./list/list.css";

const PAGE = 50;

export default function Executions() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => readFilter(params), [params]);
  const list = useExecutionList(filter);
  useLiveLists(list.data?.pages[0]?.position);
  const items = useMemo(
    () => list.data?.pages.flatMap((page) => page.items).filter((item) => matches(item, filter)),
    [list.data, filter],
  );
  const known = writeFilter(filter).toString(); // what nobody knows filters nothing
  const search = known === "" ? "" : `?${known}`;
  useEffect(() => {
    if (items) keepWalk({ ids: items.map((item) => item.id), search });
  }, [items, search]);
  const change = (change: Partial<ListFilter>, typing = false) =>
    // At once: a field that is typed in must not lag behind the keys.
    setParams(writeFilter({ ...filter, ...change }), { replace: typing, flushSync: true });

  return (
    <div className="page">
      <div className="topbar">
        <PageTitle text={t("executions.title")} drawn />
        <h1>{t("executions.title")}</h1>
        <ViewMenu filter={known} />
        <ConnectionChip />
      </div>
      <Filters filter={filter} onChange={change} />
      <div className="panel">
        {list.isPending && <Skeleton rows={10} />}
        {list.isError && !items && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        {items?.length === 0 && (
          <Nothing filter={filter} more={list.hasNextPage} onClear={() => setParams({})} />
        )}
        {items && items.length > 0 && <Rows items={items} />}
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

function useExecutionList(filter: ListFilter) {
  const { q: _, waits: __, ...asked } = filter;
  return useInfiniteQuery({
    queryKey: ["executions", "list", asked],
    queryFn: ({ pageParam }) =>
      api.executions({
        ...queryOf(filter, serverClock.now()),
        limit: PAGE,
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

function Rows({ items }: { items: readonly ExecutionItem[] }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const marks = useMarks(items);
  useCommands(
    [marks.chosen.length > 0 ? { id: "keys.list.stop", icon: "stop", run: () => marks.ask("stop") } : null],
    { keys: false },
  );
  useListKeys(box, {
    onMark: (id) =>
      marks.mark(
        items.filter((item) => item.id === id),
        !marks.ids.has(id),
      ),
    onClear: marks.clear,
    onStop: () => marks.ask("stop"),
  });
  return (
    <>
      <div ref={box}>
        <ExecutionTable items={items} marked={marks.ids} onMark={marks.mark} />
      </div>
      <p className="list-foot dim hide-phone">
        <span className="grow">{t("list.shown", { count: items.length })}</span>
        <kbd>j</kbd> <kbd>k</kbd> {t("list.walk")} <kbd>Enter</kbd> {t("list.open")} <kbd>x</kbd>{" "}
        {t("list.select")}
      </p>
      <Bulk marks={marks} actions={["stop", "retry"]}>
        <CompareMarked items={marks.chosen} />
      </Bulk>
    </>
  );
}

interface NothingProps {
  filter: ListFilter;
  /** There are older rows that were not read yet. */
  more: boolean;
  onClear: () => void;
}

/** Which of the filters left nothing over. */
function Nothing({ filter, more, onClear }: NothingProps) {
  const { t } = useTranslation();
  const { statuses, q, waits, ...others } = filter;
  if (writeFilter(filter).toString() !== "") {
    const byStatus = q === "" && !waits && Object.values(others).every((value) => value === "");
    return (
      <Empty
        title={t(q !== "" ? "executions.wordsNone" : byStatus ? "executions.filterNone" : "executions.none", {
          q,
        })}
        {...((q !== "" || waits) && more ? { text: t("executions.wordsMore") } : {})}
      >
        <button type="button" className="btn" onClick={onClear}>
          {t("list.clearFilter")}
        </button>
      </Empty>
    );
  }
  return (
    <Empty title={t("executions.empty")} text={t("executions.emptyText")}>
      <Link className="btn primary" to="/workflows">
        {t("executions.emptyAction")}
      </Link>
    </Empty>
  );
}
