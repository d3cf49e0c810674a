import { useCallback, useMemo, useState } from "react";
import type { Definition } from "../../api/types";
import { type GroupMark, marksIn, noteKey } from "../../graph/marks";

export interface Ends {
  from: string;
  to: string;
}

/** What is chosen on the canvas: steps and notes (`note:ID`), or one edge. */
export interface Selection {
  nodes: readonly string[];
  edge: Ends | null;
}

/** Whether the steps that are chosen are those of the group, all and no other. */
export function isSelected({ nodes }: GroupMark, selection: Selection): boolean {
  return selection.nodes.length === nodes.length && nodes.every((id) => selection.nodes.includes(id));
}

const NOTHING: Selection = { nodes: [], edge: null };

/** Only what is still there counts: undo may have taken it away. */
export function useSelection(definition: Definition) {
  const [chosen, setChosen] = useState<Selection>(NOTHING);
  const selection = useMemo((): Selection => {
    const notes = marksIn(definition).notes.map(({ id }) => noteKey(id));
    const known = new Set([...definition.nodes!.map(({ id }) => id), ...notes]);
    const { nodes, edge } = chosen;
    const there = edge && definition.edges?.some(({ from, to }) => from === edge.from && to === edge.to);
    return { nodes: nodes.filter((id) => known.has(id)), edge: there ? edge : null };
  }, [chosen, definition]);
  const selectNodes = useCallback((nodes: readonly string[]) => setChosen({ nodes, edge: null }), []);
  const selectEdge = useCallback((edge: Ends) => setChosen({ nodes: [], edge }), []);
  return { selection, selectNodes, selectEdge };
}

export type Selecting = ReturnType<typeof useSelection>;
