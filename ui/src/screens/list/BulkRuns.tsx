import { useTranslation } from "react-i18next";
import { tell } from "../../api/problem";
import type { BulkOutcome, BulkRun } from "../../api/types";
import { Status, StatusGlyph } from "../../components/StatusGlyph";

interface Props {
  title: string;
  items: readonly BulkRun[];
  became?: readonly BulkOutcome[] | undefined;
}

/** Executions with what would be done, with why nothing can, or with what was. */
export function BulkRuns({ title, items, became }: Props) {
  const outcomes = new Map(became?.map((one) => [one.id, one]));
  return (
    <section aria-label={title}>
      <h3 className="dim">{title}</h3>
      <ul className="bulk-runs">
        {items.map((item) => (
          <li key={item.id} data-run={item.id}>
            <b>{item.workflow.name}</b> <span className="dim">#{item.number}</span>
            <span className="grow" />
            <Fate item={item} outcome={outcomes.get(item.id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fate({ item, outcome }: { item: BulkRun; outcome: BulkOutcome | undefined }) {
  const { t, i18n } = useTranslation();
  if (outcome?.done) {
    return (
      <span className="status completed" data-outcome="done">
        <StatusGlyph status="completed" size={12} />
        {t("bulk.asked")}
      </span>
    );
  }
  const code = outcome?.code ?? item.code;
  if (code) {
    const message = outcome?.message ?? item.message ?? code;
    const status = /^execution_is_(.+)$/.exec(code)?.[1];
    const because = status && t(`list.because.${status}` as never, { defaultValue: "" });
    const told = tell({ code, category: "conflict", message, advice: "" }, t, i18n.language);
    const words = because || told.title || message;
    return (
      <span className={outcome ? "status failed" : "dim"} data-outcome={outcome ? "refused" : undefined}>
        {outcome && <StatusGlyph status="failed" size={12} />}
        {words}
      </span>
    );
  }
  return (
    <>
      {item.runs_again !== undefined && item.runs_again !== null && (
        <span className="dim">{t("bulk.again", { count: item.runs_again })}</span>
      )}
      <Status status={item.status} size={12} />
    </>
  );
}
