import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "../../../api/types";
import { StatusGlyph } from "../../../components/StatusGlyph";
import { StepTime } from "../../../components/StepTime";
import { STEP_FINAL } from "../../../execution/events";
import { nodeBehind } from "../../../execution/items";
import type { StepView } from "../../../execution/view";
import { Approval, questionOf } from "../Approval";
import { UnknownOutcome } from "../UnknownOutcome";
import { Attempts } from "./Attempts";
import { Payload } from "./Payload";
import { StepFailure } from "./StepFailure";

interface Props {
  item: StepView;
  executionId: string;
  definition: Definition | undefined;
  /** Open until somebody closes it. */
  opened?: boolean;
  onAnswered?: () => void;
}

/** One item of a map: a row, and below it what it got and gave, or what it asks. */
export function Item({ item, executionId, definition, opened = false, onAnswered }: Props) {
  const { t } = useTranslation();
  const [wish, setWish] = useState<boolean | null>(null);
  const open = wish ?? opened;
  const reason = item.status === "waiting" ? item.reason : null;
  return (
    <li data-item={item.path} data-status={item.status}>
      <button type="button" className="item-row" aria-expanded={open} onClick={() => setWish(!open)}>
        <StatusGlyph status={item.status} />
        <span className="mono">{item.path}</span>
        <span className="dim">{t(`status.${item.status}`)}</span>
        {reason === "approval" ? (
          <span className="item-asks">{questionOf(item)}</span>
        ) : (
          <span className="item-said mono">{item.error?.message ?? ""}</span>
        )}
        <StepTime step={item} />
      </button>
      {open && (
        <div className="item-body">
          {reason === "approval" && (
            <Approval
              id={executionId}
              step={item}
              node={nodeBehind(definition, item.path)}
              onAnswered={onAnswered}
            />
          )}
          {reason === "unknown_outcome" && (
            <UnknownOutcome id={executionId} path={item.path} onAnswered={onAnswered} />
          )}
          <StepFailure step={item} />
          <Payload
            value={item.output}
            artifact={item.outputArtifact}
            files={item.artifacts}
            executionId={executionId}
            label={t("step.output")}
            file={`${item.path}-output`}
            none={t(STEP_FINAL.has(item.status) ? "step.gaveNone" : "step.none")}
          />
          <Payload
            value={item.input}
            artifact={item.inputArtifact}
            executionId={executionId}
            label={t("step.input")}
            file={`${item.path}-input`}
            none={t("step.noInput")}
          />
          <Attempts step={item} />
        </div>
      )}
    </li>
  );
}
