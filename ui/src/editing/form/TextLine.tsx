import type { Mark } from "../marks";
import { FieldRow } from "./FieldRow";
import { useDraft } from "./useDraft";

interface Props {
  label: string;
  hint?: string | undefined;
  value: unknown;
  problems?: readonly Mark[];
  readOnly?: boolean;
  /** Whoever opens the form begins there. */
  first?: boolean;
  /** Several lines. */
  lines?: boolean;
  onSet: (value: string) => void;
  /** As which text the value comes back, where that is another than was typed. */
  comesBackAs?: (text: string) => string;
}

/** A text of the workflow itself. */
export function TextLine({
  label,
  hint,
  value,
  problems = [],
  readOnly = false,
  first = false,
  lines = false,
  onSet,
  comesBackAs = String,
}: Props) {
  const [draft, type] = useDraft(value, (own) => (typeof own === "string" ? own : ""));
  return (
    <FieldRow label={label} hint={hint} problems={problems}>
      {({ id, describedBy, wrong }) => {
        const Field = lines ? "textarea" : "input";
        return (
          <Field
            id={id}
            className="input"
            data-first={first || undefined}
            autoComplete="off"
            readOnly={readOnly}
            aria-describedby={describedBy}
            aria-invalid={wrong || undefined}
            value={draft}
            onChange={({ target }: { target: HTMLInputElement | HTMLTextAreaElement }) => {
              type(target.value, target.value === "" ? undefined : comesBackAs(target.value));
              onSet(target.value);
            }}
          />
        );
      }}
    </FieldRow>
  );
}
