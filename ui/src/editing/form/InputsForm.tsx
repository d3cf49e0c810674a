import { useTranslation } from "react-i18next";
import { Icon } from "../../components/Icon";
import type { Acting } from "../canvas/useActions";
import type { Mark } from "../marks";
import { InputForm } from "./InputForm";
import { inputsOf } from "./inputFields";

interface Props {
  /** The JSON Schema of the inputs, as far as it is written. */
  schema: unknown;
  act: Acting;
  marks: readonly Mark[];
  readOnly: boolean;
}

/** What is asked before a run. */
export function InputsForm({ schema, act, marks, readOnly }: Props) {
  const { t } = useTranslation();
  const inputs = inputsOf(schema);
  const names = inputs.map(({ name }) => name);
  const own = marks.filter(({ field }) => field === "inputs" || field.startsWith("inputs."));
  return (
    <section className="inputs-form" aria-label={t("form.inputs")}>
      <h3>{t("form.inputs")}</h3>
      {inputs.length === 0 && <p className="dim">{t("form.noInputs")}</p>}
      {inputs.map((input) => (
        <InputForm
          // A renamed one keeps its place, and what is open stays open.
          key={names.indexOf(input.name)}
          input={input}
          taken={names}
          act={act}
          problems={own.filter(({ field }) => field.startsWith(`inputs.properties.${input.name}`))}
          readOnly={readOnly}
        />
      ))}
      {own
        .filter(({ field }) => !names.some((name) => field.startsWith(`inputs.properties.${name}`)))
        .map((mark) => (
          <p key={mark.id} className="wrong" role="status">
            {mark.text} {mark.fix}
          </p>
        ))}
      {!readOnly && (
        <button type="button" className="btn dense" onClick={() => act.addInput()}>
          <Icon name="plus" size={14} />
          {t("form.addInput")}
        </button>
      )}
    </section>
  );
}
