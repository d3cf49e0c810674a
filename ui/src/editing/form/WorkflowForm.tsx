import { useTranslation } from "react-i18next";
import type { Acting } from "../canvas/useActions";
import { isObject } from "../drawable";
import type { Mark } from "../marks";
import { FieldRow } from "./FieldRow";
import { useDraft } from "./useDraft";

interface Props {
  /** The value of the last text that could be read. */
  shown: unknown;
  act: Acting;
  marks: readonly Mark[];
  readOnly: boolean;
}

/** What the workflow itself is called, where no step is selected. */
export function WorkflowForm({ shown, act, marks, readOnly }: Props) {
  const { t } = useTranslation();
  const fields = isObject(shown) ? shown : {};
  return (
    <form className="step-form" aria-label={t("form.workflow")} onSubmit={(event) => event.preventDefault()}>
      <p className="dim">{t("form.nothing")}</p>
      {(["name", "description"] as const).map((field) => (
        <Line
          key={field}
          label={t(`form.of.${field}`)}
          value={fields[field]}
          problems={marks.filter((mark) => mark.node === null && mark.field === field)}
          readOnly={readOnly}
          onSet={(value) => act.setTop(field, value === "" ? undefined : value)}
        />
      ))}
    </form>
  );
}

interface LineProps {
  label: string;
  value: unknown;
  problems: readonly Mark[];
  readOnly: boolean;
  onSet: (value: string) => void;
}

function Line({ label, value, problems, readOnly, onSet }: LineProps) {
  const [draft, type] = useDraft(value, (own) => (typeof own === "string" ? own : ""));
  return (
    <FieldRow label={label} problems={problems}>
      {({ id, describedBy, wrong }) => (
        <input
          id={id}
          className="input"
          autoComplete="off"
          readOnly={readOnly}
          aria-describedby={describedBy}
          aria-invalid={wrong || undefined}
          value={draft}
          onChange={({ target }) => {
            type(target.value, target.value === "" ? undefined : target.value);
            onSet(target.value);
          }}
        />
      )}
    </FieldRow>
  );
}
