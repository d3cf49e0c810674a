import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../api/client";
import { serverClock } from "../api/clock";
import type { ExecutionItem, ProblemItem, WorkflowAnswer } from "../api/types";
import { ConnectionChip } from "../components/ConnectionChip";
import { Icon } from "../components/Icon";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { RunDialog } from "../components/RunDialog";
import { Status, StatusGlyph } from "../components/StatusGlyph";
import { useLiveLists } from "../components/useLists";
import { useNarrow } from "../components/useNarrow";
import { useNow } from "../components/useNow";
import { WorkflowStatus } from "../components/WorkflowStatus";
import { whyNotRunnable } from "../components/whyNotRunnable";
import { FINAL } from "../execution/events";
import { formatActor, formatDuration, formatMoment } from "../format/format";
import Graph from "../graph/Graph";
import "./execution.css";

export default function WorkflowPage() {
  const { t } = useTranslation();
  const { workflowId = "" } = useParams();
  const workflow = useQuery({
    queryKey: ["workflows", "one", workflowId],
    queryFn: () => api.workflow(workflowId),
  });
  const runs = useQuery({
    queryKey: ["executions", "of", workflowId],
    queryFn: () => api.executions({ workflow_id: workflowId, limit: 30 }),
  });
  useLiveLists(runs.data?.position);
  if (workflow.isPending) return <Skeleton />;
  if (!workflow.data) {
    return (
      <ErrorNotice error={workflow.error} onRetry={() => void workflow.refetch()}>
        <PageTitle text={t("workflows.title")} />
        <Link className="btn" to="/workflows">
          {t("error.home")}
        </Link>
      </ErrorNotice>
    );
  }
  return (
    <div className="page fill">
      <Head workflow={workflow.data} />
      <div className="workflow-grid">
        <div className="panel">
          <Shown workflow={workflow.data} />
        </div>
        <div className="panel">
          <div className="panel-head">
            <h2>{t("workflow.lastRuns")}</h2>
          </div>
          {runs.isPending && <Skeleton rows={4} />}
          {runs.isError && !runs.data && (
            <ErrorNotice error={runs.error} onRetry={() => void runs.refetch()} />
          )}
          {runs.data?.items.length === 0 && <Empty title={t("workflow.noRuns")} />}
          <ul className="run-list">
            {runs.data?.items.map((run) => (
              <RunItem key={run.id} run={run} />
            ))}
          </ul>
        </div>
      </div>
    </div>
  );
}

function Head({ workflow }: { workflow: WorkflowAnswer }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState(false);
  const ready = useQuery({
    queryKey: ["version", workflow.id, workflow.ready_version],
    queryFn: () => api.version(workflow.id, workflow.ready_version!),
    enabled: workflow.ready_version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const errors = workflow.problems.filter((problem) => problem.severity !== "warning").length;
  const reason = whyNotRunnable(workflow, errors, t);
  return (
    <>
      <PageTitle text={workflow.name} />
      <div className="topbar">
        <nav className="crumbs" aria-label={t("workflows.title")}>
          <Link to="/workflows">{t("nav.workflows")}</Link>
          <span aria-hidden="true">/</span>
          <b>{workflow.name}</b>
          <span className="chip outline">v{workflow.ready_version ?? workflow.latest_version}</span>
          <WorkflowStatus status={workflow.status} />
        </nav>
        <span className="grow" />
        <ConnectionChip />
        {reason && (
          <span className="status failed" id="why-not">
            <StatusGlyph status="failed" />
            {reason}
          </span>
        )}
        <button
          type="button"
          className="btn primary"
          disabled={reason !== null || !ready.data}
          aria-describedby={reason ? "why-not" : undefined}
          onClick={() => setDialog(true)}
        >
          <Icon name="play" size={14} />
          {t("workflow.runShort")}
        </button>
      </div>
      {workflow.description && <p className="dim lead">{workflow.description}</p>}
      <Newer workflow={workflow} />
      <RunDialog
        workflow={workflow}
        schema={ready.data?.definition.inputs}
        opened={dialog}
        onClose={() => setDialog(false)}
      />
    </>
  );
}

/** The latest version is not the one that runs: its problems, or the button that makes it ready. */
function Newer({ workflow }: { workflow: WorkflowAnswer }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const makeReady = useMutation({
    mutationFn: () => api.ready(workflow.id, workflow.latest_version),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["workflows"] }),
  });
  const errors = workflow.problems.filter((problem) => problem.severity !== "warning");
  const newer = workflow.ready_version !== workflow.latest_version && workflow.status !== "archived";
  if (!newer && workflow.problems.length === 0) return null;
  return (
    <div className="panel">
      {newer && errors.length === 0 && (
        <div className="panel-head">
          <span>{t("workflows.draftNewer", { version: workflow.latest_version })}</span>
          <span className="grow" />
          <button
            type="button"
            className="btn dense"
            disabled={makeReady.isPending}
            onClick={() => makeReady.mutate()}
          >
            {t("workflow.makeReady", { version: workflow.latest_version })}
          </button>
        </div>
      )}
      {makeReady.isError && <ErrorNotice error={makeReady.error} />}
      {workflow.problems.length > 0 && <Problems problems={workflow.problems} />}
    </div>
  );
}

function Problems({ problems }: { problems: readonly ProblemItem[] }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="panel-head">
        <h2>{t("workflow.problems")}</h2>
        <span className="chip fail">{problems.length}</span>
      </div>
      <ul className="problems">
        {problems.map((problem) => (
          <li key={`${problem.pointer} ${problem.code} ${problem.message}`}>
            <StatusGlyph status={problem.severity === "warning" ? "waiting" : "failed"} />
            <b>{problem.node ?? ""}</b>
            <code className="dim">{problem.pointer}</code>
            <span>
              {problem.message} <span className="dim">{problem.advice}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Shown({ workflow }: { workflow: WorkflowAnswer }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const drawable = (workflow.definition?.nodes?.length ?? 0) > 0;
  return (
    <>
      <div className="panel-head">
        <h2>{t("workflow.graph")}</h2>
        <span className="dim">{t("workflows.version", { version: workflow.latest_version })}</span>
      </div>
      {drawable && <Graph definition={workflow.definition} direction={narrow ? "TB" : "LR"} />}
    </>
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
        <span className="dim clip">{formatActor(run.requested_by, t)}</span>
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
