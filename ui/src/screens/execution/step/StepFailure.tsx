import { useTranslation } from "react-i18next";
import { tell } from "../../../api/problem";
import { ServerWords } from "../../../components/ServerWords";
import type { StepView } from "../../../execution/view";

/** Why a step failed: its category in words of the person's language, and what the code said. */
export function StepFailure({ step }: { step: StepView }) {
  const { t, i18n } = useTranslation();
  if (!step.error) return null;
  const told = tell(step.error, t, i18n.language);
  return (
    <>
      <p>
        <span className="chip fail">{told.category}</span> {told.title}
      </p>
      <ServerWords told={told} className="mono" />
    </>
  );
}
