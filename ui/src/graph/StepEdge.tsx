import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/Icon";
import { type EdgeDefinition, edgeState, type NodeDefinition } from "../execution/edges";
import { useExecution } from "../execution/store";
import { wordsOf } from "./layout";

export interface StepEdgeData extends Record<string, unknown> {
  edge: EdgeDefinition;
  source: NodeDefinition | undefined;
  /** Where its words stand; null lets them stand in its middle. */
  at: { x: number; y: number } | null;
  /** Where the graph is drawn by hand. */
  picked?: boolean;
  onInsert?: (edge: { from: string; to: string }) => void;
}

/** How far the button stands from the words, in px. */
const BESIDE = 18;

export const StepEdge = memo(function StepEdge(props: EdgeProps) {
  const { t } = useTranslation();
  const { edge, source, at, picked, onInsert } = props.data as StepEdgeData;
  const words = wordsOf(edge);
  const state = useExecution(({ view }) => edgeState(edge, source, view)) ?? "plain";
  const [path, labelX, labelY] = getBezierPath({ ...props, curvature: 0.3 });
  return (
    <>
      <BaseEdge id={props.id} path={path} className={`edge ${state}${picked ? " picked" : ""}`} />
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
      {onInsert && (
        <EdgeLabelRenderer>
          <button
            type="button"
            className="edge-add nodrag nopan"
            aria-label={t("canvas.insert", { from: edge.from, to: edge.to })}
            title={t("canvas.insert", { from: edge.from, to: edge.to })}
            style={{
              transform: `translate(-50%, -50%) translate(${at?.x ?? labelX}px, ${(at?.y ?? labelY) + (words ? BESIDE : 0)}px)`,
            }}
            onClick={() => onInsert({ from: edge.from, to: edge.to })}
          >
            <Icon name="plus" size={12} />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
