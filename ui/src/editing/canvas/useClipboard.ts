import type { ClipboardEvent } from "react";
import type { Acting } from "./useActions";
import type { Selection } from "./useSelection";

/**
 * Copy, cut and paste of steps as text, by the browser's own events: they work where a page may not ask for the
 * clipboard, and between two windows.
 */
export function useClipboard(selection: Selection, act: Acting, readOnly: boolean) {
  const take = (event: ClipboardEvent): boolean => {
    if (isTyping(event.target) || selection.nodes.length === 0) return false;
    const clip = act.copied(selection.nodes);
    if (clip === null) return false;
    event.clipboardData.setData("text/plain", clip);
    event.preventDefault();
    return true;
  };
  return {
    onCopy: (event: ClipboardEvent) => void take(event),
    onCut: (event: ClipboardEvent) => {
      if (!readOnly && take(event)) act.remove(selection);
    },
    onPaste: (event: ClipboardEvent) => {
      if (readOnly || isTyping(event.target)) return;
      if (act.paste(event.clipboardData.getData("text/plain"))) event.preventDefault();
    },
  };
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, .cm-editor") !== null;
}
