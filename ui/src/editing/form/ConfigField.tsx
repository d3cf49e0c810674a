import { useTranslation } from "react-i18next";
import type { Mark } from "../marks";
import { CodeField } from "./CodeField";
import { FieldRow } from "./FieldRow";
import { type Field, takesNumbers } from "./fields";
import { fieldWords } from "./fieldWords";
import { MapField } from "./MapField";
import { Tried } from "./Tried";
import { useDraft } from "./useDraft";
import type { Surroundings } from "./useSurroundings";
import { readText, shownText } from "./values";

interface Props {
  field: Field;
  value: unknown;
  problems: readonly Mark[];
  around: Surroundings;
  /** Sets the field, or with a name what stands under that name in it. */
  onSet: (value: unknown, name?: string) => void;
  /** Calls what stands under a name in the field otherwise. */
  onRename: (old: string, name: string) => void;
}

/** One field of a step's config. */
export function ConfigField({ field, value, problems, around, onSet, onRename }: Props) {
  const { i18n } = useTranslation();
  const { widget, schema } = field;
  const { title, hint } = fieldWords(field, i18n.language);
  const row = { label: title, hint, optional: !field.required, problems };
  if (widget === "map") {
    return (
      <FieldRow {...row} group>
        {() => (
          <MapField
            label={title}
            value={(value ?? {}) as Record<string, unknown>}
            around={around}
            onSetOne={(name, own) => onSet(own, name)}
            onRename={(old, name) => onRename(old, name)}
          />
        )}
      </FieldRow>
    );
  }
  if (widget === "switch") {
    return (
      <FieldRow {...row} optional={false}>
        {({ id, describedBy }) => (
          <input
            id={id}
            type="checkbox"
            role="switch"
            disabled={around.readOnly}
            checked={value === undefined ? schema.default === true : value === true}
            aria-describedby={describedBy}
            onChange={(event) => onSet(event.target.checked)}
          />
        )}
      </FieldRow>
    );
  }
  if (widget === "choice") {
    return (
      <FieldRow {...row}>
        {({ id, describedBy, wrong }) => (
          <select
            id={id}
            className="input"
            disabled={around.readOnly}
            aria-describedby={describedBy}
            aria-invalid={wrong || undefined}
            value={String(value ?? schema.default ?? "")}
            onChange={(event) => onSet(event.target.value || undefined)}
          >
            {value === undefined && schema.default === undefined && <option value="" />}
            {schema.enum!.map((option) => (
              <option key={String(option)}>{String(option)}</option>
            ))}
          </select>
        )}
      </FieldRow>
    );
  }
  return <TextField field={field} value={value} around={around} onSet={onSet} row={row} />;
}

function TextField({
  field,
  value,
  around,
  onSet,
  row,
}: Omit<Props, "problems" | "onRename"> & { row: Omit<Parameters<typeof FieldRow>[0], "children"> }) {
  const { t } = useTranslation();
  const { widget, schema } = field;
  const [draft, type] = useDraft(value, (own) => shownText(own, widget));
  const unreadable = "unreadable" in readText(draft, widget, false);
  const write = (text: string) => {
    const read = readText(text, widget, takesNumbers(schema));
    if ("unreadable" in read) {
      // The definition keeps what it has until this can be read.
      type(text, value);
      return;
    }
    type(text, read.value);
    onSet(read.value);
  };
  return (
    <FieldRow {...row} group>
      {({ describedBy, wrong }) => (
        <>
          <CodeField
            text={draft}
            language={field.language}
            single={widget === "line"}
            label={row.label}
            describedBy={describedBy}
            wrong={wrong || unreadable}
            readOnly={around.readOnly}
            names={schema["x-expression"] ? around.names : null}
            onChange={write}
          />
          {unreadable && <p className="wrong">{t("form.unreadable")}</p>}
          {schema["x-expression"] && <Tried template={value} execution={around.execution} />}
        </>
      )}
    </FieldRow>
  );
}
