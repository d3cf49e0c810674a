import type { RefObject } from "react";
import { useKeys } from "../../components/useKeys";

interface Actions {
  onMark: (id: string) => void;
  onClear: () => void;
  onStop: () => void;
}

/** Walking the rows: the focus is the place, so Enter opens and a screen reader follows. */
export function useListKeys(box: RefObject<HTMLElement | null>, { onMark, onClear, onStop }: Actions): void {
  useKeys((key) => {
    const rows = [...(box.current?.querySelectorAll<HTMLElement>("[data-execution]") ?? [])];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const go = (index: number) => {
      const link = rows[Math.min(Math.max(0, index), rows.length - 1)]?.querySelector<HTMLElement>("a");
      link?.focus();
      link?.scrollIntoView({ block: "nearest" });
    };
    if (key === "j" || key === "ArrowDown") go(at + 1);
    else if (key === "k" || key === "ArrowUp") go(at < 0 ? 0 : at - 1);
    else if (key === "x" && at >= 0) onMark(rows[at]!.dataset.execution!);
    else if (key === "s") onStop();
    else if (key === "Escape") onClear();
    else return false;
    return true;
  });
}
