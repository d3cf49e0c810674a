import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { ConnectionChip } from "../components/ConnectionChip";
import { ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { useLiveLists } from "../components/useLists";
import { Capacity } from "./queue/Capacity";
import { Figures } from "./queue/Figures";
import { Limits } from "./queue/Limits";
import { Waiting } from "./queue/Waiting";
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
          <Waiting
            queue={queue.data!.pages.at(-1)!}
            items={queue.data!.pages.flatMap((page) => page.items)}
          />
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
