import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Shown } from "./shown";
import "./difference.css";

/** Two strokes that are alike, two that are crossed out, and one side alone; a cross, a stroke, a wave for versions. */
const SHAPES: Record<Shown, string> = {
  same: "M3 6h10M3 10h10",
  differs: "M3 6h10M3 10h10M11 2.5l-6 11",
  only_a: "M2 3h5v10H2ZM10.5 3v2M10.5 7v2M10.5 11v2",
  only_b: "M9 3h5v10H9ZM5.5 3v2M5.5 7v2M5.5 11v2",
  added: "M8 3v10M3 8h10",
  removed: "M3 8h10",
  changed: "M3 6h10M3 10h10M11 2.5l-6 11",
  renamed: "M2.5 9.5c2-4 4-4 5.5-1.5s3.5 2.500 5.500-1.500",
};

const OF_VERSIONS: ReadonlySet<Shown> = new Set(["added", "removed", "changed", "renamed"]);

export function wordOf(shown: Shown, t: TFunction): string {
  return OF_VERSIONS.has(shown)
    ? t(`changes.${shown as "added"}`)
    : t(`compare.difference.${shown as "same"}`);
}

/** Whether a step is the same in both: shape and word, colour only repeats it. */
export function DifferenceMark({ difference, size = 14 }: { difference: Shown; size?: number }) {
  const { t } = useTranslation();
  return (
    <span className={`difference ${difference}`}>
      <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
        <path d={SHAPES[difference]} />
      </svg>
      {wordOf(difference, t)}
    </span>
  );
}
