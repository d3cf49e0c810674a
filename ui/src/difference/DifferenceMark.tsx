import { useTranslation } from "react-i18next";
import type { Difference } from "../compare/compare";
import "./difference.css";

/** Two strokes that are alike, two that are crossed out, and one side alone. */
const SHAPES: Record<Difference, string> = {
  same: "M3 6h10M3 10h10",
  differs: "M3 6h10M3 10h10M11 2.5l-6 11",
  only_a: "M2 3h5v10H2ZM10.5 3v2M10.5 7v2M10.5 11v2",
  only_b: "M9 3h5v10H9ZM5.5 3v2M5.5 7v2M5.5 11v2",
};

/** Whether a step is the same in both: shape and word, colour only repeats it. */
export function DifferenceMark({ difference, size = 14 }: { difference: Difference; size?: number }) {
  const { t } = useTranslation();
  return (
    <span className={`difference ${difference}`}>
      <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
        <path d={SHAPES[difference]} />
      </svg>
      {t(`compare.difference.${difference}`)}
    </span>
  );
}
