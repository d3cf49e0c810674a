import "@xyflow/react/dist/base.css";
import "./graph.css";
import {
  type AriaLabelConfig,
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
import { boundsOf, drawnOf, READABLE } from "./drawing";
import { Overview } from "./Overview";
import { StepEdge } from "./StepEdge";
import { StepNode } from "./StepNode";

const nodeTypes = { step: StepNode };
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
  /** The step the cursor of the text is in. */
  chosen?: string | null;
  onSelect?: (id: string | null) => void;
  /** Where it is drawn by hand. */
  hand?: Hand | undefined;
}

export interface Hand {
  onConnect: (edge: { from: string; to: string }) => void;
  /** A step is to come in between. */
  onInsert: (edge: { from: string; to: string }) => void;
  /** null: none any more. */
  onPick: (edge: { from: string; to: string } | null) => void;
  picked: { from: string; to: string } | null;
  /** Into the text. */
  onOpen: (id: string) => void;
}

export default function Graph(props: Props) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ definition, direction = "LR", legend, label, marks, chosen, onSelect, hand }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const { placed, edges, many } = useMemo(() => drawnOf(definition, direction), [definition, direction]);
  const connectable = hand !== undefined;
  const nodes = useMemo(
    () => (marks ? placed.map((node) => marked(node, marks, chosen ?? null, t, connectable)) : placed),
    [placed, marks, chosen, t, connectable],
  );
  const lines = useMemo(() => (hand ? edges.map((edge) => byHand(edge, hand)) : edges), [edges, hand]);
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

  const labels: Partial<AriaLabelConfig> = {
    "controls.ariaLabel": t("flow.controls"),
    "controls.zoomIn.ariaLabel": t("flow.zoomIn"),
    "controls.zoomOut.ariaLabel": t("flow.zoomOut"),
    "controls.fitView.ariaLabel": t("flow.fit"),
    "controls.interactive.ariaLabel": t("flow.interactive"),
    "node.a11yDescription.default": t("flow.node"),
    "edge.a11yDescription.default": t("flow.edge"),
    "minimap.ariaLabel": t("flow.minimap"),
    "handle.ariaLabel": t("flow.handle"),
  };

  return (
    <div className="canvas" ref={box} role="group" aria-label={label ?? t("execution.graphLabel")}>
      <ReactFlow
        nodes={overview ? NO_NODES : nodes}
        edges={overview ? NO_EDGES : lines}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        fitView={!many}
        fitViewOptions={FIT}
        onlyRenderVisibleElements={many}
        minZoom={many ? FARTHEST : FIT.minZoom}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={hand !== undefined}
        connectionRadius={40}
        edgesFocusable={hand !== undefined}
        zoomOnScroll={false}
        preventScrolling={false}
        panOnScroll={false}
        deleteKeyCode={null}
        ariaLabelConfig={labels}
        proOptions={{ hideAttribution: true }}
        onConnect={({ source, target }) => hand?.onConnect({ from: source, to: target })}
        onNodeClick={(_, node) => {
          hand?.onPick(null);
          onSelect?.(node.id);
        }}
        onNodeDoubleClick={(_, node) => hand?.onOpen(node.id)}
        onEdgeClick={(_, edge) => hand?.onPick({ from: edge.source, to: edge.target })}
        onSelectionChange={({ nodes: [node], edges: [edge] }) => {
          if (edge) hand?.onPick({ from: edge.source, to: edge.target });
          if (node) onSelect?.(node.id);
        }}
        onPaneClick={() => {
          hand?.onPick(null);
          onSelect?.(null);
        }}
      >
        <Background variant={BackgroundVariant.Dots} gap={16} size={1} color="var(--dots)" />
        {overview && (
          <Overview nodes={nodes} edges={edges} direction={direction} bounds={bounds} onSelect={onSelect} />
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

function byHand(edge: Edge, { picked, onInsert }: Hand): Edge {
  const isPicked = picked !== null && edge.source === picked.from && edge.target === picked.to;
  return { ...edge, data: { ...edge.data, picked: isPicked, onInsert } };
}

function marked(
  node: Node,
  marks: GraphMarks,
  chosen: string | null,
  t: TFunction,
  connectable: boolean,
): Node {
  const mark = marks.get(node.id);
  const words = mark && t(mark === "error" ? "editor.nodeWrong" : "editor.nodeDoubtful", { id: node.id });
  return {
    ...node,
    ariaLabel: words ?? node.id,
    data: { ...node.data, mark, chosen: node.id === chosen, connectable },
  };
}
