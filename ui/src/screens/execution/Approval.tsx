/** A step that asks a person: the question, a form where there is one, yes and no. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverClock } from "../../api/clock";
import type { Definition, JsonSchema } from "../../api/types";
import { RunError } from "../../components/RunDialog";
import { SchemaForm } from "../../components/SchemaForm";
import { StatusGlyph } from "../../components/StatusGlyph";
import { type FormValues, initialValues, readValues } from "../../components/schemaValues";
import type { NodeDefinition } from "../../execution/edges";
import { useExecution, useWaiting } from "../../execution/store";
import type { StepView } from "../../execution/view";
import { formatMoment } from "../../format/format";
import { useAnswer } from "./useAnswer";

export function Approvals({ definition }: { definition: Definition | undefined }) {
  const id = useExecution((state) => state.view.id)!;
  const asking = useWaiting("approval");
  return asking.map((step) => {
    const node = definition?.nodes?.find(({ id }) => id === step.path);
    return <Approval key={step.path} id={id} step={step} node={node} />;
  });
}

interface Props {
  id: string;
  /** Of the graph, or an item of a map. */
  step: StepView;
  /** Whose config has the form, if any. */
  node: Partial<NodeDefinition> | undefined;
  onAnswered?: (() => void) | undefined;
}

export function Approval({ id, step, node, onAnswered }: Props) {
  const { t } = useTranslation();
  const form = (node as { config?: { form?: JsonSchema } } | undefined)?.config?.form;
  const [changed, setChanged] = useState<FormValues>({});
  const [shown, setShown] = useState(false);
  const values = { ...initialValues(form), ...changed };
  const read = readValues(form, values);
  const answer = useAnswer(id, step.path, onAnswered);
  const approve = () => {
    setShown(true);
    if (Object.keys(read.problems).length === 0) answer.mutate({ decision: "approved", output: read.inputs });
  };
  const busy = answer.isPending || answer.isSuccess;
  return (
    <section
      className="panel failure unknown"
      aria-label={t("approval.title", { step: step.path })}
      data-approval={step.path}
    >
      <span className="status waiting">
        <StatusGlyph status="waiting" size={28} />
      </span>
      <form
        className="failure-body form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          approve();
        }}
      >
        <p className="failure-kind">
          <span className="chip retry">{t("approval.title", { step: step.path })}</span>
          {step.dueAt !== null && (
            <span className="dim">
              {t("execution.until", { at: formatMoment(step.dueAt, serverClock.now()) })}
            </span>
          )}
        </p>
        <h2 className="question">{questionOf(step)}</h2>
        {Object.keys(form?.properties ?? {}).length > 0 && (
          <SchemaForm
            schema={form!}
            values={values}
            problems={shown ? read.problems : {}}
            onChange={(name, value) => setChanged((before) => ({ ...before, [name]: value }))}
          />
        )}
        <RunError error={answer.error} />
        <div className="actions">
          <button type="submit" className="btn primary" disabled={busy}>
            {t("approval.approve")}
          </button>
          <button
            type="button"
            className="btn danger"
            disabled={busy}
            onClick={() => answer.mutate({ decision: "rejected" })}
          >
            {t("approval.reject")}
          </button>
        </div>
      </form>
    </section>
  );
}

export function questionOf(step: StepView): string {
  const input = step.input;
  const message = input !== null && typeof input === "object" && !Array.isArray(input) ? input.message : null;
  return typeof message === "string" ? message : "";
}
