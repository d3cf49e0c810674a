import { useTranslation } from "react-i18next";
import type { StatisticsAnswer } from "../../api/types";

type Day = StatisticsAnswer["by_day"][number];

/** What ended on each day, as bars. */
export function Days({ days }: { days: readonly Day[] }) {
  const { t } = useTranslation();
  if (days.length < 2) return null; // one bar says nothing that the figures do not
  const most = Math.max(...days.map(({ completed, failed, stopped }) => completed + failed + stopped));
  return (
    <section className="panel" aria-labelledby="statistics-days">
      <div className="panel-head">
        <h2 id="statistics-days">{t("statistics.days")}</h2>
      </div>
      <ul className="statistics-days" aria-labelledby="statistics-days">
        {days.map((day) => (
          <li key={day.day} title={t("statistics.day", { ...day })}>
            <span className="sr">{t("statistics.day", { ...day })}</span>
            {(["stopped", "failed", "completed"] as const).map((status) => (
              <i
                key={status}
                className={status}
                aria-hidden="true"
                style={{ height: `${(day[status] / most) * 100}%` }}
              />
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
