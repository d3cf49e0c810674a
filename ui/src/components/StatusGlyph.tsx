/** Status glyphs: the shape says it, colour only repeats it. 16 px box, shown at 12–28. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ExecutionStatus, StepStatus } from "../execution/events";

export type AnyStatus = ExecutionStatus | StepStatus;

const idle = "var(--idle)";

function ring(dashed: boolean): ReactNode {
  return (
    <circle
      cx="8"
      cy="8"
      r="5.75"
      fill="none"
      stroke={idle}
      strokeWidth="1.5"
      strokeDasharray={dashed ? "2.4 2.1" : undefined}
    />
  );
}

const square = (
  <rect x="3" y="3" width="10" height="10" rx="2" fill="none" stroke="currentColor" strokeWidth="1.6" />
);

const SHAPES: Record<AnyStatus, ReactNode> = {
  queued: ring(true),
  pending: ring(true),
  ready: ring(true),
  running: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="var(--run)" strokeOpacity=".28" strokeWidth="2.4" />
      <path
        className="turn"
        d="M8 2a6 6 0 0 1 6 6"
        fill="none"
        stroke="var(--run)"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
      <circle cx="8" cy="8" r="2.2" fill="var(--run)" />
    </>
  ),
  completed: (
    <>
      <circle cx="8" cy="8" r="7" fill="var(--done)" />
      <path
        d="m5 8.2 2.1 2.1L11.2 6"
        fill="none"
        stroke="var(--surface)"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  failed: (
    <>
      <path d="M8 .6 15.4 8 8 15.4.6 8Z" fill="var(--fail)" />
      <path
        d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2"
        stroke="var(--surface)"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
    </>
  ),
  retrying: (
    <path
      d="M13 5.5A5.5 5.5 0 1 0 13.5 8M13.3 2.4v3.2h-3.2"
      fill="none"
      stroke="var(--retry-glyph)"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  waiting: (
    <path
      d="M4.5 2.5h7M4.5 13.5h7M5.3 2.5v2.2L8 8l2.7-3.3V2.5M5.3 13.5v-2.2L8 8l2.7 3.3v2.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  skipped: (
    <>
      {ring(false)}
      <path d="m4.2 11.8 7.6-7.6" stroke={idle} strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  paused: <path d="M5.6 3.5v9M10.4 3.5v9" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />,
  stopping: square,
  stopped: (
    <path
      d="M4 2.2h8A1.8 1.8 0 0 1 13.8 4v8a1.8 1.8 0 0 1-1.8 1.8H4A1.8 1.8 0 0 1 2.2 12V4A1.8 1.8 0 0 1 4 2.2ZM6 6v4h4V6Z"
      fill="currentColor"
      fillRule="evenodd"
    />
  ),
};

export function StatusGlyph({ status, size = 14 }: { status: AnyStatus; size?: number }) {
  return (
    <svg className="glyph" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[status]}
    </svg>
  );
}

interface StatusProps {
  status: AnyStatus;
  size?: number;
  /** Shown in place of the word, which is still there for those who listen. */
  short?: string | undefined;
}

/** Glyph and word. */
export function Status({ status, size = 14, short }: StatusProps) {
  const { t } = useTranslation();
  const word = t(`status.${status}`);
  return (
    <span className={`status ${status}`}>
      <StatusGlyph status={status} size={size} />
      {short === undefined ? word : <span className="sr">{word}</span>}
      {short}
    </span>
  );
}
