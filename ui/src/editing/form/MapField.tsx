import { useEffect, useId, useRef, useState } from "react";
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
  /** Sets what stands under one name, and leaves the others as they are written. */
  onSetOne: (name: string, value: unknown) => void;
  onRename: (old: string, name: string) => void;
}

/** Names with their values: arguments, tables, headers. */
export function MapField({ label, value, around, onSetOne, onRename }: Props) {
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
  const begin = (name: string) => {
    setFresh(null);
    if (name === "" || names.includes(name)) return;
    begun.current = name;
    onSetOne(name, "");
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
          taken={names}
          onRename={(other) => onRename(name, other)}
          onSet={(own) => onSetOne(name, own)}
          onRemove={() => onSetOne(name, undefined)}
        />
      ))}
      {fresh !== null ? (
        <input
          // biome-ignore lint/a11y/noAutofocus: the row was asked for
          autoFocus
          className="input mono"
          data-own-undo
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
  taken: readonly string[];
  value: unknown;
  onRename: (name: string) => void;
  onSet: (value: unknown) => void;
  onRemove: () => void;
}

function Row({ name, taken, label, value, around, onRename, onSet, onRemove }: RowProps) {
  const { t } = useTranslation();
  const whyId = useId();
  const [called, setCalled] = useDraft(name, String);
  const wanted = called.trim();
  const wrong =
    wanted === ""
      ? t("form.mapNoName")
      : wanted !== name && taken.includes(wanted)
        ? t("form.mapTaken", { name: wanted })
        : null;
  const [draft, type] = useDraft(value, (own) => (own === "" ? "" : shownValue(own)));
  return (
    <div className="map-row">
      <input
        className="input mono"
        aria-label={t("form.mapName", { field: label })}
        value={called}
        readOnly={around.readOnly}
        aria-invalid={wrong !== null || undefined}
        aria-describedby={wrong === null ? undefined : whyId}
        onChange={(event) => setCalled(event.target.value, event.target.value)}
        onBlur={() => {
          if (wrong === null && called.trim() !== name) onRename(called.trim());
        }}
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
      {wrong !== null && (
        <p className="wrong" id={whyId}>
          {wrong}
        </p>
      )}
      <Tried template={value} execution={around.execution} />
    </div>
  );
}
