import "@xyflow/react/dist/base.css";
import "./graph.css";
import {
  Background,
  BackgroundVariant,
  type Edge,
  getViewportForBounds,
  type Node,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  type Rect,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import type { TFunction } from "i18next";
import { type RefObject, useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "../api/types";
import { Icon } from "../components/Icon";
import { wordOf } from "../difference/DifferenceMark";
import type { Shown } from "../difference/shown";
import { boundsOf, drawnOf, READABLE } from "./drawing";
import { fixedNotes, groupNodes, markTypes } from "./marked";
import { Overview } from "./Overview";
import { StepEdge } from "./StepEdge";
import { StepNode } from "./StepNode";
import { useAriaLabels } from "./useAriaLabels";

const nodeTypes = { step: StepNode, ...markTypes };
const edgeTypes = { step: StepEdge };
const FIT = { padding: 0.08, maxZoom: 1, minZoom: 0.2 };
/** How small a large graph may be drawn. */
const FARTHEST = 0.02;
/** Below stand the legend and the buttons. */
const ROOM = { top: "16px", x: "16px", bottom: "56px" } as const;
const NO_NODES: Node[] = [];
const NO_EDGES: Edge[] = [];

export type GraphMarks = ReadonlyMap<string, "error" | "warning">;

interface Props {
  definition: Definition;
  direction?: "LR" | "TB";
  legend?: string;
  /** What a screen reader calls it; by default a graph of an execution. */
  label?: string;
  /** Steps with something wrong, where a definition is being written. */
  marks?: GraphMarks;
  /** Of two executions compared: what became of each step. */
  differences?: ReadonlyMap<string, Shown>;
  /** The step the cursor of the text is in, or whose values are shown. */
  chosen?: string | null;
  onSelect?: (id: string | null) => void;
}

export default function Graph(props: Props) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({
  definition,
  direction = "LR",
  legend,
  label,
  marks,
  differences,
  chosen,
  onSelect,
}: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const drawing = useMemo(() => drawnOf(definition, direction), [definition, direction]);
  const { placed, edges, many } = drawing;
  const nodes = useMemo(() => {
    if (differences) return placed.map((node) => compared(node, differences, chosen ?? null, many, t));
    return marks ? placed.map((node) => marked(node, marks, chosen ?? null, t)) : placed;
  }, [placed, marks, differences, chosen, many, t]);
  // On a phone the steps stand below each other, and not where notes were put beside them.
  const drawnBehind = useMemo(
    () => [...groupNodes(definition, placed), ...(direction === "LR" ? fixedNotes(definition) : NO_NODES)],
    [definition, placed, direction],
  );
  const all = useMemo(() => [...drawnBehind, ...nodes], [drawnBehind, nodes]);
  const bounds = useMemo(() => boundsOf(placed), [placed]);
  const small = useStore(({ transform, width }) => width === 0 || transform[2] < READABLE);
  const overview = many && small;
  const flow = useReactFlow();
  const fit = useFit(box, bounds, many);

  // While a definition is written, steps come and go.
  const drawn = useRef(placed);
  useEffect(() => {
    if (drawn.current === placed) return;
    drawn.current = placed;
    const frame = requestAnimationFrame(fit);
    return () => cancelAnimationFrame(frame);
  }, [placed, fit]);

  return (
    <div className="canvas" ref={box} role="group" aria-label={label ?? t("execution.graphLabel")}>
      <ReactFlow
        nodes={overview ? NO_NODES : all}
        edges={overview ? NO_EDGES : edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        fitView={!many}
        fitViewOptions={FIT}
        onlyRenderVisibleElements={many}
        minZoom={many ? FARTHEST : FIT.minZoom}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        panOnScroll={false}
        deleteKeyCode={null}
        ariaLabelConfig={useAriaLabels()}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_, node) => onSelect?.(node.id)}
        onSelectionChange={({ nodes: chosen }) => {
          if (chosen[0]) onSelect?.(chosen[0].id);
        }}
        onPaneClick={() => onSelect?.(null)}
      >
        <Background variant={BackgroundVariant.Dots} gap={16} size={1} color="var(--dots)" />
        {overview && (
          <Overview
            nodes={nodes}
            edges={edges}
            direction={drawing.direction}
            bounds={bounds}
            onSelect={onSelect}
          />
        )}
        {legend && (
          <Panel position="bottom-left" className="dim legend hide-phone">
            {legend}
          </Panel>
        )}
        <Panel position="bottom-right" className="zoom">
          <button
            type="button"
            className="btn dense hide-phone"
            aria-label={t("flow.zoomOut")}
            title={t("flow.zoomOut")}
            onClick={() => void flow.zoomOut({ duration: 0 })}
          >
            <Icon name="minus" size={14} />
          </button>
          <button
            type="button"
            className="btn dense hide-phone"
            aria-label={t("flow.zoomIn")}
            title={t("flow.zoomIn")}
            onClick={() => void flow.zoomIn({ duration: 0 })}
          >
            <Icon name="plus" size={14} />
          </button>
          <button type="button" className="btn dense" onClick={fit}>
            <Icon name="fit" size={14} />
            {t("execution.fit")}
          </button>
        </Panel>
      </ReactFlow>
    </div>
  );
}

/** Brings the whole graph into the box; again when the box changes, for a resized panel must not cut it off. */
function useFit(box: RefObject<HTMLDivElement | null>, bounds: Rect, many: boolean): () => void {
  const flow = useReactFlow();
  const fit = useCallback(() => {
    // React Flow knows the boxes of a large graph only while they are drawn.
    const size = box.current?.getBoundingClientRect();
    if (!many) void flow.fitView(FIT);
    else if (size)
      void flow.setViewport(getViewportForBounds(bounds, size.width, size.height, FARTHEST, 1, ROOM));
  }, [box, bounds, many, flow]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, fit]);
  return fit;
}

function marked(node: Node, marks: GraphMarks, chosen: string | null, t: TFunction): Node {
  const mark = marks.get(node.id);
  const words = mark && t(mark === "error" ? "editor.nodeWrong" : "editor.nodeDoubtful", { id: node.id });
  return { ...node, ariaLabel: words ?? node.id, data: { ...node.data, mark, chosen: node.id === chosen } };
}

/** Drawn small, what differs stands out as what is doubtful does. */
function compared(
  node: Node,
  differences: ReadonlyMap<string, Shown>,
  chosen: string | null,
  many: boolean,
  t: TFunction,
): Node {
  const difference = differences.get(node.id) ?? "same";
  const ariaLabel = `${node.id}: ${wordOf(difference, t)}`;
  const mark = many && difference !== "same" ? ("warning" as const) : undefined;
  return { ...node, ariaLabel, data: { ...node.data, difference, mark, chosen: node.id === chosen } };
}
