import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { serverClock } from "../../api/clock";
import type { FailureCause } from "../../api/types";
import { formatMoment } from "../../format/format";

/** Why runs failed, the most frequent first, each with the last run that did. */
export function Causes({ causes }: { causes: readonly FailureCause[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="statistics-causes">
      <div className="panel-head">
        <h2 id="statistics-causes">{t("statistics.causes")}</h2>
        {causes.length === 0 && <span className="dim">{t("statistics.noCauses")}</span>}
      </div>
      {causes.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th scope="col" style={{ width: "60%" }}>
                {t("statistics.cause")}
              </th>
              <th scope="col">{t("statistics.where")}</th>
              <th scope="col" className="num">
                {t("statistics.count")}
              </th>
              <th scope="col">{t("statistics.last")}</th>
            </tr>
          </thead>
          <tbody>
            {causes.map((cause) => (
              <tr key={`${cause.code} ${cause.type} ${cause.step}`}>
                <td className="clip" title={cause.message}>
                  <b>{cause.type}</b> <span className="dim">{cause.message}</span>
                </td>
                <td>{cause.step ?? "–"}</td>
                <td className="num">{cause.count}</td>
                <td className="num-start">
                  <Link to={`/executions/${cause.execution_id}`}>#{cause.number}</Link>{" "}
                  {cause.last_at && (
                    <span className="dim hide-phone">{formatMoment(cause.last_at, serverClock.now())}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
