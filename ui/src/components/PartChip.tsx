import { useTranslation } from "react-i18next";
import type { Part } from "../execution/events";

/** That an execution runs only a part of its workflow, and for which step. */
export function PartChip({ part }: { part: Part | null | undefined }) {
  const { t } = useTranslation();
  if (!part) return null;
  const { step, upstream } = part;
  return (
    <span className="chip outline" data-part={upstream} title={t(`part.${upstream}Title`, { step })}>
      {t(`part.${upstream}`, { step })}
    </span>
  );
}
