import { useTranslation } from "react-i18next";
import type { ProblemItem } from "../../api/types";
import { problemAt } from "./limits";

interface Props {
  value: string | null;
  most: number;
  problems: readonly ProblemItem[];
  onChange: (value: string | null) => void;
}

/** How many attempts at once: as the load lets, or so many. */
export function Attempts({ value, most, problems, onChange }: Props) {
  const { t } = useTranslation();
  const problem = problemAt(problems, "attempts");
  return (
    <fieldset className="limit-rows">
      <legend>{t("queue.edit.attempts")}</legend>
      <label className="limit-choice">
        <input
          type="radio"
          name="attempts"
          checked={value === null}
          data-autofocus
          onChange={() => onChange(null)}
        />
        {t("queue.edit.follows", { most })}
      </label>
      <label className="limit-choice">
        <input
          type="radio"
          name="attempts"
          checked={value !== null}
          onChange={() => onChange(value ?? String(most))}
        />
        {t("queue.edit.pinned")}
        <input
          className="input"
          inputMode="numeric"
          aria-label={t("queue.edit.attempts")}
          aria-invalid={problem !== undefined}
          disabled={value === null}
          value={value ?? ""}
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      {problem && (
        <p className="wrong" role="alert">
          {t("queue.problem.attempts", { most })}
        </p>
      )}
    </fieldset>
  );
}
