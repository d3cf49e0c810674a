import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Icon, kindIcon } from "../components/Icon";
import { Status } from "../components/StatusGlyph";
import { StepTime } from "../components/StepTime";
import { useExecution } from "../execution/store";

export interface StepNodeData extends Record<string, unknown> {
  kind: string;
  direction: "LR" | "TB";
}

/** A box of the graph. Its state comes from the store by its id, never through React Flow's nodes. */
export const StepNode = memo(function StepNode({ id, data }: NodeProps) {
  const { t } = useTranslation();
  const { kind, direction } = data as StepNodeData;
  const step = useExecution((state) => state.view.steps[id]);
  const selected = useExecution((state) => state.selected === id);
  const status = step?.status;
  const across = direction === "LR";
  const fraction = status === "running" ? step?.fraction : null;
  return (
    <div
      className={`node ${status ?? "plain"}${selected ? " selected" : ""}`}
      data-step={id}
      data-status={status}
    >
      <Handle type="target" position={across ? Position.Left : Position.Top} isConnectable={false} />
      <div className="node-top">
        <span className="tile">
          <Icon name={kindIcon(kind)} size={14} />
        </span>
        <span className="node-id">{id}</span>
        {step && step.attempt > 1 && (
          <span className="dim" title={t("execution.attempt", { attempt: step.attempt })}>
            {t("execution.attemptShort", { attempt: step.attempt })}
          </span>
        )}
      </div>
      <div className="node-foot">
        {status ? <Status status={status} size={12} /> : <span className="dim">{kind}</span>}
        {step && <StepTime step={step} />}
      </div>
      {fraction !== null && fraction !== undefined && (
        <span className="node-progress" style={{ transform: `scaleX(${fraction})` }} />
      )}
      <Handle type="source" position={across ? Position.Right : Position.Bottom} isConnectable={false} />
    </div>
  );
});
