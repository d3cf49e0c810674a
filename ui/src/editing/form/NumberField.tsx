import type { Mark } from "../marks";
import { FieldRow } from "./FieldRow";
import { useDraft } from "./useDraft";

interface NumberProps {
  label: string;
  value: unknown;
  readOnly: boolean;
  problems: readonly Mark[];
  onSet: (value: number | string | undefined) => void;
}

/** What is no number stays as it is written: the check says so at the field. */
export function NumberField({ label, value, readOnly, problems, onSet }: NumberProps) {
  const [draft, type] = useDraft(value, (own) => (own === undefined ? "" : String(own)));
  return (
    <FieldRow label={label} optional problems={problems}>
      {({ id, describedBy, wrong }) => (
        <input
          id={id}
          className="input"
          inputMode="decimal"
          autoComplete="off"
          readOnly={readOnly}
          aria-describedby={describedBy}
          aria-invalid={wrong || undefined}
          value={draft}
          onChange={({ target }) => {
            const text = target.value.trim();
            // What is no number goes to the check as it is, which says so.
            const next = text === "" ? undefined : Number.isFinite(Number(text)) ? Number(text) : text;
            type(target.value, next);
            onSet(next);
          }}
        />
      )}
    </FieldRow>
  );
}
