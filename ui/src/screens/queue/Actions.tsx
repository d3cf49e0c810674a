import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { QueueItem } from "../../api/types";
import { Icon } from "../../components/Icon";
import { RunError } from "../../components/RunDialog";

const FIRST = 100;

/** Hold it or let it go on, and let it go first. */
export function Actions({ item }: { item: QueueItem }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const held = item.why_waiting.code === "held";
  const run = `${item.workflow.name} #${item.number}`;
  const change = useMutation({
    mutationFn: (body: { priority?: number; held?: boolean }) => api.changeQueue(item.id, body),
    onSettled: () => queries.invalidateQueries({ queryKey: ["queue"] }),
  });
  return (
    <>
      {!held && item.priority < FIRST && (
        <button
          type="button"
          className="btn icon"
          title={t("queue.first")}
          aria-label={t("queue.firstOf", { run })}
          disabled={change.isPending}
          onClick={() => change.mutate({ priority: FIRST })}
        >
          <Icon name="up" size={16} />
        </button>
      )}
      <button
        type="button"
        className="btn icon"
        title={held ? t("queue.release") : t("queue.hold")}
        aria-label={held ? t("queue.releaseOf", { run }) : t("queue.holdOf", { run })}
        disabled={change.isPending}
        onClick={() => change.mutate({ held: !held })}
      >
        <Icon name={held ? "play" : "pause"} size={16} />
      </button>
      <RunError error={change.error} />
    </>
  );
}
