/** The canvas's side of the text: what it draws, what is selected, what can be done. */

import { useMemo } from "react";
import type { Definition } from "../../api/types";
import { betterDirection } from "../../graph/layout";
import { marksIn, noteKey } from "../../graph/marks";
import { drawable } from "../drawable";
import type { Editing } from "../useEditing";
import { type Places, placesOf } from "./places";
import { useActions } from "./useActions";
import { useSelection } from "./useSelection";

/** Width to height of the canvas on a usual screen. */
const RATIO = 0.9;

/** `shown` is the value of the last text that could be read. */
export function useDrawing(editing: Editing, shown: unknown) {
  // By its words: a text that says the same keeps its picture.
  const words = JSON.stringify(drawable(shown));
  const definition = useMemo(() => JSON.parse(words) as Definition, [words]);
  const selecting = useSelection(definition);
  const direction = useMemo(() => betterDirection(definition, RATIO), [definition]);
  const places = useMemo(
    (): Places =>
      new Map([
        ...placesOf(definition, direction),
        ...marksIn(definition).notes.map(({ id, position }) => [noteKey(id), position] as const),
      ]),
    [definition, direction],
  );
  const act = useActions(editing, definition, direction, selecting);
  return { definition, direction, selecting, act, places };
}

export type Drawing = ReturnType<typeof useDrawing>;
