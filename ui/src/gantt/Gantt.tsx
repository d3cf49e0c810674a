/** Every step as a row over time: what it waited for, when it worked, and which steps the length rests on. */

import { type RefObject, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { serverClock } from "../api/clock";
import { useNow } from "../components/useNow";
import type { EdgeDefinition } from "../execution/edges";
import { FINAL } from "../execution/events";
import { useExecution } from "../execution/store";
import type { StepView } from "../execution/view";
import { formatTick } from "../format/format";
import { criticalPath } from "./criticalPath";
import { placeOf, type Scale, scaleOf, spanOf } from "./scale";
import "./gantt.css";

export const ROW = 32;

/** How often the growing bars grow, in ms. */
const GROW_MS = 100;

export function useScale(): Scale {
  const from = useExecution((state) => state.view.queuedAt)!;
  const endedAt = useExecution((state) => state.view.endedAt);
  const open = useExecution((state) => !FINAL.has(state.view.status))!;
  const now = useNow(open, 500);
  const span = spanOf((endedAt ?? now) - from, open);
  // The same object until the right edge moves: rows are drawn anew only then.
  return useMemo(() => scaleOf(from, span), [from, span]);
}

/** The moment as `--now` of the box, in percent of the track: no row is drawn anew for time that passes. */
export function useNowLine(box: RefObject<HTMLElement | null>, scale: Scale): boolean {
  const open = useExecution((state) => !FINAL.has(state.view.status))!;
  const endedAt = useExecution((state) => state.view.endedAt);
  useEffect(() => {
    const place = () => {
      const percent = placeOf(scale, endedAt ?? serverClock.now());
      box.current?.style.setProperty("--now", `${percent.toFixed(3)}%`);
    };
    place();
    if (!open) return;
    const timer = setInterval(place, GROW_MS);
    return () => clearInterval(timer);
  }, [box, scale, open, endedAt]);
  return open;
}

export function Legend({ path }: { path: boolean }) {
  const { t } = useTranslation();
  const ended = useExecution(({ view }) => Object.values(view.steps).some(wasEnded)) ?? false;
  return (
    <ul className="gantt-legend hide-phone">
      {(["steps", "queue", "work", "hold"] as const).map((kind) => (
        <li className="legend-item" key={kind}>
          <i className={`swatch ${kind}`} />
          {t(`gantt.${kind}`)}
        </li>
      ))}
      {ended && (
        <li className="legend-item">
          <i className="swatch ended" />
          {t("gantt.ended")}
        </li>
      )}
      {path && (
        <li className="legend-item">
          <i className="swatch path" />
          {t("gantt.path")}
        </li>
      )}
    </ul>
  );
}

/** Drawn hatched: an attempt that nothing of its own ended. */
const wasEnded = ({ attempts }: StepView): boolean =>
  attempts.some(({ outcome }) => outcome === "stopped" || outcome === "lost");

export function Axis({ scale }: { scale: Scale }) {
  const { t } = useTranslation();
  return (
    <div className="gantt-axis" aria-hidden="true">
      <div>
        {scale.ticks.map((tick) => (
          <span key={tick} style={{ left: `${(tick / scale.span) * 100}%` }}>
            {formatTick(tick, scale.span, t)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Behind and before the bars: the lines of the axis, the critical path, now. */
export function Plot({ scale, order, edges }: PlotProps & { edges: readonly EdgeDefinition[] }) {
  return (
    <div className="gantt-plot" aria-hidden="true">
      {scale.ticks.map((tick) => (
        <i key={tick} className="tick" style={{ left: `${(tick / scale.span) * 100}%` }} />
      ))}
      <Path scale={scale} order={order} edges={edges} />
    </div>
  );
}

interface PlotProps {
  scale: Scale;
  order: readonly string[];
}

function Path({ scale, order, edges }: PlotProps & { edges: readonly EdgeDefinition[] }) {
  const steps = useExecution((state) => state.view.steps)!;
  const open = useExecution((state) => !FINAL.has(state.view.status))!;
  const now = useNow(open, 200);
  const run = useExecution((state) => state.view.run)!;
  const stretches = useMemo(() => criticalPath(steps, edges, run), [steps, edges, run]);
  const height = order.length * ROW;
  if (stretches.length === 0) return null;
  const row = new Map(order.map((path, index) => [path, index]));
  // One line under the bars, down to the next row where the next step takes over.
  const d = stretches
    .map(({ path, from, until }, index) => {
      const y = (row.get(path) ?? 0) * ROW + ROW - 5;
      const begin = index === 0 ? `M ${placeOf(scale, from)} ${y}` : `V ${y}`;
      return `${begin} H ${placeOf(scale, until ?? now)}`;
    })
    .join(" ");
  return (
    <svg viewBox={`0 0 100 ${height}`} height={height} preserveAspectRatio="none" role="presentation">
      <path d={d} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
