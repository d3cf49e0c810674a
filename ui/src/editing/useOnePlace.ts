import { type RefObject, useEffect, useRef } from "react";
import type { useWorkbench } from "./useWorkbench";
import type { EditorHandle } from "./YamlEditor";

type Bench = Pick<ReturnType<typeof useWorkbench>, "chosen" | "drawing" | "spanOfNode">;

/** Text and canvas are at one place: the step the cursor is in is selected, and the cursor goes to what is selected. */
export function useOnePlace(
  { chosen, drawing, spanOfNode }: Bench,
  editor: RefObject<EditorHandle | null>,
): void {
  const { selection, selectNodes } = drawing.selecting;
  const latest = useRef({ chosen, spanOfNode });
  latest.current = { chosen, spanOfNode };
  useEffect(() => {
    if (chosen !== null && isWriting()) selectNodes([chosen]);
  }, [chosen, selectNodes]);
  const one = selection.nodes.length === 1 ? selection.nodes[0] : undefined;
  useEffect(() => {
    if (one === undefined || isWriting() || latest.current.chosen === one) return;
    editor.current?.reveal(latest.current.spanOfNode(one).from);
  }, [one, editor]);
}

const isWriting = (): boolean => document.activeElement?.closest(".yaml") != null;
