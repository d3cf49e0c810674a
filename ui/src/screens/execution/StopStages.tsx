/** How far a stop is: asked, steps end by themselves, what is left is killed, all of it is proven gone. */

import { useTranslation } from "react-i18next";
import { useNow } from "../../components/useNow";
import type { StopView } from "../../execution/view";
import { formatDuration } from "../../format/format";
import { STAGES, stageOf } from "./stopStage";

export function StopStages({ stop, alive }: { stop: StopView | null; alive: number }) {
  const { t } = useTranslation();
  const now = useNow(true, 200);
  const { stage, leftMs } = stageOf(stop, alive, now);
  if (stage === null) return null;
  const at = STAGES.indexOf(stage);
  return (
    <ol className="stop-stages" aria-label={t("stop.stages")}>
      {STAGES.map((name, index) => (
        <li
          key={name}
          className={index < at ? "past" : index === at ? "now" : "ahead"}
          data-stage={name}
          aria-current={index === at ? "step" : undefined}
        >
          {t(`stop.stage.${name}`)}
          {index === at && leftMs !== null && ` · ${formatDuration(leftMs, t)}`}
        </li>
      ))}
    </ol>
  );
}
