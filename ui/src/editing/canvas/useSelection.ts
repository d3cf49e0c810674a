import { useCallback, useMemo, useState } from "react";
import type { Definition } from "../../api/types";

export interface Ends {
  from: string;
  to: string;
}

/** What is chosen on the canvas: steps, or one edge. */
export interface Selection {
  nodes: readonly string[];
  edge: Ends | null;
}

const NOTHING: Selection = { nodes: [], edge: null };

/** Only what is still there counts: undo may have taken it away. */
export function useSelection(definition: Definition) {
  const [chosen, setChosen] = useState<Selection>(NOTHING);
  const selection = useMemo((): Selection => {
    const known = new Set(definition.nodes?.map(({ id }) => id));
    const { nodes, edge } = chosen;
    const there = edge && definition.edges?.some(({ from, to }) => from === edge.from && to === edge.to);
    return { nodes: nodes.filter((id) => known.has(id)), edge: there ? edge : null };
  }, [chosen, definition]);
  const selectNodes = useCallback((nodes: readonly string[]) => setChosen({ nodes, edge: null }), []);
  const selectEdge = useCallback((edge: Ends) => setChosen({ nodes: [], edge }), []);
  return { selection, selectNodes, selectEdge };
}

export type Selecting = ReturnType<typeof useSelection>;
