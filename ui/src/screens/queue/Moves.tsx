import { useTranslation } from "react-i18next";
import type { LimitMove } from "../../api/types";
import { useNow } from "../../components/useNow";
import { formatClock } from "../../format/format";

const TOLD = 4;
const SPAN_MS = 30 * 60_000;
const WIDTH = 600;
const HEIGHT = 72;

interface Props {
  moves: readonly LimitMove[];
  now: number;
  most: number;
}

/** The limit of attempts over the last half hour, and why it moved. */
export function Moves({ moves, now: limit, most }: Props) {
  const { t } = useTranslation();
  const now = useNow(true, 5_000);
  const own = moves.filter(({ resource }) => resource === null);
  const told = moves.slice(-TOLD).reverse();
  return (
    <div className="moves">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("queue.limitOverTime", { limit, most })}
      >
        <path d={stepsOf(own, limit, most, now)} />
      </svg>
      <div className="moves-axis dim" aria-hidden="true">
        <span>{t("queue.halfHourAgo")}</span>
        <span>{t("queue.limitNow", { limit })}</span>
      </div>
      {told.length > 0 && (
        <ol aria-label={t("queue.moves")}>
          {told.map((move) => (
            <li key={`${move.at} ${move.resource}`}>
              <time className="dim" dateTime={move.at}>
                {formatClock(Date.parse(move.at))}
              </time>{" "}
              {move.from_limit ?? "∞"} → {move.to_limit ?? "∞"}{" "}
              <span className="dim">
                {t(`queue.reason.${move.reason}` as never, {
                  memory: Math.round((move.memory_used ?? 0) * 100),
                  cpu: Math.round((move.cpu_others ?? 0) * 100),
                })}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

export function stepsOf(moves: readonly LimitMove[], limit: number, most: number, now: number): string {
  const y = (value: number) =>
    Math.round((HEIGHT - 4 - (value / Math.max(1, most)) * (HEIGHT - 12)) * 10) / 10;
  const x = (at: number) => Math.round(Math.max(0, 1 - (now - at) / SPAN_MS) * WIDTH * 10) / 10;
  const inside = moves.filter(({ at }) => Date.parse(at) > now - SPAN_MS);
  const first = inside[0]?.from_limit ?? limit;
  const parts = inside.map(({ at, to_limit: to }) => `H${x(Date.parse(at))}V${y(to ?? most)}`);
  return `M0 ${y(first)}${parts.join("")}H${WIDTH}`;
}
