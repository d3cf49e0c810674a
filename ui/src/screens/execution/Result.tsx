/** What the execution gave: reports in place (sandboxed: their code can reach nothing), and its result like any value. */

import { useTranslation } from "react-i18next";
import { artifactUrl } from "../../api/client";
import { Icon } from "../../components/Icon";
import type { ArtifactRef } from "../../execution/events";
import { useExecution } from "../../execution/store";
import type { ExecutionView } from "../../execution/view";
import { formatBytes } from "../../format/format";
import { Payload } from "./step/Payload";

const SHOWN = /^(text\/html|image\/(png|jpeg|svg\+xml|webp|gif))/;

export function reportsOf(view: ExecutionView): ArtifactRef[] {
  const all = Object.values(view.steps).flatMap((step) => step.artifacts);
  return all.filter((artifact) => SHOWN.test(artifact.media_type));
}

export function hasResult(view: ExecutionView): boolean {
  return view.status === "completed" && (reportsOf(view).length > 0 || hasValue(view));
}

function hasValue({ result, resultArtifact }: ExecutionView): boolean {
  return result !== null || resultArtifact !== null;
}

export function Result() {
  const { t } = useTranslation();
  const view = useExecution((state) => (hasResult(state.view) ? state.view : null));
  if (!view) return null;
  const file = `${view.workflowName}-${view.number}-result`;
  return (
    <div id="result" className="results">
      {reportsOf(view).map((report) => (
        <section key={report.sha256} className="panel">
          <div className="panel-head">
            <h2>{t("result.report")}</h2>
            <span className="dim">
              {report.name} · {formatBytes(report.size_bytes)}
            </span>
            <span className="grow" />
            <a
              className="btn dense"
              href={artifactUrl(view.id, report.sha256)}
              target="_blank"
              rel="noreferrer"
            >
              <Icon name="external" size={14} />
              {t("result.newTab")}
            </a>
            <a
              className="btn dense"
              href={artifactUrl(view.id, report.sha256, true)}
              download={report.name ?? true}
            >
              <Icon name="download" size={14} />
              {t("common.download")}
            </a>
          </div>
          <iframe
            className="report"
            title={t("result.frame")}
            sandbox="allow-scripts"
            src={artifactUrl(view.id, report.sha256)}
          />
        </section>
      ))}
      {hasValue(view) && (
        <section className="panel" aria-label={t("result.value")}>
          <div className="step-detail-body">
            <Payload
              value={view.result}
              artifact={view.resultArtifact && { ...view.resultArtifact, name: `${file}.json` }}
              executionId={view.id}
              label={t("result.value")}
              file={file}
              none={t("step.none")}
            />
          </div>
        </section>
      )}
    </div>
  );
}
