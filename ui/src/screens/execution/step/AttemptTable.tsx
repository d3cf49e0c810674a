import { useTranslation } from "react-i18next";
import { tell } from "../../../api/problem";
import type { AttemptView } from "../../../execution/view";
import { formatBytes, formatDuration } from "../../../format/format";

/** Wider than this nobody compares at a glance: the newest are shown. */
const MOST = 8;

interface Fact {
  name: "outcome" | "queue" | "worked" | "cpu" | "memory" | "error";
  values: string[];
}

/** The attempts once more as columns, so that what differs between them is seen in one row. */
export function AttemptTable({ attempts }: { attempts: readonly AttemptView[] }) {
  const { t } = useTranslation();
  const shown = attempts.slice(-MOST);
  const facts = useFacts(shown);
  const runs = new Set(shown.map(({ run }) => run)).size > 1;
  return (
    <section className="table-box" tabIndex={0} aria-label={t("step.attemptsCompared")}>
      <table className="rows attempt-table">
        <thead>
          <tr>
            <th scope="col">{t("step.attemptsCompared")}</th>
            {shown.map(({ run, attempt }) => (
              <th key={`${run} ${attempt}`} scope="col">
                {runs ? t("step.attemptOfRun", { run, attempt }) : t("step.attemptNumber", { attempt })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {facts.map(({ name, values }) => {
            const differs = new Set(values).size > 1;
            return (
              <tr key={name} data-fact={name} data-differs={differs}>
                <th scope="row">
                  {t(`step.fact.${name}`)}
                  {differs && <span className="chip retry">{t("compare.difference.differs")}</span>}
                </th>
                {values.map((value, index) => (
                  <td key={`${shown[index]!.run} ${shown[index]!.attempt}`}>{value}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** Times and sizes as they are printed: what prints alike does not differ. */
function useFacts(attempts: readonly AttemptView[]): Fact[] {
  const { t, i18n } = useTranslation();
  const of = (name: Fact["name"], value: (attempt: AttemptView) => string): Fact => ({
    name,
    values: attempts.map(value),
  });
  const all = [
    of("outcome", ({ outcome }) => (outcome === null ? t("status.running") : t(`step.outcome.${outcome}`))),
    of("queue", ({ beganAt, startedAt }) =>
      formatDuration(beganAt === null ? null : Math.max(0, beganAt - startedAt), t),
    ),
    of("worked", ({ durationMs }) => formatDuration(durationMs, t)),
    of("cpu", ({ usage }) => formatDuration(usage?.cpu_ms, t)),
    of("memory", ({ usage }) => (usage ? formatBytes(usage.peak_memory_bytes) : "–")),
    of("error", ({ error }) => {
      if (!error) return "–";
      const { title, category } = tell(error, t, i18n.language);
      return `${title ?? category}: ${error.message.slice(0, 200)}`;
    }),
  ];
  return all.filter(({ values }) => values.some((value) => value !== "–"));
}
