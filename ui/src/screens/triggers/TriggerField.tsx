import { cloneElement, type ReactElement, useId } from "react";
import { StatusGlyph } from "../../components/StatusGlyph";
import type { Draft } from "./draft";

/** What every part of the form is given. */
export interface PartProps {
  draft: Draft;
  /** What is wrong with a field, as a sentence. */
  wrong: (field: string) => string | undefined;
  onChange: (part: Partial<Draft>) => void;
}

interface Props {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  /** The control: it is given an id and what describes it. */
  children: ReactElement<Record<string, unknown>>;
}

export function TriggerField({ label, hint, wrong, children }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, {
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": wrong ? true : undefined,
      })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p className="wrong" id={`${id}-wrong`} role="alert">
          <StatusGlyph status="failed" size={12} />
          {wrong}
        </p>
      )}
    </div>
  );
}
