import { useTranslation } from "react-i18next";
import type { CatchUp, Overlap } from "../../api/triggers";
import { type PartProps, TriggerField } from "./TriggerField";

const OVERLAPS: readonly Overlap[] = ["skip", "queue", "allow", "replace"];
const CATCH_UPS: readonly CatchUp[] = ["latest", "none", "all"];

/** What happens when it overlaps or was missed. */
export function Policies({ draft, wrong, onChange }: PartProps) {
  const { t } = useTranslation();
  const priority = (
    <TriggerField label={t("triggers.priority")} hint={t("triggers.priorityHint")} wrong={wrong("priority")}>
      <input
        className="input"
        inputMode="numeric"
        autoComplete="off"
        value={draft.priority}
        onChange={(event) => onChange({ priority: event.target.value })}
      />
    </TriggerField>
  );
  if (draft.kind === "webhook") return priority;
  return (
    <>
      <div className="trigger-pair">
        <TriggerField label={t("triggers.overlap")} wrong={wrong("overlap")}>
          <select
            className="input"
            value={draft.overlap}
            onChange={(event) => onChange({ overlap: event.target.value as Overlap })}
          >
            {OVERLAPS.map((overlap) => (
              <option key={overlap} value={overlap}>
                {t(`triggers.overlaps.${overlap}`)}
              </option>
            ))}
          </select>
        </TriggerField>
        <TriggerField label={t("triggers.catchUp")} wrong={wrong("catch_up")}>
          <select
            className="input"
            value={draft.catchUp}
            onChange={(event) => onChange({ catchUp: event.target.value as CatchUp })}
          >
            {CATCH_UPS.map((catchUp) => (
              <option key={catchUp} value={catchUp}>
                {t(`triggers.catchUps.${catchUp}`)}
              </option>
            ))}
          </select>
        </TriggerField>
      </div>
      <div className="trigger-pair">
        <TriggerField label={t("triggers.jitter")} hint={t("triggers.jitterHint")} wrong={wrong("jitter_s")}>
          <input
            className="input"
            inputMode="decimal"
            autoComplete="off"
            value={draft.jitter}
            onChange={(event) => onChange({ jitter: event.target.value })}
          />
        </TriggerField>
        {priority}
      </div>
    </>
  );
}
