import { useTranslation } from "react-i18next";
import type { TriggerKind } from "../../api/triggers";
import { CronFields } from "./CronFields";
import { UNITS } from "./draft";
import { type PartProps, TriggerField } from "./TriggerField";

const KINDS: readonly TriggerKind[] = ["cron", "interval", "webhook"];

/** What makes it fire. The kind of a trigger that exists stays. */
export function When({ fixed, ...parts }: PartProps & { fixed: boolean }) {
  const { t } = useTranslation();
  const { draft, wrong, onChange } = parts;
  return (
    <fieldset className="trigger-when">
      <legend>{t("triggers.fires")}</legend>
      <div className="segments">
        {KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={draft.kind === kind}
            disabled={fixed && draft.kind !== kind}
            onClick={() => onChange({ kind })}
          >
            {t(`triggers.kind.${kind}`)}
          </button>
        ))}
      </div>
      {draft.kind === "cron" && <CronFields {...parts} />}
      {draft.kind === "interval" && (
        <div className="trigger-every">
          <TriggerField label={t("triggers.everyLabel")} wrong={wrong("every_s")}>
            <input
              className="input"
              inputMode="decimal"
              autoComplete="off"
              value={draft.every}
              onChange={(event) => onChange({ every: event.target.value })}
            />
          </TriggerField>
          <TriggerField label={t("triggers.unit")}>
            <select
              className="input"
              value={draft.unit}
              onChange={(event) => onChange({ unit: Number(event.target.value) })}
            >
              {UNITS.map((unit) => (
                <option key={unit} value={unit}>
                  {t(`triggers.units.u${unit}`)}
                </option>
              ))}
            </select>
          </TriggerField>
        </div>
      )}
      {draft.kind === "webhook" && <p className="hint">{t("triggers.webhookHint")}</p>}
    </fieldset>
  );
}
