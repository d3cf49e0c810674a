import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

/** Percent of the width that the left side may have. */
const LEAST = 35;
const MOST = 75;
const STEP = 2;
const KEPT = "runwright.split.";

interface Props {
  /** Under which its place is remembered in this browser. */
  name: string;
  /** Percent. */
  first: number;
  className: string;
  left: ReactNode;
  right: ReactNode;
}

/** Two sides; the line between them is moved by hand or by the arrow keys, and stays where it was put. */
export function Split({ name, first, className, left, right }: Props) {
  const { t } = useTranslation();
  const [share, setShare] = useState(() => keptShare(name) ?? first);
  const box = useRef<HTMLDivElement>(null);
  const move = (percent: number) => {
    const within = Math.round(Math.min(MOST, Math.max(LEAST, percent)));
    setShare(within);
    keep(name, within);
  };
  const onKey = (event: KeyboardEvent) => {
    const to = { ArrowLeft: share - STEP, ArrowRight: share + STEP, Home: LEAST, End: MOST }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const onMove = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !box.current) return;
    const { left: edge, width } = box.current.getBoundingClientRect();
    move(((event.clientX - edge) / width) * 100);
  };
  return (
    <div
      ref={box}
      className={`split ${className}`}
      style={{ gridTemplateColumns: `minmax(0, ${share}fr) 12px minmax(0, ${100 - share}fr)` }}
    >
      {left}
      <div
        className="split-line"
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t("split.label")}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        aria-valuenow={share}
        title={t("split.hint")}
        onKeyDown={onKey}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onMove}
        onDoubleClick={() => move(first)}
      />
      {right}
    </div>
  );
}

/** Where a browser keeps nothing, the line begins in its first place each time. */
function keptShare(name: string): number | null {
  try {
    const kept = Number(localStorage.getItem(KEPT + name));
    return kept >= LEAST && kept <= MOST ? kept : null;
  } catch {
    return null;
  }
}

function keep(name: string, share: number): void {
  try {
    localStorage.setItem(KEPT + name, String(share));
  } catch {
    // it is only forgotten
  }
}
