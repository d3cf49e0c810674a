/** The cause first, its consequences folded beside it, the next step one press away. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../api/client";
import { tell } from "../../api/problem";
import { Icon } from "../../components/Icon";
import { RunDialog } from "../../components/RunDialog";
import { ServerWords } from "../../components/ServerWords";
import { StatusGlyph } from "../../components/StatusGlyph";
import { withGiven } from "../../components/schemaValues";
import type { Json, Part, StepError } from "../../execution/events";
import { useExecution } from "../../execution/store";
import type { ExecutionView } from "../../execution/view";
import { CompareWithLastGood } from "../compare/CompareWithLastGood";
import { type Preset, RetryDialog } from "./Retry";
import { type Retrying, waysOf } from "./recovery";

export function FailureCard() {
  const failed = useExecution(({ view }) => (view.status === "failed" ? view : null));
  return failed?.error ? <Card view={failed} error={failed.error} /> : null;
}

function Card({ view, error }: { view: ExecutionView; error: StepError }) {
  const { t, i18n } = useTranslation();
  const select = useExecution((state) => state.select)!;
  const [again, setAgain] = useState(false);
  const [retrying, setRetrying] = useState<Retrying | null>(null);
  const { causePath } = view;
  const told = tell(error, t, i18n.language);
  const title = told.title ?? told.category;
  return (
    <section className="panel failure" role="alert" aria-label={t("failure.label")} data-error={error.code}>
      <StatusGlyph status="failed" size={28} />
      <div className="failure-body">
        <p className="failure-kind">
          <span className="chip fail">{told.category}</span>
          <code className="dim">
            {error.category} · {error.type}
          </code>
        </p>
        <h2>{causePath ? t("failure.at", { step: causePath, message: title }) : title}</h2>
        <ServerWords told={told} className="failure-message" />
        <p>{told.advice}</p>
        <div className="actions">
          {waysOf(error.category, causePath, hasFields(view.inputs)).map((way, index) => (
            <button
              key={way}
              type="button"
              className={index === 0 ? "btn primary" : "btn"}
              onClick={() => setRetrying(way)}
            >
              <Icon name="history" size={14} />
              {t(`failure.ways.${way}`)}
            </button>
          ))}
        </div>
        <div className="actions">
          <button type="button" className="btn" onClick={() => setAgain(true)}>
            <Icon name="play" size={14} />
            {t("failure.runAgain")}
          </button>
          {causePath && (
            <button type="button" className="btn" onClick={() => select(causePath)}>
              {t("failure.showStep")}
            </button>
          )}
          <Link className="btn" to={`/workflows/${view.workflowId}`}>
            {t("failure.openWorkflow")}
          </Link>
          <CompareWithLastGood view={view} />
        </div>
        {error.traceback && (
          <details>
            <summary>{t("failure.traceback")}</summary>
            <pre className="mono">{error.traceback}</pre>
          </details>
        )}
      </div>
      <Consequences view={view} />
      <RetryDialog
        opened={retrying !== null}
        preset={retrying === null ? undefined : presetOf(retrying, causePath)}
        onClose={() => setRetrying(null)}
      />
      {again && <RunAgain view={view} onClose={() => setAgain(false)} />}
    </section>
  );
}

const hasFields = (inputs: Json) =>
  typeof inputs === "object" && inputs !== null && Object.keys(inputs).length > 0;

function presetOf(way: Retrying, causePath: string | null): Preset {
  if (way === "step" && causePath !== null)
    return { from: "steps", steps: [stepOf(causePath)], edits: false };
  return { from: way === "all" ? "start" : "failed", steps: [], edits: way === "edited" };
}

/** Of an item of a map the map: the retry keeps the items that completed. */
const stepOf = (path: string) => path.replace(/\[.*$/, "");

/** Other failures, and steps that never started because of it. */
function Consequences({ view }: { view: ExecutionView }) {
  const { t } = useTranslation();
  const failed = view.knockOn.filter((path) => path !== view.causePath);
  const skipped = Object.values(view.steps)
    .filter((step) => step.status === "skipped" && step.reason === "execution_failed")
    .map((step) => step.path);
  const count = failed.length + skipped.length;
  if (count === 0) return null;
  return (
    <details className="consequences" open={count <= 4}>
      <summary className="dim">{t("failure.knockOn", { count })}</summary>
      <ul>
        {failed.map((path) => (
          <li key={path}>
            <StatusGlyph status="failed" /> {path}
          </li>
        ))}
        {skipped.map((path) => (
          <li key={path}>
            <StatusGlyph status="skipped" /> {path} <span className="dim">{t("failure.skipped")}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

const wishOf = ({ step, upstream }: Part) => ({ step, upstream });

/** The run form again, filled with what this execution was given. */
function RunAgain({ view, onClose }: { view: ExecutionView; onClose: () => void }) {
  const workflow = useQuery({
    queryKey: ["workflows", "one", view.workflowId],
    queryFn: () => api.workflow(view.workflowId),
  });
  // A part is run again as it was: its version may never have been made ready.
  const number = view.part ? view.workflowVersion : (workflow.data?.ready_version ?? null);
  const version = useQuery({
    queryKey: ["version", view.workflowId, number],
    queryFn: () => api.version(view.workflowId, number!),
    enabled: number !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!version.data) return null;
  return (
    <RunDialog
      workflow={{ id: view.workflowId, name: view.workflowName }}
      schema={withGiven(version.data.definition.inputs, view.inputs)}
      opened
      onClose={onClose}
      part={view.part && number !== null ? { wish: { part: wishOf(view.part), version: number } } : undefined}
    />
  );
}
