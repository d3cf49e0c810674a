import { useTranslation } from "react-i18next";
import { formatDuration } from "../../format/format";

/** Below this nobody calls it slower. */
const NOTED_MS = 1;

/** How much longer B took than A: `+1.2 s`, `−40 ms`. */
export function Longer({ a, b }: { a: number | null; b: number | null }) {
  const { t } = useTranslation();
  if (a === null || b === null) return <span className="dim">–</span>;
  const more = b - a;
  if (Math.abs(more) < NOTED_MS) return <span className="dim">±0</span>;
  return (
    <span className={more > 0 ? "longer" : "dim"}>
      {more > 0 ? "+" : "−"}
      {formatDuration(Math.abs(more), t)}
    </span>
  );
}
