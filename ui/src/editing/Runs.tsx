import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../api/client";
import { serverClock } from "../api/clock";
import type { ExecutionItem } from "../api/types";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PartChip } from "../components/PartChip";
import { Status } from "../components/StatusGlyph";
import { useNow } from "../components/useNow";
import { FINAL } from "../execution/events";
import { formatActor, formatDuration, formatMoment } from "../format/format";

/** The last executions of the workflow, live. */
export function Runs({ workflowId, archived }: { workflowId: string; archived: boolean }) {
  const { t } = useTranslation();
  const runs = useQuery({
    queryKey: ["executions", "of", workflowId],
    queryFn: () => api.executions({ workflow_id: workflowId, limit: 30 }),
  });
  return (
    <section className="panel runs-panel" aria-label={t("workflow.lastRuns")}>
      <div className="panel-head">
        <h2>{t("workflow.lastRuns")}</h2>
        <span className="grow" />
        <Link className="btn link" to={`/workflows/${workflowId}/statistics`}>
          {t("statistics.title")}
        </Link>
      </div>
      {runs.isPending && <Skeleton rows={4} />}
      {runs.isError && !runs.data && <ErrorNotice error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.data?.items.length === 0 && (
        <Empty title={t(archived ? "workflow.neverRan" : "workflow.noRuns")} />
      )}
      <ul className="run-list">
        {runs.data?.items.map((run) => (
          <RunItem key={run.id} run={run} />
        ))}
      </ul>
    </section>
  );
}

function RunItem({ run }: { run: ExecutionItem }) {
  const { t } = useTranslation();
  const open = !FINAL.has(run.status);
  const now = useNow(open && run.started_at !== null, 200);
  const end = run.ended_at ? Date.parse(run.ended_at) : now;
  return (
    <li>
      <Link to={`/executions/${run.id}`}>
        <Status status={run.status} />
        <b>#{run.number}</b>
        <span className="dim clip">
          <PartChip part={run.part} /> {formatActor(run.requested_by, t)}
        </span>
        <span className="num">
          {run.started_at ? formatDuration(end - Date.parse(run.started_at), t) : "–"}
        </span>
        <span className="num dim">
          {formatMoment(run.queued_at, serverClock.now())} {t("common.utc")}
        </span>
      </Link>
    </li>
  );
}
