/** What the chosen step got, gave and cost, its attempts, and why it failed. */

import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "../../../api/types";
import { Icon, kindIcon } from "../../../components/Icon";
import { Skeleton } from "../../../components/Notices";
import { Status } from "../../../components/StatusGlyph";
import { Tabs } from "../../../components/Tabs";
import { STEP_FINAL } from "../../../execution/events";
import { useExecution } from "../../../execution/store";
import type { StepView } from "../../../execution/view";
import { formatBytes, formatDuration } from "../../../format/format";
import { Attempts } from "./Attempts";
import { Child } from "./Child";
import { Items } from "./Items";
import { Payload } from "./Payload";
import { StepFailure } from "./StepFailure";

/** Few look at it; the page comes sooner without it. */
const AgainstLastGood = lazy(() => import("./AgainstLastGood"));

const TABS = ["output", "input", "attempts", "against"] as const;
const MAP_TABS = ["items", ...TABS] as const;
type Tab = (typeof MAP_TABS)[number];

export function StepDetail({ definition }: { definition: Definition | undefined }) {
  const { t } = useTranslation();
  const step = useExecution((state) => (state.selected ? state.view.steps[state.selected] : undefined));
  const id = useExecution((state) => state.view.id)!;
  const [chosen, setTab] = useState<Tab>("items");
  const panel = useRef<HTMLElement>(null);
  const path = step?.path;
  const asked = useExecution((state) => state.itemsShown)!;
  useEffect(() => {
    if (asked === 0) return;
    setTab("items");
    panel.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [asked]);
  // Chosen in the graph or the list, it may stand below what is seen.
  useEffect(() => {
    if (path !== undefined) panel.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [path]);
  if (!step) return null;
  const names = step.items ? MAP_TABS : TABS;
  const tab = step.items || chosen !== "items" ? chosen : "output";
  const word = (name: Tab) => {
    if (name === "items") return t("step.items", { count: step.items?.total ?? 0 });
    return name === "attempts" ? t("step.attempts", { count: step.attempts.length }) : t(`step.${name}`);
  };
  return (
    <section className="panel step-detail" aria-label={step.path} ref={panel}>
      <Head step={step} />
      <Tabs id="step-tab" names={names} chosen={tab} onChoose={setTab} word={word} label={step.path} />
      <div
        className="step-detail-body"
        id="step-tab-panel"
        role="tabpanel"
        aria-labelledby={`step-tab-${tab}`}
      >
        {step.child && <Child id={step.child} />}
        {step.error && <StepFailure step={step} />}
        {tab === "items" && <Items key={step.path} step={step} executionId={id} definition={definition} />}
        {tab === "output" && (
          <Payload
            key={`${step.path} output`}
            value={step.output}
            artifact={step.outputArtifact}
            files={step.artifacts}
            executionId={id}
            label={t("step.output")}
            file={`${step.path}-output`}
            none={t(STEP_FINAL.has(step.status) ? "step.gaveNone" : "step.none")}
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
        {tab === "against" && (
          <Suspense fallback={<Skeleton rows={3} />}>
            <AgainstLastGood key={step.path} step={step} />
          </Suspense>
        )}
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
        {step.reason?.startsWith("given_") && ` · ${t(`part.givenBecause.${step.reason}` as never)}`}
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
