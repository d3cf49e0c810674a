import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NodeDefinition } from "../../execution/edges";
import type { Acting } from "../canvas/useActions";
import type { Mark } from "../marks";
import { FieldRow } from "./FieldRow";
import { NumberField } from "./NumberField";

interface Props {
  node: NodeDefinition;
  act: Acting;
  readOnly: boolean;
  problems: (field: string) => readonly Mark[];
}

const CHOICES = { on_error: ["fail", "continue", "edges"], join: ["any", "all", "first"] } as const;

/** What every step can have: how long, how often, and what its failure means. */
export function Behaviour({ node, act, readOnly, problems }: Props) {
  const { t } = useTranslation();
  const fields = node as unknown as Record<string, unknown> & { retry?: Record<string, unknown> };
  // As it was when the step was chosen: it does not close under what is typed into it.
  const [open] = useState(() => ["timeout_s", "retry", "on_error", "join"].some((field) => field in fields));
  return (
    <details open={open}>
      <summary>{t("form.behaviour")}</summary>
      <NumberField
        label={t("form.timeout")}
        value={fields.timeout_s}
        readOnly={readOnly}
        problems={problems("timeout_s")}
        onSet={(value) => act.set(node.id, "/timeout_s", value)}
      />
      <NumberField
        label={t("form.attempts")}
        value={fields.retry?.max_attempts}
        readOnly={readOnly}
        problems={problems("retry")}
        onSet={(value) => act.set(node.id, "/retry/max_attempts", value)}
      />
      {(["on_error", "join"] as const).map((field) => (
        <FieldRow key={field} label={t(`form.${field}.label`)} problems={problems(field)}>
          {({ id, describedBy }) => (
            <select
              id={id}
              className="input"
              disabled={readOnly}
              aria-describedby={describedBy}
              value={String(fields[field] ?? CHOICES[field][0])}
              onChange={({ target: { value } }) =>
                act.set(node.id, `/${field}`, value === CHOICES[field][0] ? undefined : value)
              }
            >
              {CHOICES[field].map((choice) => (
                <option key={choice} value={choice}>
                  {t(`form.${field}.${choice}` as never)}
                </option>
              ))}
            </select>
          )}
        </FieldRow>
      ))}
    </details>
  );
}
