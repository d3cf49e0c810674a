import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Accepted } from "../../api/types";
import { Status } from "../../components/StatusGlyph";
import { StepTime } from "../../components/StepTime";
import { FINAL } from "../../execution/events";
import { ExecutionContext, useExecution, useView } from "../../execution/store";
import { useExecutionStream } from "../../execution/useExecutionStream";
import { Payload } from "../../screens/execution/step/Payload";
import { StepFailure } from "../../screens/execution/step/StepFailure";

interface Props {
  accepted: Accepted;
  step: string;
}

/** How the step does in the execution that was started for it, live. */
export function TriedStep({ accepted, step }: Props) {
  const { t } = useTranslation();
  const execution = useExecutionStream(accepted.execution_id, null);
  return (
    <div className="tried-step" data-tried-step={step}>
      {execution.data && (
        <ExecutionContext value={execution.data.store}>
          <Outcome step={step} />
        </ExecutionContext>
      )}
      <Link to={`/executions/${accepted.execution_id}`}>{t("part.see", { number: accepted.number })}</Link>
    </div>
  );
}

function Outcome({ step: path }: { step: string }) {
  const { t } = useTranslation();
  const { id, status, causePath } = useView("id", "status", "causePath");
  const step = useExecution(({ view }) => view.steps[path]);
  const cause = useExecution(({ view }) => (causePath === null ? undefined : view.steps[causePath]));
  const before = cause && causePath !== path;
  return (
    <>
      <p className="tried-status" role="status">
        <Status status={step && step.status !== "pending" ? step.status : status} />
        {step && <StepTime step={step} />}
      </p>
      {before && (
        <p>
          <code>{causePath}</code> <Status status={cause.status} size={12} />
        </p>
      )}
      {before ? <StepFailure step={cause} /> : step?.error && <StepFailure step={step} />}
      {step?.status === "completed" && FINAL.has(status) && (
        <Payload
          value={step.output}
          artifact={step.outputArtifact}
          files={step.artifacts}
          executionId={id}
          label={t("part.result")}
          file={`${path}-output`}
          none={t("part.noOutput")}
        />
      )}
    </>
  );
}
