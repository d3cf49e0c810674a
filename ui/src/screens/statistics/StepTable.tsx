import { useTranslation } from "react-i18next";
import type { StepStatistics } from "../../api/types";
import { formatDuration } from "../../format/format";

/** The steps in the order of the graph; bars on one scale, and the share of the time that is waited for each. */
export function StepTable({ steps }: { steps: readonly StepStatistics[] }) {
  const { t } = useTranslation();
  const longest = Math.max(1, ...steps.map(({ duration_ms }) => duration_ms?.p90 ?? 0));
  return (
    <section className="panel" aria-labelledby="statistics-steps">
      <div className="panel-head">
        <h2 id="statistics-steps">{t("statistics.steps")}</h2>
      </div>
      <table className="rows statistics-steps">
        <thead>
          <tr>
            <th scope="col">{t("statistics.step")}</th>
            <th scope="col" className="hide-phone">
              {t("statistics.kind")}
            </th>
            <th scope="col" className="num">
              {t("statistics.runs")}
            </th>
            <th scope="col" className="num hide-phone">
              {t("statistics.retries")}
            </th>
            <th scope="col" className="num hide-phone">
              {t("statistics.failed")}
            </th>
            <th scope="col" className="num">
              p50
            </th>
            <th scope="col" className="num">
              p90
            </th>
            <th scope="col" className="num hide-phone">
              p99
            </th>
            <th scope="col" className="hide-phone" style={{ width: "24%" }}>
              <BarsLegend />
            </th>
            <th scope="col" className="num">
              {t("statistics.share")}
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <Row key={step.path} step={step} longest={longest} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the bars of the column are, and what each of their two shades ends at. */
function BarsLegend() {
  const { t } = useTranslation();
  return (
    <span className="spread-legend">
      {t("statistics.bars")}{" "}
      <span className="legend-item">
        <i className="swatch half" aria-hidden="true" />
        {t("statistics.half")}
      </span>{" "}
      <span className="legend-item">
        <i className="swatch" aria-hidden="true" />
        {t("statistics.nine")}
      </span>
    </span>
  );
}

function Row({ step, longest }: { step: StepStatistics; longest: number }) {
  const { t } = useTranslation();
  const { duration_ms: took } = step;
  return (
    <tr>
      <td>
        <b>{step.path}</b>
      </td>
      <td className="dim hide-phone">{step.kind}</td>
      <td className="num">{step.runs}</td>
      <td className="num hide-phone">{step.attempts}</td>
      <td className={step.failed ? "num wrong hide-phone" : "num dim hide-phone"}>{step.failed}</td>
      <td className="num">{formatDuration(took?.p50, t)}</td>
      <td className="num">{formatDuration(took?.p90, t)}</td>
      <td className="num hide-phone">{formatDuration(took?.p99, t)}</td>
      <td className="hide-phone" aria-hidden="true">
        {took && (
          <div className="spread">
            <i style={{ width: `${(took.p90 / longest) * 100}%` }} />
            <i className="half" style={{ width: `${(took.p50 / longest) * 100}%` }} />
          </div>
        )}
      </td>
      <td className="num">{Math.round(step.critical_share * 100)} %</td>
    </tr>
  );
}
