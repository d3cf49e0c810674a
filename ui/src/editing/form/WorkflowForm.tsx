import { useTranslation } from "react-i18next";
import type { Acting } from "../canvas/useActions";
import { isObject } from "../drawable";
import type { Mark } from "../marks";
import { InputsForm } from "./InputsForm";
import { OutputField } from "./OutputField";
import { SettingsForm } from "./SettingsForm";
import { TextLine } from "./TextLine";
import type { Surroundings } from "./useSurroundings";

interface Props {
  /** The value of the last text that could be read. */
  shown: unknown;
  act: Acting;
  marks: readonly Mark[];
  around: Surroundings;
}

/** The workflow itself, where no step is selected: its name, what it asks for, what it gives, how it runs. */
export function WorkflowForm({ shown, act, marks, around }: Props) {
  const { t } = useTranslation();
  const { readOnly } = around;
  const fields = isObject(shown) ? shown : {};
  const own = marks.filter(({ node }) => node === null);
  return (
    <form className="step-form" aria-label={t("form.workflow")} onSubmit={(event) => event.preventDefault()}>
      <p className="dim">{t("form.nothing")}</p>
      {(["name", "description"] as const).map((field) => (
        <TextLine
          key={field}
          first={field === "name"}
          label={t(`form.of.${field}`)}
          value={fields[field]}
          problems={own.filter((mark) => mark.field === field)}
          readOnly={readOnly}
          onSet={(value) => act.setTop(field, value === "" ? undefined : value)}
        />
      ))}
      <InputsForm schema={fields.inputs} act={act} marks={own} readOnly={readOnly} />
      <OutputField
        value={fields.output}
        problems={own.filter(({ field }) => field === "output" || field.startsWith("output."))}
        around={around}
        onSet={(value) => act.setTop("output", value)}
      />
      <SettingsForm settings={fields.settings} act={act} marks={own} readOnly={readOnly} />
    </form>
  );
}
