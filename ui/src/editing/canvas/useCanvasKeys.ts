import type { KeyboardEvent } from "react";
import { isStep } from "../../graph/marks";
import { arrowOf, GRID, neighbour, type Places } from "./places";
import type { Acting } from "./useActions";
import { isTyping } from "./useClipboard";
import type { Selecting } from "./useSelection";

export interface CanvasKeys {
  selecting: Selecting;
  act: Acting;
  places: Places;
  readOnly: boolean;
  /** Puts the focus on a step's box. */
  focus: (id: string) => void;
  /** Opens the form of what is selected. */
  onOpen: () => void;
  onConnect: (from: string) => void;
  onNote: () => void;
  /** Put a line around the steps that are selected. */
  onGroup: () => void;
  onFit: () => void;
  onRemoved: () => void;
}

/** The keys of the canvas; where they stand in the sheet: commands/keys.ts. */
export function useCanvasKeys(canvas: CanvasKeys) {
  return (event: KeyboardEvent) => {
    // The second letter of `g t` was meant for the page.
    if (
      event.defaultPrevented ||
      isTyping(event.target) ||
      (event.target !== event.currentTarget && isButton(event.target))
    )
      return;
    if (pressed(canvas, event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

const isButton = (target: EventTarget) => target instanceof Element && target.closest("button") !== null;

function pressed(
  { selecting, act, places, readOnly, focus, ...on }: CanvasKeys,
  event: KeyboardEvent,
): boolean {
  const { selection, selectNodes } = selecting;
  const steps = selection.nodes.filter(isStep);
  const one = steps.length === 1 ? steps[0]! : null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === "a") selectNodes([...places.keys()]);
    else if (key === "d" && !readOnly) act.duplicate(selection.nodes);
    else if (key === "g" && !readOnly) on.onGroup();
    else return false;
    return true;
  }
  const arrow = arrowOf(key);
  if (arrow && event.shiftKey) {
    if (readOnly || selection.nodes.length === 0) return false;
    const moved = selection.nodes.flatMap((id) => {
      const place = places.get(id);
      return place ? [[id, { x: place.x + arrow.x * GRID, y: place.y + arrow.y * GRID }] as const] : [];
    });
    act.move(new Map(moved));
  } else if (arrow) {
    const from = selection.nodes.at(-1);
    const next = from === undefined ? [...places.keys()][0] : neighbour(places, from, arrow);
    if (!next) return from !== undefined;
    selectNodes([next]);
    focus(next);
  } else if (key === "Enter") on.onOpen();
  else if (key === "Escape") selectNodes([]);
  else if (key === "f") on.onFit();
  else if (readOnly) return false;
  else if (key === "Delete" || key === "Backspace") {
    act.remove(selection);
    // Its box goes, and the focus would go with it.
    on.onRemoved();
  } else if (key === "c" && one !== null) on.onConnect(one);
  else if (key === "t") act.tidy();
  else if (key === "n") on.onNote();
  else return false;
  return true;
}
