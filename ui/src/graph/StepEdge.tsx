import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import type { EdgeDefinition, NodeDefinition } from "../execution/edges";
import { edgeState } from "../execution/edges";
import { useExecution } from "../execution/store";

export interface StepEdgeData extends Record<string, unknown> {
  edge: EdgeDefinition;
  source: NodeDefinition | undefined;
}

export const StepEdge = memo(function StepEdge(props: EdgeProps) {
  const { edge, source } = props.data as StepEdgeData;
  const state = useExecution(({ view }) => edgeState(edge, source, view)) ?? "plain";
  const [path, labelX, labelY] = getBezierPath({ ...props, curvature: 0.3 });
  return (
    <>
      <BaseEdge id={props.id} path={path} className={`edge ${state}`} />
      {edge.when && (
        <EdgeLabelRenderer>
          <span
            className="edge-label mono"
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
            title={edge.when}
          >
            {edge.when.replace(/^\$\{(.*)\}$/s, "$1")}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
