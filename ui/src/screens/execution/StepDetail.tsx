/** What the chosen step gave: its output as a preview, files, what it cost, why it failed. */

import { useTranslation } from "react-i18next";
import { artifactUrl } from "../../api/client";
import { tell } from "../../api/problem";
import { Icon, kindIcon } from "../../components/Icon";
import { Status } from "../../components/StatusGlyph";
import type { ArtifactRef } from "../../execution/events";
import { useExecution } from "../../execution/store";
import type { StepView } from "../../execution/view";
import { formatBytes, formatDuration } from "../../format/format";

/** A payload is shown up to here, never put whole into the page; the rest is a download. */
const PREVIEW = 4_000;

export function StepDetail() {
  const { t } = useTranslation();
  const step = useExecution((state) => (state.selected ? state.view.steps[state.selected] : undefined));
  const id = useExecution((state) => state.view.id)!;
  const select = useExecution((state) => state.select)!;
  if (!step) return null;
  return (
    <section className="panel step-detail" aria-label={step.path}>
      <div className="panel-head">
        <Icon name={kindIcon(step.kind)} size={16} />
        <h2>{step.path}</h2>
        <Status status={step.status} />
        <span className="dim">
          {step.kind}
          {step.attempt > 0 && ` · ${t("execution.attempt", { attempt: step.attempt })}`}
          {step.usage &&
            ` · ${t("step.usage", {
              cpu: formatDuration(step.usage.cpu_ms, t),
              memory: formatBytes(step.usage.peak_memory_bytes),
            })}`}
        </span>
        <span className="grow" />
        <button
          type="button"
          className="btn dense link"
          aria-label={t("common.close")}
          onClick={() => select(null)}
        >
          <Icon name="close" size={14} />
        </button>
      </div>
      <div className="step-detail-body">
        {step.error && <StepFailure step={step} />}
        <Output step={step} executionId={id} />
      </div>
    </section>
  );
}

function StepFailure({ step }: { step: StepView }) {
  const { t, i18n } = useTranslation();
  if (!step.error) return null;
  const told = tell(step.error, t, i18n.language);
  return (
    <>
      <p>
        <span className="chip fail">{told.category}</span> {told.title}
      </p>
      <p className="mono">{step.error.message}</p>
    </>
  );
}

function Output({ step, executionId }: { step: StepView; executionId: string }) {
  const { t } = useTranslation();
  const files = [...step.artifacts, ...(step.outputArtifact ? [step.outputArtifact] : [])];
  const inline = step.output === null ? "" : JSON.stringify(step.output, null, 2);
  if (files.length === 0 && inline === "") return <p className="dim">{t("step.none")}</p>;
  return (
    <>
      {files.map((file) => (
        <File key={file.sha256} file={file} executionId={executionId} />
      ))}
      {inline !== "" && (
        <>
          <h3 className="dim">{t("step.output")}</h3>
          <pre className="mono">{inline.slice(0, PREVIEW)}</pre>
          {inline.length > PREVIEW && (
            <p className="dim">
              {t("step.cut", { shown: formatBytes(PREVIEW), size: formatBytes(inline.length) })}
            </p>
          )}
        </>
      )}
    </>
  );
}

export function File({ file, executionId }: { file: ArtifactRef; executionId: string }) {
  const { t } = useTranslation();
  return (
    <p className="file">
      <Icon name="file" size={16} />
      <b>{file.name ?? t("step.output")}</b>
      <span className="dim">
        {file.media_type} · {t("step.large", { size: formatBytes(file.size_bytes) })}
      </span>
      <a
        className="btn dense"
        href={artifactUrl(executionId, file.sha256, true)}
        download={file.name ?? true}
      >
        <Icon name="download" size={14} />
        {t("common.download")}
      </a>
    </p>
  );
}
