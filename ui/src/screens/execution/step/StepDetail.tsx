/** What the chosen step got, gave and cost, its attempts, and why it failed. */

import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { tell } from "../../../api/problem";
import { Icon, kindIcon } from "../../../components/Icon";
import { Status } from "../../../components/StatusGlyph";
import { Tabs } from "../../../components/Tabs";
import type { ArtifactRef, Json } from "../../../execution/events";
import { useExecution } from "../../../execution/store";
import type { StepView } from "../../../execution/view";
import { formatBytes, formatDuration } from "../../../format/format";
import { ArtifactView } from "../../../value/ArtifactView";
import { ValueView } from "../../../value/ValueView";
import { Attempts } from "./Attempts";

const TABS = ["output", "input", "attempts"] as const;
type Tab = (typeof TABS)[number];

export function StepDetail() {
  const { t } = useTranslation();
  const step = useExecution((state) => (state.selected ? state.view.steps[state.selected] : undefined));
  const id = useExecution((state) => state.view.id)!;
  const [tab, setTab] = useState<Tab>("output");
  const panel = useRef<HTMLElement>(null);
  const path = step?.path;
  // Chosen in the graph or the list, it may stand below what is seen.
  useEffect(() => {
    if (path !== undefined) panel.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [path]);
  if (!step) return null;
  const word = (name: Tab) =>
    name === "attempts" ? t("step.attempts", { count: step.attempts.length }) : t(`step.${name}`);
  return (
    <section className="panel step-detail" aria-label={step.path} ref={panel}>
      <Head step={step} />
      <Tabs id="step-tab" names={TABS} chosen={tab} onChoose={setTab} word={word} label={step.path} />
      <div
        className="step-detail-body"
        id="step-tab-panel"
        role="tabpanel"
        aria-labelledby={`step-tab-${tab}`}
      >
        {step.child && (
          <Link className="btn" to={`/executions/${step.child}`}>
            <Icon name="executions" size={16} />
            {t("execution.child")}
          </Link>
        )}
        {step.error && <StepFailure step={step} />}
        {tab === "output" && (
          <Payload
            key={`${step.path} output`}
            value={step.output}
            artifact={step.outputArtifact}
            files={step.artifacts}
            executionId={id}
            label={t("step.output")}
            file={`${step.path}-output`}
            none={t("step.none")}
          />
        )}
        {tab === "input" && (
          <Payload
            key={`${step.path} input`}
            value={step.input}
            artifact={step.inputArtifact}
            executionId={id}
            label={t("step.input")}
            file={`${step.path}-input`}
            none={t("step.noInput")}
          />
        )}
        {tab === "attempts" && <Attempts step={step} />}
      </div>
    </section>
  );
}

function Head({ step }: { step: StepView }) {
  const { t } = useTranslation();
  const select = useExecution((state) => state.select)!;
  return (
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

interface PayloadProps {
  value: Json;
  /** In place of the value where it was too large to stand in the log. */
  artifact: ArtifactRef | null;
  files?: readonly ArtifactRef[];
  executionId: string;
  label: string;
  file: string;
  none: string;
}

function Payload({ value, artifact, files = [], executionId, label, file, none }: PayloadProps) {
  if (value === null && !artifact && files.length === 0) return <p className="dim">{none}</p>;
  return (
    <>
      {value !== null && <ValueView value={value} label={label} file={file} />}
      {[...(artifact ? [artifact] : []), ...files].map((one) => (
        <ArtifactView key={one.sha256} file={one} executionId={executionId} />
      ))}
    </>
  );
}
