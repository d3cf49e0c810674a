import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/Icon";
import type { EdgeDefinition } from "../../execution/edges";
import { wordsOf } from "../../graph/layout";
import type { Ends } from "./useSelection";

export interface EditEdgeData extends Record<string, unknown> {
  edge: EdgeDefinition;
  at: { x: number; y: number } | null;
  /** null where nothing may be changed. */
  onInsert: ((ends: Ends) => void) | null;
}

/** An edge with its words and a button that puts a step into it. Keys reach the same by the step's form. */
export const EditEdge = memo(function EditEdge(props: EdgeProps) {
  const { t } = useTranslation();
  const { edge, at, onInsert } = props.data as EditEdgeData;
  const words = wordsOf(edge);
  const [path, middleX, middleY] = getBezierPath({ ...props, curvature: 0.3 });
  const { x, y } = at ?? { x: middleX, y: middleY };
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        interactionWidth={24}
        className={`edge plain${props.selected ? " chosen" : ""}`}
        {...(props.markerEnd ? { markerEnd: props.markerEnd } : {})}
      />
      <EdgeLabelRenderer>
        <div
          className={`edge-middle nodrag nopan${props.selected ? " chosen" : ""}`}
          style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
        >
          {words && (
            <span className="edge-label mono" title={edge.when ?? words}>
              {words}
            </span>
          )}
          {onInsert && (
            <button
              type="button"
              tabIndex={-1}
              className="edge-plus"
              aria-label={t("canvas.insert", { from: edge.from, to: edge.to })}
              title={t("canvas.insert", { from: edge.from, to: edge.to })}
              onClick={() => onInsert({ from: edge.from, to: edge.to })}
            >
              <Icon name="plus" size={12} />
            </button>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
});
