import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { StatusGlyph } from "../../components/StatusGlyph";
import type { Mark } from "../marks";

interface Props {
  label: string;
  hint?: string | undefined;
  optional?: boolean;
  problems: readonly Mark[];
  /** Not one field but several: each has a label of its own. */
  group?: boolean;
  children: (ids: { id: string; describedBy: string | undefined; wrong: boolean }) => ReactNode;
}

/** A field with its name, what it means, and what is wrong with it. */
export function FieldRow({ label, hint, optional = false, problems, group = false, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const described = [hint && `${id}-hint`, problems.length > 0 && `${id}-wrong`].filter(Boolean).join(" ");
  const name = (
    <>
      {label}
      {optional && <span className="dim">{t("common.optional")}</span>}
    </>
  );
  return (
    <div className="field">
      {group ? <p className="field-name">{name}</p> : <label htmlFor={id}>{name}</label>}
      {children({ id, describedBy: described || undefined, wrong: problems.length > 0 })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problems.length > 0 && (
        <div id={`${id}-wrong`} role="status">
          {problems.map((problem) => (
            <p className="wrong" key={problem.id} data-field-problem={problem.severity}>
              <StatusGlyph status={problem.severity === "error" ? "failed" : "waiting"} size={12} />
              {problem.text} {problem.fix}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}
