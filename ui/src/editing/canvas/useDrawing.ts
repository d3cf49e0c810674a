/** The canvas's side of the text: what it draws, what is selected, what can be done. */

import { useMemo } from "react";
import type { Definition } from "../../api/types";
import { layout } from "../../graph/layout";
import { drawable } from "../drawable";
import type { Editing } from "../useEditing";
import type { Places } from "./places";
import { useActions } from "./useActions";
import { useSelection } from "./useSelection";

/** `shown` is the value of the last text that could be read. */
export function useDrawing(editing: Editing, shown: unknown) {
  // By its words: a text that says the same keeps its picture.
  const words = JSON.stringify(drawable(shown));
  const definition = useMemo(() => JSON.parse(words) as Definition, [words]);
  const selecting = useSelection(definition);
  const act = useActions(editing, definition, selecting);
  const places = useMemo(
    (): Places => new Map(layout(definition, "LR").map(({ id, x, y }) => [id, { x, y }])),
    [definition],
  );
  return { definition, selecting, act, places };
}

export type Drawing = ReturnType<typeof useDrawing>;
