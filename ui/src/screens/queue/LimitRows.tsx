import { useTranslation } from "react-i18next";
import type { ProblemItem } from "../../api/types";
import { Icon } from "../../components/Icon";
import { type Part, problemAt, type Row } from "./limits";

interface Props {
  part: Part;
  rows: readonly Row[];
  /** What may be named; none: any name. */
  options?: readonly { value: string; label: string }[];
  problems: readonly ProblemItem[];
  onChange: (rows: Row[]) => void;
}

/** Limits by name, one a row. */
export function LimitRows({ part, rows, options, problems, onChange }: Props) {
  const { t } = useTranslation();
  const change = (place: number, row: Partial<Row>) =>
    onChange(rows.map((one, at) => (at === place ? { ...one, ...row } : one)));
  const free = options?.find(({ value }) => rows.every((row) => row.name !== value));
  return (
    <fieldset className="limit-rows">
      <legend>
        {t(`queue.edit.${part}`)} <span className="dim">{t(`queue.edit.${part}Hint`)}</span>
      </legend>
      {rows.length > 0 && (
        <div className="limit-row head dim" aria-hidden="true">
          <span />
          <span>{t(part === "resources" ? "queue.edit.amount" : "queue.edit.running")}</span>
          {part === "workflows" && <span>{t("queue.edit.queued")}</span>}
          <span />
        </div>
      )}
      {rows.map((row, place) => (
        <LimitRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place until it is sent
          key={place}
          part={part}
          row={row}
          options={options}
          problem={row.name ? problemAt(problems, part, row.name) : undefined}
          onChange={(next) => change(place, next)}
          onRemove={() => onChange(rows.filter((_, at) => at !== place))}
        />
      ))}
      {(!options || free) && (
        <button
          type="button"
          className="btn link"
          onClick={() => onChange([...rows, { name: free?.value ?? "", amount: "" }])}
        >
          {t("queue.edit.add")}
        </button>
      )}
    </fieldset>
  );
}

interface RowProps {
  part: Part;
  row: Row;
  options: Props["options"];
  problem: ProblemItem | undefined;
  onChange: (row: Partial<Row>) => void;
  onRemove: () => void;
}

function LimitRow({ part, row, options, problem, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const wrong = problem !== undefined;
  const amount = (field: "amount" | "queued", label: string) => (
    <input
      className="input"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={wrong}
      value={row[field] ?? ""}
      onChange={(event) => onChange({ [field]: event.target.value })}
    />
  );
  return (
    <>
      <div className="limit-row">
        {options ? (
          <select
            className="input"
            aria-label={t("queue.edit.name")}
            value={row.name}
            onChange={(event) => onChange({ name: event.target.value })}
          >
            {options.every(({ value }) => value !== row.name) && <option>{row.name}</option>}
            {options.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        ) : (
          <input
            className="input mono"
            aria-label={t("queue.edit.name")}
            placeholder={t("queue.edit.resourceName")}
            aria-invalid={wrong}
            value={row.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
        {amount("amount", t(part === "resources" ? "queue.edit.amount" : "queue.edit.running"))}
        {part === "workflows" && amount("queued", t("queue.edit.queued"))}
        <button type="button" className="btn icon" aria-label={t("queue.edit.remove")} onClick={onRemove}>
          <Icon name="close" size={16} />
        </button>
      </div>
      {problem && (
        <p className="wrong" role="alert">
          {t(`queue.problem.${problem.code}` as never, { defaultValue: problem.message }) as string}
        </p>
      )}
    </>
  );
}
