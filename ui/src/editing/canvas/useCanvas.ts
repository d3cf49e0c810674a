/** What one does on the canvas, put through the text: one history, one draft, one check. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { NodeKindItem } from "../completion";
import type { ReadText } from "../definitionText";
import type { Editing } from "../useEditing";
import * as edit from "./edit";

/** What is picked on the canvas. A step is picked by the cursor of the text. */
export type Picked = edit.Edge | null;

interface Around {
  editing: Editing;
  read: ReadText;
  edges: readonly edit.Edge[];
  /** The step the cursor of the text is in. */
  chosen: string | null;
  /** Put the cursor of the text to a step. */
  onChoose: (id: string) => void;
  readOnly: boolean;
}

export function useCanvas({ editing, read, edges, chosen, onChoose, readOnly }: Around) {
  const [edge, setEdge] = useState<Picked>(null);
  const [adding, setAdding] = useState<edit.Place | undefined>(undefined);
  const [refused, setRefused] = useState<"self" | "twice" | "circle" | null>(null);
  const arriving = useRef<string | null>(null);
  const { text, replace } = editing;

  // Once the step can be found in the text, the cursor goes there: the text as a whole was replaced.
  useEffect(() => {
    const id = arriving.current;
    if (id === null || read.text !== text || read.value === undefined) return;
    arriving.current = null;
    onChoose(id);
  }, [read, text, onChoose]);

  const put = useCallback(
    (changed: string, arrives: string | null = chosen) => {
      setRefused(null);
      setEdge(null);
      if (changed === text) return;
      arriving.current = arrives;
      replace(changed);
    },
    [text, replace, chosen],
  );
  const connect = useCallback(
    (wanted: edit.Edge) => {
      const why = edit.whyNotConnected(edges, wanted);
      if (why === null) put(edit.connect(text, wanted));
      else setRefused(why);
    },
    [edges, text, put],
  );
  const actions = useMemo(
    () => ({
      /** Where the next step comes in; undefined: none is being added. */
      ask: (place: edit.Place) => setAdding(place),
      leave: () => setAdding(undefined),
      add: ({ kind, example }: NodeKindItem) => {
        const made = edit.addStep(text, { kind, config: example }, adding ?? null);
        setAdding(undefined);
        put(made.text, made.id);
      },
      duplicate: () => {
        if (chosen === null) return;
        const made = edit.duplicateStep(text, chosen);
        put(made.text, made.id);
      },
      /** The edge that is picked, else the step. */
      remove: () => {
        if (edge !== null) put(edit.disconnect(text, edge));
        else if (chosen !== null) put(edit.removeSteps(text, [chosen]), null);
      },
      rename: (id: string) => chosen !== null && put(edit.renameStep(text, chosen, id), id),
      connect,
      pick: (picked: Picked) => setEdge(picked),
    }),
    [text, adding, chosen, edge, put, connect],
  );
  // While the text can't be read there is nothing that an edit could be made in.
  const able = !readOnly && read.value !== undefined;
  return { able, adding, edge, refused, chosen, ...actions };
}

export type CanvasActions = ReturnType<typeof useCanvas>;
