/**
 * A large graph drawn small: one picture of plain shapes, for boxes whose words could not be read anyway. Five hundred
 * boxes of React Flow cost more than a frame each time one of them changes; five hundred shapes do not.
 */

import { type Edge, getBezierPath, type Node, Panel, ViewportPortal } from "@xyflow/react";
import { memo, type PointerEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Status } from "../components/StatusGlyph";
import { StepTime } from "../components/StepTime";
import { edgeState } from "../execution/edges";
import type { StepStatus } from "../execution/events";
import { useExecution } from "../execution/store";
import { endsOf } from "./drawing";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout";
import type { StepEdgeData } from "./StepEdge";
import type { StepNodeData } from "./StepNode";

interface Props {
  nodes: readonly Node[];
  edges: readonly Edge[];
  direction: "LR" | "TB";
  bounds: { width: number; height: number };
  onSelect?: ((id: string) => void) | undefined;
}

export function Overview({ nodes, edges, direction, bounds, onSelect }: Props) {
  const { t } = useTranslation();
  const [pointed, setPointed] = useState<string | null>(null);
  const lines = useMemo(() => linesOf(nodes, edges, direction), [nodes, edges, direction]);
  const point = (event: PointerEvent<SVGElement>) =>
    setPointed((event.target as SVGElement).dataset.step ?? null);
  // Pointing at a box draws its words, not all boxes anew.
  const shapes = useMemo(
    () => (
      <>
        {lines}
        {nodes.map(({ id, position, data }) => (
          <Box key={id} id={id} x={position.x} y={position.y} {...marksOf(data as StepNodeData)} />
        ))}
      </>
    ),
    [lines, nodes],
  );
  return (
    <>
      <ViewportPortal>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: by keyboard steps are chosen in their list, or in the text */}
        <svg
          className="overview"
          width={bounds.width}
          height={bounds.height}
          role="img"
          aria-label={t("flow.overview", { count: nodes.length })}
          onPointerOver={point}
          onPointerLeave={() => setPointed(null)}
          onClick={(event) => {
            const id = (event.target as SVGElement).dataset.step;
            if (id !== undefined) onSelect?.(id);
          }}
        >
          {shapes}
        </svg>
      </ViewportPortal>
      {pointed !== null && (
        <Panel position="top-left" className="pointed">
          <Pointed id={pointed} />
        </Panel>
      )}
    </>
  );
}

function Pointed({ id }: { id: string }) {
  const step = useExecution((state) => state.view.steps[id]);
  return (
    <>
      <b>{id}</b>
      {step && <Status status={step.status} size={12} />}
      {step && <StepTime step={step} />}
    </>
  );
}

/** What tells the status beside the colour, in the middle of a box; others are told by their edge. */
const SIGNS: Partial<Record<StepStatus, string>> = {
  failed: "M66 12l40 40M106 12l-40 40",
  running: "M74 12l36 20l-36 20z",
  retrying: "M106 20a22 22 0 1 0 2 14M108 8v14h-14",
  waiting: "M66 12h40l-40 40h40z",
  stopped: "M70 16h32v32h-32z",
};

interface BoxProps {
  id: string;
  x: number;
  y: number;
  mark: string | undefined;
  chosen: boolean | undefined;
}

const marksOf = ({ mark, chosen }: StepNodeData) => ({ mark, chosen });

const Box = memo(function Box({ id, x, y, mark, chosen }: BoxProps) {
  const status = useExecution((state) => state.view.steps[id]?.status);
  const selected = useExecution((state) => state.selected === id) ?? chosen;
  const sign = status && SIGNS[status];
  return (
    <>
      <rect
        className={`node far ${status ?? "plain"}${selected ? " selected" : ""}${mark ? ` wrong ${mark}` : ""}`}
        x={x}
        y={y}
        width={NODE_WIDTH}
        height={NODE_HEIGHT}
        rx="10"
        data-step={id}
        data-mark={mark}
        data-status={status ?? undefined}
      />
      {sign && <path className={`far-sign ${status}`} d={sign} transform={`translate(${x} ${y})`} />}
    </>
  );
});

function linesOf(nodes: readonly Node[], edges: readonly Edge[], direction: "LR" | "TB") {
  const places = new Map(nodes.map(({ id, position }) => [id, position]));
  const { source, target } = endsOf(direction);
  return edges.map(({ id, source: from, target: to, data }) => {
    const [begin, end] = [places.get(from), places.get(to)];
    if (!begin || !end) return null;
    const [path] = getBezierPath({
      sourceX: begin.x + source.x,
      sourceY: begin.y + source.y,
      sourcePosition: source.position,
      targetX: end.x + target.x,
      targetY: end.y + target.y,
      targetPosition: target.position,
      curvature: 0.3,
    });
    return <Line key={id} path={path} data={data as StepEdgeData} />;
  });
}

const Line = memo(function Line({ path, data }: { path: string; data: StepEdgeData }) {
  const state = useExecution(({ view }) => edgeState(data.edge, data.source, view)) ?? "plain";
  return <path className={`far-edge ${state}`} d={path} />;
});
