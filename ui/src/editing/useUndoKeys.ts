import { type RefObject, useEffect } from "react";
import { takeBack } from "./form/useDraft";
import type { EditorHandle } from "./YamlEditor";

/** Undo and redo wherever the focus is on the workbench: there is one history, that of the text. */
export function useUndoKeys(editor: RefObject<EditorHandle | null>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      const back = key === "z" && !event.shiftKey;
      if (!back && key !== "y" && key !== "z") return;
      const target = event.target instanceof Element ? event.target : null;
      // The text has its own keys; a dialog's fields are none of the text, nor is a name that is just being found.
      if (target?.closest(".yaml, [role=dialog], [data-own-undo]")) return;
      event.preventDefault();
      if (back && target && takeBack(target)) return;
      if (back) editor.current?.undo();
      else editor.current?.redo();
    };
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  }, [editor]);
}
