import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Icon, kindIcon } from "../components/Icon";
import { Status, StatusGlyph } from "../components/StatusGlyph";
import { StepTime } from "../components/StepTime";
import { DifferenceMark } from "../difference/DifferenceMark";
import type { Shown } from "../difference/shown";
import { settledItems } from "../execution/items";
import { useExecution } from "../execution/store";
import { NOT_IN_PART } from "../execution/view";

export interface StepNodeData extends Record<string, unknown> {
  kind: string;
  direction: "LR" | "TB";
  /** Where a definition is being written: what is wrong with the step, and whether the cursor is in it. */
  mark?: "error" | "warning";
  chosen?: boolean;
  /** Of two executions compared: what became of it. */
  difference?: Shown;
  /** Whether edges can be drawn from and to it. */
  edits?: boolean;
}

/** A box of the graph. Its state comes from the store by its id, never through React Flow's nodes. */
export const StepNode = memo(function StepNode({ id, data }: NodeProps) {
  const { t } = useTranslation();
  const { kind, direction, mark, chosen, difference, edits = false } = data as StepNodeData;
  const step = useExecution((state) => state.view.steps[id]);
  const selected = useExecution((state) => state.selected === id) || chosen;
  const status = step?.status;
  const across = direction === "LR";
  const items = step?.items
    ? t("step.itemsOf", { done: settledItems(step.items), total: step.items.total })
    : undefined;
  const outside = step?.reason === NOT_IN_PART;
  const given = step?.reason?.startsWith("given_") ? t("part.givenShort") : undefined;
  const fraction = status === "running" ? step?.fraction : null;
  return (
    <div
      className={`node ${status ?? "plain"}${selected ? " selected" : ""}${mark ? ` wrong ${mark}` : ""}${difference ? ` compared ${difference}` : ""}`}
      data-step={id}
      data-mark={mark}
      data-status={status}
    >
      <Handle type="target" position={across ? Position.Left : Position.Top} isConnectable={edits} />
      <div className="node-top">
        <span className="tile">
          <Icon name={kindIcon(kind)} size={14} />
        </span>
        <span className="node-id">{id}</span>
        {mark && <StatusGlyph status={mark === "error" ? "failed" : "waiting"} size={16} />}
        {step && step.attempt > 1 && (
          <span className="dim" title={t("execution.attempt", { attempt: step.attempt })}>
            {t("execution.attemptShort", { attempt: step.attempt })}
          </span>
        )}
      </div>
      <div className="node-foot">
        {difference ? (
          <DifferenceMark difference={difference} size={12} />
        ) : status ? (
          <Status status={status} size={12} short={outside ? t("part.outside") : (given ?? items)} />
        ) : (
          <span className="dim">{kind}</span>
        )}
        {step && <StepTime step={step} />}
      </div>
      {fraction !== null && fraction !== undefined && (
        <span className="node-progress" style={{ transform: `scaleX(${fraction})` }} />
      )}
      <Handle type="source" position={across ? Position.Right : Position.Bottom} isConnectable={edits} />
    </div>
  );
});
