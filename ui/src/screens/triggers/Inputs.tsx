import { useTranslation } from "react-i18next";
import type { JsonSchema } from "../../api/types";
import { exampleInputs } from "./draft";
import { type PartProps, TriggerField } from "./TriggerField";

/** The inputs as JSON, with templates. */
export function Inputs({ draft, wrong, onChange, schema }: PartProps & { schema: JsonSchema | undefined }) {
  const { t } = useTranslation();
  const fields = Object.keys(schema?.properties ?? {});
  return (
    <div>
      <TriggerField
        label={t("triggers.inputs")}
        hint={draft.kind === "webhook" ? t("triggers.inputsOfCall") : t("triggers.inputsOfTime")}
        wrong={wrong("inputs")}
      >
        <textarea
          className="input mono"
          spellCheck={false}
          rows={4}
          placeholder="{}"
          value={draft.inputs}
          onChange={(event) => onChange({ inputs: event.target.value })}
        />
      </TriggerField>
      {fields.length > 0 && draft.inputs.trim() === "" && (
        <button
          type="button"
          className="btn link"
          onClick={() => onChange({ inputs: exampleInputs(schema, draft.kind) })}
        >
          {t("triggers.fill", { fields: fields.join(", ") })}
        </button>
      )}
    </div>
  );
}
