import { getViewportForBounds, type Node, type Rect, useNodesInitialized, useReactFlow } from "@xyflow/react";
import { type RefObject, useCallback, useEffect, useRef } from "react";

const FIT = { padding: 0.12, maxZoom: 1, minZoom: 0.2, duration: 0 };

/**
 * Brings the graph into sight: at first, when the box changes, and when something new stands out of sight. What
 * somebody looks at is otherwise left where it is. `bounds` are given for a graph too large to be drawn whole.
 */
export function useFitting(
  box: RefObject<HTMLDivElement | null>,
  nodes: readonly Node[],
  bounds: Rect | null,
): () => void {
  const flow = useReactFlow();
  const ready = useNodesInitialized();
  const around = useRef(bounds);
  around.current = bounds;
  const fit = useCallback(() => {
    // React Flow knows the boxes of a large graph only while they are drawn.
    const size = box.current?.getBoundingClientRect();
    if (!around.current) void flow.fitView(FIT);
    else if (size)
      void flow.setViewport(
        getViewportForBounds(around.current, size.width, size.height, 0.02, 1, FIT.padding),
      );
  }, [box, flow]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, fit]);
  const seen = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const before = seen.current;
    seen.current = new Set(nodes.map(({ id }) => id));
    const fresh = nodes.filter(({ id }) => !before.has(id));
    if (!ready || fresh.length === 0) return;
    const size = box.current?.getBoundingClientRect();
    const hidden = fresh.some(({ position, width = 0, height = 0 }) => {
      const start = flow.flowToScreenPosition(position);
      const end = flow.flowToScreenPosition({ x: position.x + width, y: position.y + height });
      return !size || start.x < size.left || start.y < size.top || end.x > size.right || end.y > size.bottom;
    });
    if (!hidden) return;
    const frame = requestAnimationFrame(fit);
    return () => cancelAnimationFrame(frame);
  }, [nodes, ready, box, flow, fit]);
  return fit;
}
