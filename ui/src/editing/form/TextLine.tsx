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
  /** Why what was typed is not taken; null where it is. */
  refused?: (text: string) => string | null;
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
  refused = () => null,
}: Props) {
  const [draft, type] = useDraft(value, (own) => (typeof own === "string" ? own : ""));
  return (
    <FieldRow label={label} hint={hint} problems={problems}>
      {({ id, describedBy, wrong }) => {
        const Field = lines ? "textarea" : "input";
        const why = refused(draft);
        const describes = [describedBy, why !== null && `${id}-refused`].filter(Boolean).join(" ");
        return (
          <>
            <Field
              id={id}
              className="input"
              data-first={first || undefined}
              autoComplete="off"
              readOnly={readOnly}
              aria-describedby={describes || undefined}
              aria-invalid={wrong || why !== null || undefined}
              value={draft}
              onChange={({ target }: { target: HTMLInputElement | HTMLTextAreaElement }) => {
                type(target.value, target.value === "" ? undefined : comesBackAs(target.value));
                onSet(target.value);
              }}
            />
            {why !== null && (
              <p className="wrong" id={`${id}-refused`}>
                {why}
              </p>
            )}
          </>
        );
      }}
    </FieldRow>
  );
}
