/** The keys of the canvas. They work while the focus is in it, not while somebody types. */

import type { KeyboardEvent } from "react";
import type { Edge } from "./edit";
import type { CanvasActions, Picked } from "./useCanvas";

export function canvasKey(
  event: KeyboardEvent,
  canvas: CanvasActions,
  history: { onUndo: () => void; onRedo: () => void },
): void {
  const { target, key } = event;
  if (!canvas.able || (target as HTMLElement).closest("input, select, textarea")) return;
  const command = event.ctrlKey || event.metaKey;
  const small = key.toLowerCase();
  if (!command && (key === "Delete" || key === "Backspace")) canvas.remove();
  else if (!command && key === "/") canvas.ask(canvas.chosen === null ? null : { after: canvas.chosen });
  else if (command && small === "d") canvas.duplicate();
  else if (command && (small === "y" || (small === "z" && event.shiftKey))) history.onRedo();
  else if (command && small === "z") history.onUndo();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

interface Focusing {
  edges: readonly Edge[];
  onChoose: (id: string) => void;
  onPick: (edge: Picked) => void;
}

/** What has the focus is picked: so the keyboard picks as the mouse does. */
export function onFocused(target: Element, { edges, onChoose, onPick }: Focusing): void {
  const step = target.closest<HTMLElement>(".react-flow__node")?.dataset.id;
  const line = target.closest<HTMLElement>(".react-flow__edge")?.dataset.id;
  if (step !== undefined) {
    onPick(null);
    onChoose(step);
  } else if (line !== undefined) onPick(edges[Number.parseInt(line, 10)] ?? null);
}
