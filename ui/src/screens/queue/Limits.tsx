import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { QueueLimit } from "../../api/types";

/** The limits somebody waits under; a bar that is full says that it is reached. */
export function Limits({ limits }: { limits: readonly QueueLimit[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="queue-limits">
      <div className="panel-head">
        <h2 id="queue-limits">{t("queue.limits")}</h2>
        <span className="dim">{t("queue.limitsText")}</span>
      </div>
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">{t("executions.workflow")}</th>
            <th scope="col">{t("queue.key")}</th>
            <th scope="col" style={{ width: "30%" }}>
              {t("queue.running")}
            </th>
            <th scope="col" className="num">
              {t("queue.waiting")}
            </th>
          </tr>
        </thead>
        <tbody>
          {limits.map((one) => (
            <tr key={`${one.workflow.id} ${one.key} ${one.limit}`}>
              <td>
                <Link className="name" to={`/workflows/${one.workflow.id}`}>
                  {one.workflow.name}
                </Link>
              </td>
              <td>{one.key ?? <span className="dim">{t("queue.all")}</span>}</td>
              <td>
                <div className="queue-limit">
                  <div className="parts" aria-hidden="true">
                    <i
                      className={one.running >= one.limit ? "work full" : "work"}
                      style={{ transform: `scaleX(${Math.min(1, one.running / one.limit)})` }}
                    />
                  </div>
                  <span>{t("queue.runningOf", { running: one.running, limit: one.limit })}</span>
                </div>
              </td>
              <td className="num">{one.queued}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
