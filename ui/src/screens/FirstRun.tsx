/** Before anything has run: the example, its form, and one press. */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../api/client";
import type { Definition, WorkflowItem } from "../api/types";
import { Icon } from "../components/Icon";
import { ErrorNotice, Skeleton } from "../components/Notices";
import { RunError } from "../components/RunDialog";
import { SchemaForm } from "../components/SchemaForm";
import { useRun } from "../components/useRun";
import { Picture } from "../graph/Picture";
import "./firstRun.css";

const NEXT = ["run", "watch", "break", "read"] as const;

export default function FirstRun({ workflow }: { workflow: WorkflowItem }) {
  const { t } = useTranslation();
  const version = useQuery({
    queryKey: ["version", workflow.id, workflow.ready_version],
    queryFn: () => api.version(workflow.id, workflow.ready_version ?? workflow.version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <section className="first-run">
      <h2>{t("start.title")}</h2>
      <p className="lead">{t("start.lead")}</p>
      <div className="panel first-run-box">
        {version.isPending && <Skeleton />}
        {version.isError && <ErrorNotice error={version.error} onRetry={() => void version.refetch()} />}
        {version.data && <Box workflow={workflow} definition={version.data.definition} />}
      </div>
      <ol className="next-steps">
        {NEXT.map((step, index) => (
          <li key={step}>
            <span className={index === 0 ? "no now" : "no"}>{index + 1}</span>
            <span>
              <b>{t(`start.${step}`)}</b>
              <br />
              <span className="dim">{t(`start.${step}Text`)}</span>
            </span>
          </li>
        ))}
      </ol>
      <div className="panel own-first">
        <div className="grow">
          <b>{t("next.own")}</b>
          <p className="dim">{t("next.ownText")}</p>
        </div>
        <Link className="btn" to="/workflows/start">
          <Icon name="plus" size={16} />
          {t("importing.new")}
        </Link>
      </div>
    </section>
  );
}

function Box({ workflow, definition }: { workflow: WorkflowItem; definition: Definition }) {
  const { t } = useTranslation();
  const run = useRun(workflow.id, definition.inputs);
  const { submit } = run;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [submit]);
  return (
    <>
      <div className="first-run-graph hide-phone">
        <Picture definition={definition} />
      </div>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          run.submit();
        }}
      >
        <div>
          <h3>{workflow.name}</h3>
          <p className="dim">{t("start.steps", { count: workflow.nodes })}</p>
        </div>
        <SchemaForm
          schema={definition.inputs ?? {}}
          values={run.values}
          problems={run.problems}
          refused={run.refused}
          onChange={run.change}
        />
        <RunError error={run.error} />
        <button type="submit" className="btn primary tall" disabled={run.busy}>
          <Icon name="play" size={14} />
          {run.busy ? t("run.starting") : t("start.runIt")}
          {!run.busy && <kbd>{t("run.shortcut")}</kbd>}
        </button>
        <Link className="btn link" to={`/workflows/${workflow.id}`}>
          {t("start.open")}
        </Link>
      </form>
    </>
  );
}
