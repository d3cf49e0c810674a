/** What the execution gave: reports in place (sandboxed: their code can reach nothing), values as a preview. */

import { useTranslation } from "react-i18next";
import { artifactUrl } from "../../api/client";
import { Icon } from "../../components/Icon";
import type { ArtifactRef } from "../../execution/events";
import { useExecution } from "../../execution/store";
import type { ExecutionView } from "../../execution/view";
import { formatBytes } from "../../format/format";

const SHOWN = /^(text\/html|image\/(png|jpeg|svg\+xml|webp|gif))/;
const PREVIEW = 4_000;

export function reportsOf(view: ExecutionView): ArtifactRef[] {
  const all = Object.values(view.steps).flatMap((step) => step.artifacts);
  return all.filter((artifact) => SHOWN.test(artifact.media_type));
}

export function hasResult(view: ExecutionView): boolean {
  return view.status === "completed" && (reportsOf(view).length > 0 || view.result !== null);
}

export function Result() {
  const { t } = useTranslation();
  const view = useExecution((state) => (hasResult(state.view) ? state.view : null));
  if (!view) return null;
  const value = view.result === null ? "" : JSON.stringify(view.result, null, 2);
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
      {value !== "" && (
        <section className="panel">
          <div className="panel-head">
            <h2>{t("result.value")}</h2>
          </div>
          <pre className="mono value">{value.slice(0, PREVIEW)}</pre>
        </section>
      )}
    </div>
  );
}
