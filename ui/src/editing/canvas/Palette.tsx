import type { DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { Icon, kindIcon } from "../../components/Icon";
import type { NodeKindItem } from "../completion";
import { useKindWords } from "./useKindWords";

/** What a dragged kind is called in the drag's own data. */
export const DRAGGED = "application/x-runwright-kind";

interface Props {
  kinds: readonly NodeKindItem[];
  /** Nothing can be added at present. */
  off: boolean;
  onAdd: (kind: NodeKindItem) => void;
  onSearch: () => void;
}

/** The kinds of step: dragged onto the canvas, or pressed to come behind the selected step. */
export function Palette({ kinds, off, onAdd, onSearch }: Props) {
  const { t } = useTranslation();
  const words = useKindWords();
  const drag = (event: DragEvent, kind: string) => {
    event.dataTransfer.setData(DRAGGED, kind);
    event.dataTransfer.effectAllowed = "copy";
  };
  return (
    <nav className="palette" aria-label={t("canvas.palette")}>
      <button type="button" className="btn dense" aria-keyshortcuts="/" disabled={off} onClick={onSearch}>
        <Icon name="search" size={14} />
        {t("canvas.search")}
        <kbd>/</kbd>
      </button>
      <ul>
        {kinds
          .filter(({ allowed }) => allowed)
          .map((kind) => (
            <li key={kind.kind}>
              <button
                type="button"
                draggable={!off}
                disabled={off}
                title={words(kind).hint}
                data-kind={kind.kind}
                onDragStart={(event) => drag(event, kind.kind)}
                onClick={() => onAdd(kind)}
              >
                <span className="tile">
                  <Icon name={kindIcon(kind.kind)} size={14} />
                </span>
                {words(kind).word}
              </button>
            </li>
          ))}
      </ul>
    </nav>
  );
}
