import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../api/client";
import type { Quantiles, StatisticsAnswer } from "../api/types";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { formatDuration } from "../format/format";
import { Causes } from "./statistics/Causes";
import { Days } from "./statistics/Days";
import { StepTable } from "./statistics/StepTable";
import "./statistics/statistics.css";

/** How long a workflow takes, what fails, and where the time goes. */
export default function Statistics() {
  const { t } = useTranslation();
  const { workflowId = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["statistics", workflowId],
    queryFn: () => api.statistics(workflowId),
    refetchInterval: 10_000,
  });
  const title = data ? t("statistics.of", { name: data.workflow.name }) : t("statistics.title");
  return (
    <div className="page">
      <div className="topbar">
        <PageTitle text={title} drawn />
        <h1>{title}</h1>
        <span className="grow" />
        <Link className="btn" to={`/workflows/${workflowId}`}>
          {t("statistics.back")}
        </Link>
      </div>
      {isPending && (
        <div className="panel">
          <Skeleton rows={8} />
        </div>
      )}
      {error && !data && (
        <div className="panel">
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {data && (data.runs.total === 0 ? <NeverRan /> : <Drawn statistics={data} />)}
    </div>
  );
}

function NeverRan() {
  const { t } = useTranslation();
  return (
    <div className="panel">
      <Empty title={t("statistics.none")} text={t("statistics.noneText")} />
    </div>
  );
}

function Drawn({ statistics }: { statistics: StatisticsAnswer }) {
  const { t } = useTranslation();
  const { bottleneck, runs } = statistics;
  return (
    <>
      <section className="panel" aria-labelledby="statistics-whole">
        <div className="panel-head">
          <h2 id="statistics-whole">{t("statistics.over", { count: runs.total })}</h2>
          {bottleneck && (
            <span className="dim">
              {t("statistics.bottleneck", {
                path: bottleneck.path,
                share: Math.round(bottleneck.share * 100),
              })}
            </span>
          )}
        </div>
        <div className="statistics-figures">
          <Figure name={t("statistics.completed")} value={String(runs.completed)} />
          <Figure name={t("statistics.failed")} value={String(runs.failed)} />
          <Figure name={t("statistics.stopped")} value={String(runs.stopped)} />
          <Durations of={statistics.duration_ms} />
        </div>
      </section>
      <Days days={statistics.by_day} />
      <StepTable steps={statistics.steps} />
      <Causes causes={statistics.failure_causes} />
    </>
  );
}

function Durations({ of }: { of: Quantiles | null }) {
  const { t } = useTranslation();
  return (
    <>
      <Figure name={t("statistics.half")} value={formatDuration(of?.p50, t)} />
      <Figure name={t("statistics.nine")} value={formatDuration(of?.p90, t)} />
      <Figure name={t("statistics.longest")} value={formatDuration(of?.p99, t)} />
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="statistics-figure">
      <span className="dim">{name}</span>
      <strong>{value}</strong>
    </div>
  );
}
