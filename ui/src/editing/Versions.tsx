import { Modal } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { serverClock } from "../api/clock";
import type { VersionItem, WorkflowAnswer } from "../api/types";
import { workflowApi } from "../api/workflows";
import { ErrorNotice, Skeleton } from "../components/Notices";
import { useNarrow } from "../components/useNarrow";
import { formatActor, formatMoment } from "../format/format";
import { OldVersion } from "./OldVersion";

interface Props {
  workflow: WorkflowAnswer;
  opened: boolean;
  dirty: boolean;
  busy: boolean;
  onClose: () => void;
  onRestore: (text: string) => void;
  onReady: (version: number) => void;
}

export function Versions({ workflow, opened, onClose, ...rest }: Props) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("versions.title", { name: workflow.name })}
      size={1120}
      fullScreen={narrow}
      closeButtonProps={{ "aria-label": t("common.close") }}
      transitionProps={{ duration: 0 }}
    >
      {opened && <VersionList workflow={workflow} {...rest} />}
    </Modal>
  );
}

function VersionList({ workflow, ...rest }: Omit<Props, "opened" | "onClose">) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(workflow.latest_version);
  const list = useInfiniteQuery({
    queryKey: ["versions", workflow.id],
    queryFn: ({ pageParam }) => workflowApi.versions(workflow.id, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const items = list.data?.pages.flatMap((page) => page.items);
  const version = useQuery({
    queryKey: ["version", workflow.id, chosen],
    queryFn: () => api.version(workflow.id, chosen),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className="versions">
      <nav aria-label={t("versions.choose")}>
        {list.isPending && <Skeleton rows={4} />}
        {list.isError && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        <ul>
          {items?.map((item) => (
            <li key={item.version}>
              <button
                type="button"
                aria-pressed={item.version === chosen}
                onClick={() => setChosen(item.version)}
              >
                <VersionRow item={item} workflow={workflow} />
              </button>
            </li>
          ))}
        </ul>
        {list.hasNextPage && (
          <button type="button" className="btn link" onClick={() => void list.fetchNextPage()}>
            {t("common.older")}
          </button>
        )}
      </nav>
      {version.isPending && <Skeleton rows={6} />}
      {version.isError && <ErrorNotice error={version.error} onRetry={() => void version.refetch()} />}
      {version.data && <OldVersion workflow={workflow} version={version.data} {...rest} />}
    </div>
  );
}

function VersionRow({ item, workflow }: { item: VersionItem; workflow: WorkflowAnswer }) {
  const { t } = useTranslation();
  const runs = item.version === workflow.ready_version;
  return (
    <>
      <span className="version-row">
        <b>v{item.version}</b>
        {runs && <span className="chip done">{t("versions.runs")}</span>}
        {!runs && item.ever_ready && <span className="chip">{t("versions.wasReady")}</span>}
        {item.version === workflow.latest_version && (
          <span className="chip outline">{t("versions.latest")}</span>
        )}
        {item.problems_count > 0 && (
          <span className="chip fail">{t("versions.problems", { count: item.problems_count })}</span>
        )}
      </span>
      <span className="dim">
        {t("versions.savedBy", {
          who: formatActor(item.saved_by, t),
          at: formatMoment(item.saved_at, serverClock.now()),
        })}
      </span>
    </>
  );
}
