/** A step that asks a person: the question, a form where there is one, yes and no. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { serverClock } from "../../api/clock";
import type { Definition, JsonSchema } from "../../api/types";
import { RunError } from "../../components/RunDialog";
import { SchemaForm } from "../../components/SchemaForm";
import { StatusGlyph } from "../../components/StatusGlyph";
import { type FormValues, initialValues, readValues } from "../../components/schemaValues";
import type { Json } from "../../execution/events";
import { useExecution, useWaiting } from "../../execution/store";
import type { StepView } from "../../execution/view";
import { formatMoment } from "../../format/format";

export function Approvals({ definition }: { definition: Definition | undefined }) {
  const id = useExecution((state) => state.view.id)!;
  const asking = useWaiting("approval");
  return asking.map((step) => {
    const node = definition?.nodes?.find(({ id }) => id === step.path) as Asking | undefined;
    const form = node?.config?.form;
    return <Card key={step.path} id={id} step={step} form={form} />;
  });
}

interface Asking {
  config?: { form?: JsonSchema };
}

function Card({ id, step, form }: { id: string; step: StepView; form: JsonSchema | undefined }) {
  const { t } = useTranslation();
  const [changed, setChanged] = useState<FormValues>({});
  const [shown, setShown] = useState(false);
  const values = { ...initialValues(form), ...changed };
  const read = readValues(form, values);
  const answer = useMutation({
    mutationFn: ({ yes, output }: { yes: boolean; output?: Json }) =>
      api.answer(id, step.path, yes ? "approved" : "rejected", output),
  });
  const approve = () => {
    setShown(true);
    if (Object.keys(read.problems).length === 0) answer.mutate({ yes: true, output: read.inputs });
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
        <h2 className="question">{messageOf(step)}</h2>
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
            onClick={() => answer.mutate({ yes: false })}
          >
            {t("approval.reject")}
          </button>
        </div>
      </form>
    </section>
  );
}

function messageOf(step: StepView): string {
  const input = step.input;
  const message = input !== null && typeof input === "object" && !Array.isArray(input) ? input.message : null;
  return typeof message === "string" ? message : "";
}
