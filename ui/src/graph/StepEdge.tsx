import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { type EdgeDefinition, edgeState, type NodeDefinition } from "../execution/edges";
import { useExecution } from "../execution/store";
import { wordsOf } from "./layout";

export interface StepEdgeData extends Record<string, unknown> {
  edge: EdgeDefinition;
  source: NodeDefinition | undefined;
  /** Where its words stand; null lets them stand in its middle. */
  at: { x: number; y: number } | null;
}

export const StepEdge = memo(function StepEdge(props: EdgeProps) {
  const { edge, source, at } = props.data as StepEdgeData;
  const words = wordsOf(edge);
  const state = useExecution(({ view }) => edgeState(edge, source, view)) ?? "plain";
  const [path, labelX, labelY] = getBezierPath({ ...props, curvature: 0.3 });
  return (
    <>
      <BaseEdge id={props.id} path={path} className={`edge ${state}`} />
      {words && (
        <EdgeLabelRenderer>
          <span
            className="edge-label mono"
            style={{
              transform: `translate(-50%, -50%) translate(${at?.x ?? labelX}px, ${at?.y ?? labelY}px)`,
            }}
            title={edge.when ?? words}
          >
            {words}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
