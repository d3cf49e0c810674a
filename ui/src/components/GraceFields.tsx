/** How a stop is asked for: the time steps get to end by themselves, and why. */

import { useTranslation } from "react-i18next";
import { formatTick } from "../format/format";

const GRACES_S = [0, 5, 30, 120];

interface Props {
  grace: number;
  reason: string;
  onGrace: (seconds: number) => void;
  onReason: (reason: string) => void;
}

export function GraceFields({ grace, reason, onGrace, onReason }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("stop.text", { grace: formatTick(grace * 1000, Math.max(1000, grace * 1000), t) })}</p>
      <div className="field">
        <label htmlFor="stop-grace">{t("stop.grace")}</label>
        <select
          id="stop-grace"
          className="input"
          value={grace}
          onChange={(event) => onGrace(Number(event.target.value))}
        >
          {GRACES_S.map((seconds) => (
            <option key={seconds} value={seconds}>
              {formatTick(seconds * 1000, Math.max(1000, seconds * 1000), t)}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="stop-reason">
          {t("stop.reason")}
          <span className="dim">
            {t("common.optional")} · {t("stop.reasonHint")}
          </span>
        </label>
        <input
          id="stop-reason"
          className="input"
          maxLength={2000}
          value={reason}
          onChange={(event) => onReason(event.target.value)}
        />
      </div>
    </>
  );
}
