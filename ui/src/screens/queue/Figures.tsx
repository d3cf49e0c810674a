import { useTranslation } from "react-i18next";
import type { QueueAnswer } from "../../api/types";
import { formatDuration } from "../../format/format";

const ORDER = ["slots_taken", "workflow_limit", "key_limit", "resources", "held", "delayed"] as const;

/** What a person must see first: how full it is, how many wait, for how long, and for what. */
export function Figures({ queue }: { queue: QueueAnswer }) {
  const { t } = useTranslation();
  const { used, limit } = queue.slots;
  const full = used >= limit && queue.queued > 0;
  return (
    <section className="panel queue-figures" aria-label={t("queue.now")}>
      <div className="queue-figure">
        <span className="dim">{t("queue.slots")}</span>
        <strong>
          {used} <small>{t("queue.of", { limit })}</small>
        </strong>
        <div
          className="parts"
          role="meter"
          aria-label={t("queue.slots")}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={used}
        >
          <i
            className={full ? "work full" : "work"}
            style={{ transform: `scaleX(${Math.min(1, used / Math.max(1, limit))})` }}
          />
        </div>
      </div>
      <div className="queue-figure">
        <span className="dim">{t("queue.running")}</span>
        <strong>{queue.running}</strong>
      </div>
      <div className="queue-figure">
        <span className="dim">{t("queue.waiting")}</span>
        <strong>{queue.queued}</strong>
      </div>
      <div className="queue-figure">
        <span className="dim">{t("queue.oldest")}</span>
        <strong>{queue.oldest_wait_ms === null ? "–" : formatDuration(queue.oldest_wait_ms, t)}</strong>
      </div>
      <Causes queue={queue} />
    </section>
  );
}

function Causes({ queue }: { queue: QueueAnswer }) {
  const { t } = useTranslation();
  const counts = new Map(queue.causes.map(({ code, count }) => [code, count]));
  const there = ORDER.filter((code) => (counts.get(code) ?? 0) > 0);
  if (there.length === 0) return null;
  return (
    <div className="queue-causes">
      <div className="queue-bar" aria-hidden="true">
        {there.map((code) => (
          <i key={code} className={code} style={{ flexGrow: counts.get(code) }} />
        ))}
      </div>
      <ul aria-label={t("queue.why")}>
        {there.map((code) => (
          <li key={code}>
            <i className={code} aria-hidden="true" />
            <b>{counts.get(code)}</b> {t(`queue.cause.${code}`)}
          </li>
        ))}
      </ul>
      {queue.priorities.length > 1 && (
        <ul aria-label={t("queue.priority")} className="dim">
          {queue.priorities.map(({ priority, count }) => (
            <li key={priority}>{t("queue.ofPriority", { priority, count })}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
