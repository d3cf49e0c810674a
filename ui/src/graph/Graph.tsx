import "@xyflow/react/dist/base.css";
import "./graph.css";
import {
  type AriaLabelConfig,
  Background,
  BackgroundVariant,
  type Edge,
  type Node,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import type { TFunction } from "i18next";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "../api/types";
import { Icon } from "../components/Icon";
import { layoutAll, NODE_HEIGHT, NODE_WIDTH } from "./layout";
import { StepEdge } from "./StepEdge";
import { StepNode } from "./StepNode";

const nodeTypes = { step: StepNode };
const edgeTypes = { step: StepEdge };
const FIT = { padding: 0.08, maxZoom: 1, minZoom: 0.2 };

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
}

export default function Graph(props: Props) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ definition, direction = "LR", legend, label, marks, chosen, onSelect }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const { placed, edges } = useMemo(() => drawnOf(definition, direction), [definition, direction]);
  const nodes = useMemo(
    () => (marks ? placed.map((node) => marked(node, marks, chosen ?? null, t)) : placed),
    [placed, marks, chosen, t],
  );

  // fitView fits once; a resized panel must not cut the graph off.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => void flow.fitView(FIT));
    observer.observe(element);
    return () => observer.disconnect();
  }, [flow]);

  // While a definition is written, steps come and go.
  const drawn = useRef(placed);
  useEffect(() => {
    if (drawn.current === placed) return;
    drawn.current = placed;
    const frame = requestAnimationFrame(() => void flow.fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [placed, flow]);

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
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        fitView
        fitViewOptions={FIT}
        minZoom={0.2}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        panOnScroll={false}
        deleteKeyCode={null}
        ariaLabelConfig={labels}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_, node) => onSelect?.(node.id)}
        onSelectionChange={({ nodes: chosen }) => {
          if (chosen[0]) onSelect?.(chosen[0].id);
        }}
        onPaneClick={() => onSelect?.(null)}
      >
        <Background variant={BackgroundVariant.Dots} gap={16} size={1} color="var(--dots)" />
        {legend && (
          <Panel position="bottom-left" className="dim legend hide-phone">
            {legend}
          </Panel>
        )}
        <Panel position="bottom-right">
          <button type="button" className="btn dense" onClick={() => void flow.fitView(FIT)}>
            <Icon name="fit" size={14} />
            {t("execution.fit")}
          </button>
        </Panel>
      </ReactFlow>
    </div>
  );
}

function drawnOf(definition: Definition, direction: "LR" | "TB") {
  const { nodes, labels } = layoutAll(definition, direction);
  const placed = nodes.map(
    (node): Node => ({
      id: node.id,
      type: "step",
      position: { x: node.x, y: node.y },
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      ariaLabel: node.id,
      data: { kind: node.kind, direction },
    }),
  );
  return { placed, edges: edgesOf(definition, labels) };
}

function marked(node: Node, marks: GraphMarks, chosen: string | null, t: TFunction): Node {
  const mark = marks.get(node.id);
  const words = mark && t(mark === "error" ? "editor.nodeWrong" : "editor.nodeDoubtful", { id: node.id });
  return { ...node, ariaLabel: words ?? node.id, data: { ...node.data, mark, chosen: node.id === chosen } };
}

function edgesOf(definition: Definition, labels: ({ x: number; y: number } | null)[]): Edge[] {
  const nodes = new Map((definition.nodes ?? []).map((node) => [node.id, node]));
  return (definition.edges ?? []).map((edge, index) => ({
    id: `${index}:${edge.from}-${edge.to}`,
    type: "step",
    source: edge.from,
    target: edge.to,
    data: { edge, source: nodes.get(edge.from), at: labels[index] ?? null },
  }));
}
