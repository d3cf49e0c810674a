import { useEffect, useRef } from "react";

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable=true], .cm-editor";

/**
 * Single keys, where nobody types and no dialog is open. The handler says whether the key was its own; then
 * the browser does nothing else with it.
 */
export function useKeys(pressed: (key: string, event: KeyboardEvent) => boolean): void {
  const latest = useRef(pressed);
  useEffect(() => {
    latest.current = pressed;
  });
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(TYPING) || document.querySelector("[role=dialog]")) return;
      if (latest.current(event.key, event)) event.preventDefault();
    };
    // Before a dialog that is closed by the same key has gone.
    window.addEventListener("keydown", heard, true);
    return () => window.removeEventListener("keydown", heard, true);
  }, []);
}
