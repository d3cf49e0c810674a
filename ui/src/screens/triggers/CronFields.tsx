import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId } from "react";
import { useTranslation } from "react-i18next";
import { triggersApi } from "../../api/triggers";
import { problemOf } from "./draft";
import { type PartProps, TriggerField } from "./TriggerField";
import { cronWords, problemWords } from "./words";

const EXAMPLES = ["0 8 * * 1-5", "*/15 * * * *", "0 * * * *", "30 6 1 * *", "0 0 * * SUN"];
const zones = (): string[] => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

/** A cron text with what it means and when it is due next, as the server says while it is typed. */
export function CronFields({ draft, wrong, onChange }: PartProps) {
  const { t, i18n } = useTranslation();
  const list = useId();
  const cron = useDeferredValue(draft.cron.trim());
  const zone = useDeferredValue(draft.timezone.trim());
  const preview = useQuery({
    queryKey: ["cron", cron, zone],
    queryFn: ({ signal }) => triggersApi.preview(cron, zone, signal),
    enabled: cron !== "" && zone !== "",
    placeholderData: (before) => before,
  });
  const problems = preview.data?.problems ?? [];
  const said = (field: string) => {
    const problem = problemOf(problems, field);
    return wrong(field) ?? (problem && problemWords(problem, t, i18n.language));
  };
  return (
    <>
      <div className="trigger-pair">
        <TriggerField
          label={t("triggers.cron")}
          hint={said("cron") ? undefined : cronWords(draft.cron, i18n.language)}
          wrong={said("cron")}
        >
          <input
            className="input mono"
            autoComplete="off"
            spellCheck={false}
            list={list}
            value={draft.cron}
            onChange={(event) => onChange({ cron: event.target.value })}
          />
        </TriggerField>
        <TriggerField label={t("triggers.timezone")} wrong={said("timezone")}>
          <input
            className="input"
            autoComplete="off"
            list={`${list}-zones`}
            value={draft.timezone}
            onChange={(event) => onChange({ timezone: event.target.value })}
          />
        </TriggerField>
      </div>
      <datalist id={list}>
        {EXAMPLES.map((text) => (
          <option key={text} value={text}>
            {cronWords(text, i18n.language)}
          </option>
        ))}
      </datalist>
      <datalist id={`${list}-zones`}>
        {zones().map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {preview.data && !preview.isPlaceholderData && problems.length === 0 && (
        <div className="trigger-preview" aria-live="polite">
          <span className="dim">{t("triggers.dueNext")}</span>
          <ol>
            {preview.data.next_at.map((at) => (
              <li key={at} className="mono">
                {there(at, zone, i18n.language)}
              </li>
            ))}
          </ol>
        </div>
      )}
    </>
  );
}

/** A moment as clocks in the trigger's zone show it, the zone said; in UTC where this browser lacks the zone. */
function there(at: string, zone: string, language: string): string {
  try {
    return clockOf(zone, language).format(new Date(at));
  } catch {
    return clockOf("UTC", language).format(new Date(at));
  }
}

function clockOf(zone: string, language: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(language, {
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
    timeZoneName: "short",
  });
}
