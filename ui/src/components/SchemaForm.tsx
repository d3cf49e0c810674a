/** The run form: fields drawn from a workflow's input schema; what has no field is written as JSON. */

import { useTranslation } from "react-i18next";
import type { JsonSchema } from "../api/types";
import type { Json } from "../execution/events";
import { StatusGlyph } from "./StatusGlyph";
import { type FieldProblem, type FormValues, fieldKind, fieldWords } from "./schemaValues";

interface Props {
  schema: JsonSchema;
  values: FormValues;
  problems: Record<string, FieldProblem>;
  /** The server's word on a field, already a sentence. */
  refused?: Record<string, string>;
  onChange: (name: string, value: string | boolean) => void;
}

export function SchemaForm({ schema, values, problems, refused, onChange }: Props) {
  const { t } = useTranslation();
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return <p className="dim">{t("run.none")}</p>;
  return (
    <>
      {fields.map(([name, field], index) => {
        const problem = problems[name];
        return (
          <Field
            key={name}
            name={name}
            schema={field}
            autoFocus={index === 0}
            required={schema.required?.includes(name) ?? false}
            value={values[name] ?? ""}
            wrong={
              problem ? String(t(`run.${problem.key}` as never, problem.params as never)) : refused?.[name]
            }
            onChange={(value) => onChange(name, value)}
          />
        );
      })}
    </>
  );
}

interface FieldProps {
  name: string;
  schema: JsonSchema;
  required: boolean;
  value: string | boolean;
  wrong?: string | undefined;
  autoFocus: boolean;
  onChange: (value: string | boolean) => void;
}

function Field({ name, schema, required, value, wrong, autoFocus, onChange }: FieldProps) {
  const { t, i18n } = useTranslation();
  const { title, description } = fieldWords(schema, i18n.language);
  const id = `input-${name}`;
  const kind = fieldKind(schema);
  const described = [description && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  const common = {
    id,
    className: "input",
    "aria-invalid": wrong ? true : undefined,
    "aria-describedby": described || undefined,
    "aria-required": required || undefined,
    "data-autofocus": autoFocus || undefined, // Mantine's dialog puts the focus here
  };
  const text = String(value);
  return (
    <div className="field">
      {kind === "boolean" ? (
        <label className="switch" htmlFor={id}>
          <span>{title ?? name}</span>
          <input
            id={id}
            type="checkbox"
            role="switch"
            checked={value === true}
            aria-describedby={common["aria-describedby"]}
            onChange={(event) => onChange(event.target.checked)}
          />
        </label>
      ) : (
        <label htmlFor={id}>
          {title ?? name}
          <span className="dim">
            {kind === "json" ? t("run.jsonHint") : required ? "" : t("common.optional")}
          </span>
        </label>
      )}
      {kind === "enum" && (
        <select {...common} value={text} onChange={(event) => onChange(event.target.value)}>
          {(!required || text === "") && <option value="">{t("run.choose")}</option>}
          {(schema.enum ?? []).map((option: Json) => (
            <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
              {typeof option === "string" ? option : JSON.stringify(option)}
            </option>
          ))}
        </select>
      )}
      {kind === "json" && (
        <textarea
          {...common}
          spellCheck={false}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {(kind === "string" || kind === "number" || kind === "integer") && (
        <input
          {...common}
          type="text"
          inputMode={kind === "string" ? undefined : kind === "integer" ? "numeric" : "decimal"}
          autoComplete="off"
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {description && (
        <p className="hint" id={`${id}-hint`}>
          {description}
        </p>
      )}
      {wrong && (
        <p className="wrong" id={`${id}-wrong`}>
          <StatusGlyph status="failed" size={12} />
          {wrong}
        </p>
      )}
    </div>
  );
}
