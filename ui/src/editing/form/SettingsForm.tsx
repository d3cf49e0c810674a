import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Acting } from "../canvas/useActions";
import { isObject } from "../drawable";
import type { Mark } from "../marks";
import { FieldRow } from "./FieldRow";
import { NumberField } from "./NumberField";
import { TextLine } from "./TextLine";

interface Props {
  settings: unknown;
  act: Acting;
  marks: readonly Mark[];
  readOnly: boolean;
}

const NUMBERS = [
  "timeout_s",
  "queue_timeout_s",
  "max_parallel_steps",
  "priority",
  "retry/max_attempts",
  "concurrency/limit",
] as const;

/** The first is what it is when nothing is written. */
const CHOICES = [
  { path: "on_failure", name: "on_failure", choices: ["drain", "stop"] },
  {
    path: "concurrency/on_limit",
    name: "on_limit",
    choices: ["queue", "refuse", "replace_oldest", "cancel_newest"],
  },
] as const;

/** How long a run may take, how many at once, and what its failures mean. */
export function SettingsForm({ settings, act, marks, readOnly }: Props) {
  const { t } = useTranslation();
  const own = isObject(settings) ? settings : {};
  const at = (path: string): unknown =>
    path.split("/").reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), own);
  const problems = (path: string) =>
    marks.filter(({ field }) => field === `settings.${path.replaceAll("/", ".")}`);
  const set = (path: string, value: unknown) => act.setTop(`settings/${path}`, value);
  const [open] = useState(Object.keys(own).length > 0);
  return (
    <details open={open}>
      <summary>{t("form.settings")}</summary>
      {NUMBERS.map((path) => (
        <NumberField
          key={path}
          label={t(`form.setting.${path.replace("/", "_") as "timeout_s"}`)}
          value={at(path)}
          readOnly={readOnly}
          problems={problems(path)}
          onSet={(value) => set(path, value)}
        />
      ))}
      {at("concurrency") !== undefined && (
        <TextLine
          label={t("form.setting.concurrency_key")}
          hint={t("form.setting.concurrency_keyHint")}
          value={at("concurrency/key")}
          readOnly={readOnly}
          problems={problems("concurrency/key")}
          onSet={(value) => set("concurrency/key", value || undefined)}
        />
      )}
      {CHOICES.filter(({ path }) => path !== "concurrency/on_limit" || at("concurrency") !== undefined).map(
        ({ path, name, choices }) => (
          <FieldRow key={path} label={t(`form.setting.${name}`)} problems={problems(path)}>
            {({ id, describedBy }) => (
              <select
                id={id}
                className="input"
                disabled={readOnly}
                aria-describedby={describedBy}
                value={String(at(path) ?? choices[0])}
                onChange={({ target: { value } }) => set(path, value === choices[0] ? undefined : value)}
              >
                {choices.map((choice) => (
                  <option key={choice} value={choice}>
                    {t(`form.setting.of_${name}.${choice}` as never)}
                  </option>
                ))}
              </select>
            )}
          </FieldRow>
        ),
      )}
    </details>
  );
}
