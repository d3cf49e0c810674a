import type { CSSProperties } from "react";
import type { StepView } from "../execution/view";
import { type Bar, barsOf } from "./bars";
import { placeOf, type Scale } from "./scale";

interface TrackProps {
  step: StepView;
  run: number;
  scale: Scale;
  /** When the execution started and ended; null before. Unix ms. */
  started: number | null;
  ended: number | null;
}

export function Track({ step, run, scale, started, ended }: TrackProps) {
  return (
    <span className="track" aria-hidden="true">
      {barsOf(step, run, started, ended).map((bar) => (
        <i
          key={`${bar.kind} ${bar.from}`}
          className={bar.outcome ? `${bar.kind} ${bar.outcome}` : bar.kind}
          style={placed(bar, scale)}
        />
      ))}
    </span>
  );
}

/** An open bar ends at the moment, which the box around the rows holds as `--now`. */
function placed({ from, until }: Bar, scale: Scale): CSSProperties {
  const left = placeOf(scale, from);
  const width = until === null ? `calc(var(--now, 100%) - ${left}%)` : `${placeOf(scale, until) - left}%`;
  return { left: `${left}%`, width: `max(var(--least), ${width})` };
}
