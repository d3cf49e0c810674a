import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/Icon";
import { CodeField } from "./CodeField";
import { Tried } from "./Tried";
import { useDraft } from "./useDraft";
import type { Surroundings } from "./useSurroundings";
import { readValue, shownValue } from "./values";

interface Props {
  label: string;
  value: Record<string, unknown>;
  around: Surroundings;
  onSet: (value: Record<string, unknown> | undefined) => void;
  /** Sets what stands under one name, and leaves the others as they are written. */
  onSetOne: (name: string, value: unknown) => void;
}

/** Names with their values: arguments, tables, headers. */
export function MapField({ label, value, around, onSet, onSetOne }: Props) {
  const { t } = useTranslation();
  const [fresh, setFresh] = useState<string | null>(null);
  const names = Object.keys(value);
  const rows = useRef<HTMLDivElement>(null);
  const begun = useRef<string | null>(null);
  // Whoever has named it goes on to its value.
  useEffect(() => {
    const row = begun.current === null ? -1 : Object.keys(value).indexOf(begun.current);
    if (row < 0) return;
    begun.current = null;
    rows.current?.querySelectorAll<HTMLElement>(".map-row .cm-content")[row]?.focus();
  }, [value]);
  const rename = (old: string, name: string) => {
    if (name === old || name === "" || names.includes(name)) return;
    onSet(Object.fromEntries(Object.entries(value).map(([key, own]) => [key === old ? name : key, own])));
  };
  const begin = (name: string) => {
    setFresh(null);
    if (name === "" || names.includes(name)) return;
    begun.current = name;
    onSet({ ...value, [name]: "" });
  };
  return (
    <div className="map-field" ref={rows}>
      {names.map((name) => (
        <Row
          // A row that is renamed keeps its place.
          key={names.indexOf(name)}
          name={name}
          label={label}
          value={value[name]}
          around={around}
          onRename={(other) => rename(name, other)}
          onSet={(own) => onSetOne(name, own)}
          onRemove={() => onSetOne(name, undefined)}
        />
      ))}
      {fresh !== null ? (
        <input
          // biome-ignore lint/a11y/noAutofocus: the row was asked for
          autoFocus
          className="input mono"
          aria-label={t("form.mapName", { field: label })}
          placeholder={t("form.mapHint")}
          value={fresh}
          onChange={(event) => setFresh(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") begin(fresh.trim());
            if (event.key === "Escape") setFresh(null);
          }}
          onBlur={() => begin(fresh.trim())}
        />
      ) : (
        !around.readOnly && (
          <button type="button" className="btn dense link" onClick={() => setFresh("")}>
            <Icon name="plus" size={14} />
            {t("form.mapAdd")}
          </button>
        )
      )}
    </div>
  );
}

interface RowProps extends Pick<Props, "label" | "around"> {
  name: string;
  value: unknown;
  onRename: (name: string) => void;
  onSet: (value: unknown) => void;
  onRemove: () => void;
}

function Row({ name, label, value, around, onRename, onSet, onRemove }: RowProps) {
  const { t } = useTranslation();
  const [called, setCalled] = useDraft(name, String);
  const [draft, type] = useDraft(value, (own) => (own === "" ? "" : shownValue(own)));
  return (
    <div className="map-row">
      <input
        className="input mono"
        aria-label={t("form.mapName", { field: label })}
        value={called}
        readOnly={around.readOnly}
        onChange={(event) => setCalled(event.target.value, event.target.value)}
        onBlur={() => onRename(called.trim())}
      />
      <CodeField
        single
        text={draft}
        language="template"
        label={t("form.mapValue", { name })}
        readOnly={around.readOnly}
        names={around.names}
        onChange={(text) => {
          const read = readValue(text);
          // An empty value is an empty text: the name is taken out by its button.
          const next = !("value" in read) ? text : read.value === undefined ? "" : read.value;
          type(text, next);
          onSet(next);
        }}
      />
      {!around.readOnly && (
        <button
          type="button"
          className="btn icon"
          aria-label={t("form.mapRemove", { name })}
          title={t("form.mapRemove", { name })}
          onClick={onRemove}
        >
          <Icon name="close" size={14} />
        </button>
      )}
      <Tried template={value} execution={around.execution} />
    </div>
  );
}
