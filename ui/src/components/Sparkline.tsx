/** A workflow's last durations, oldest left: only what failed is coloured and crossed. */

import { useTranslation } from "react-i18next";
import type { LastRun } from "../api/types";

const PLACES = 16;
const WIDTH = 96;
const HEIGHT = 20;

export function Sparkline({ runs }: { runs: readonly LastRun[] }) {
  const { t } = useTranslation();
  if (runs.length === 0) return <span className="dim">{t("workflows.never")}</span>;
  const shown = runs.slice(0, PLACES).reverse();
  const longest = Math.max(1, ...shown.map((run) => run.duration_ms ?? 0));
  const label = shown.map((run) => `#${run.number} ${t(`status.${run.status}`)}`).join(", ");
  return (
    <svg width={WIDTH} height={HEIGHT + 4} role="img" aria-label={label}>
      {shown.map((run, place) => {
        const height = Math.max(3, Math.sqrt((run.duration_ms ?? 0) / longest) * (HEIGHT - 4));
        const failed = run.status === "failed";
        const open = run.duration_ms === null;
        const x = (PLACES - shown.length + place) * 6;
        const y = HEIGHT + 3 - height;
        return (
          <g key={run.id}>
            <rect
              x={x + (open ? 0.5 : 0)}
              y={y}
              width={open ? 3 : 4}
              height={height - (open ? 0.5 : 0)}
              rx="1"
              fill={failed ? "var(--fail)" : open ? "none" : "var(--line2)"}
              stroke={open ? "var(--run)" : "none"}
            />
            {failed && (
              <path
                d={`M${x + 0.5} ${y - 4.5}l3 3m0-3-3 3`}
                stroke="var(--fail)"
                strokeWidth="1.2"
                strokeLinecap="round"
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}
