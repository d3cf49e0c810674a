import "@xyflow/react/dist/base.css";
import "../../graph/graph.css";
import "./canvas.css";
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  type Edge,
  type FinalConnectionState,
  type Node,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  useUpdateNodeInternals,
} from "@xyflow/react";
import { type DragEvent, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "../../api/types";
import { boundsOf, READABLE } from "../../graph/drawing";
import type { GraphMarks } from "../../graph/Graph";
import { groupNodes, markTypes } from "../../graph/marked";
import type { GroupMark } from "../../graph/marks";
import { Overview } from "../../graph/Overview";
import { StepNode } from "../../graph/StepNode";
import { useAriaLabels } from "../../graph/useAriaLabels";
import { whyNotConnect } from "../document/edges";
import type { Point } from "../document/nodes";
import { dressed, dressedEdges, editable } from "./drawn";
import { EditEdge } from "./EditEdge";
import { DRAGGED } from "./Palette";
import { GRID, snapped } from "./places";
import type { Acting } from "./useActions";
import { useFitting } from "./useFitting";
import { type Ends, isSelected, type Selecting } from "./useSelection";

const nodeTypes = { step: StepNode, ...markTypes };
const edgeTypes = { edit: EditEdge };
const NO_NODES: Node[] = [];
const NO_EDGES: Edge[] = [];
const SNAP: [number, number] = [GRID, GRID];
const ADDS = ["Control", "Meta", "Shift"] as const;

export interface CanvasHandle {
  fit(): void;
  focus(id: string): void;
}

interface Props {
  definition: Definition;
  direction: "LR" | "TB";
  marks: GraphMarks;
  selecting: Selecting;
  act: Acting;
  readOnly: boolean;
  handle: RefObject<CanvasHandle | null>;
  /** The form of what is selected; `focus` puts the cursor into it. */
  onOpen: (focus: boolean) => void;
  onInsert: (ends: Ends) => void;
  onDropKind: (kind: string, at: Point) => void;
  /** An edge was drawn into the open: what is to stand there? */
  onDrawnOut: (from: string, at: Point) => void;
  children: ReactNode;
}

export function Canvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Surface {...props} />
    </ReactFlowProvider>
  );
}

function Surface({ definition, direction, marks, selecting, act, readOnly, handle, children, ...on }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const drawing = useMemo(() => editable(definition, direction), [definition, direction]);
  // Where boxes are while they are dragged; the text has it once they are let go.
  const [held, setHeld] = useState<{ of: unknown; nodes: Node[] }>({ of: drawing, nodes: drawing.nodes });
  const free = held.of === drawing ? held.nodes : drawing.nodes;
  const { selection, selectNodes, selectEdge } = selecting;
  const onResize = readOnly ? null : act.resizeNote;
  const boxes = useMemo(
    () => dressed(free, marks, selection, onResize, t),
    [free, marks, selection, onResize, t],
  );
  const { onOpen } = on;
  const groups = useMemo(() => {
    const onChoose = (group: GroupMark) => {
      selectNodes(group.nodes);
      onOpen(false);
    };
    const isChosen = (group: GroupMark) => isSelected(group, selection);
    return groupNodes(definition, free, { onChoose, isChosen });
  }, [definition, free, selection, selectNodes, onOpen]);
  const nodes = useMemo(() => [...groups, ...boxes], [groups, boxes]);
  const { onInsert } = on;
  const edges = useMemo(
    () => dressedEdges(drawing.edges, selection, readOnly ? null : onInsert),
    [drawing, selection, readOnly, onInsert],
  );
  const bounds = useMemo(() => boundsOf(drawing.nodes), [drawing]);
  const fit = useFitting(box, drawing.nodes, drawing.many ? bounds : null);
  const small = useStore(({ transform, width }) => width === 0 || transform[2] < READABLE);
  const overview = drawing.many && small;
  const measure = useUpdateNodeInternals();
  // biome-ignore lint/correctness/useExhaustiveDependencies: in another direction the edges end elsewhere at the boxes
  useEffect(() => measure(drawing.nodes.map(({ id }) => id)), [drawing.direction, measure]);
  useEffect(() => {
    handle.current = {
      fit,
      focus: (id) => box.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${id}"]`)?.focus(),
    };
  }, [handle, fit]);

  const onNodesChange = (changes: NodeChange[]) => {
    const moves = changes.filter(({ type }) => type === "position" || type === "dimensions");
    if (moves.length > 0) setHeld({ of: drawing, nodes: applyNodeChanges(moves, free) });
    const picks = changes.filter((change) => change.type === "select");
    if (picks.length === 0) return;
    const chosen = new Set(selection.nodes);
    for (const { id, selected } of picks) selected ? chosen.add(id) : chosen.delete(id);
    if (chosen.size > 0 || selection.nodes.length > 0) selectNodes([...chosen]);
  };
  const isOpen = ({ source, target }: Pick<Connection, "source" | "target">) =>
    source !== null && target !== null && whyNotConnect(definition, source, target) === null;
  const drawnOut = (
    event: MouseEvent | TouchEvent,
    { fromNode, fromHandle, toNode }: FinalConnectionState,
  ) => {
    if (toNode || !fromNode || fromHandle?.type !== "source" || !("clientX" in event)) return;
    on.onDrawnOut(fromNode.id, snapped(flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })));
  };
  const drop = (event: DragEvent) => {
    const kind = event.dataTransfer.getData(DRAGGED);
    if (!kind || readOnly) return;
    event.preventDefault();
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    on.onDropKind(kind, snapped({ x: x - 86, y: y - 32 }));
  };
  return (
    <section
      className="canvas edits"
      ref={box}
      aria-label={t("canvas.label")}
      onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
      onDrop={drop}
    >
      <ReactFlow
        nodes={overview ? NO_NODES : nodes}
        edges={overview ? NO_EDGES : edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onNodeDragStop={(_, __, dragged) =>
          act.move(new Map(dragged.map(({ id, position }) => [id, position])))
        }
        onConnect={({ source, target }) => act.connect(source, target)}
        isValidConnection={isOpen}
        onConnectEnd={drawnOut}
        onEdgeClick={(_, { source, target }) => {
          selectEdge({ from: source, to: target });
          onOpen(false);
        }}
        onNodeClick={(event, node) => {
          // A group's name chooses its steps by itself.
          if (node.type === "area") return;
          if (!ADDS.some((key) => event.getModifierState(key))) selectNodes([node.id]);
          onOpen(false);
        }}
        onNodeDoubleClick={() => onOpen(true)}
        onPaneClick={() => {
          selectNodes([]);
          box.current?.closest<HTMLElement>("[tabindex]")?.focus();
        }}
        onlyRenderVisibleElements={drawing.many}
        minZoom={drawing.many ? 0.02 : 0.2}
        maxZoom={1.5}
        snapToGrid
        snapGrid={SNAP}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        edgesFocusable={false}
        edgesReconnectable={false}
        disableKeyboardA11y
        multiSelectionKeyCode={["Control", "Meta"]}
        selectionKeyCode="Shift"
        deleteKeyCode={null}
        panOnScroll
        zoomOnDoubleClick={false}
        connectionRadius={28}
        ariaLabelConfig={useAriaLabels()}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={GRID} size={1} color="var(--dots)" />
        {overview && (
          <Overview
            nodes={boxes.filter(({ type }) => type === "step")}
            edges={edges}
            direction={drawing.direction}
            bounds={bounds}
            onSelect={(id) => selectNodes([id])}
          />
        )}
        {children}
      </ReactFlow>
    </section>
  );
}
