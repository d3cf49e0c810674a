import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../../components/Icon";
import { Rename } from "./Rename";
import type { CanvasActions } from "./useCanvas";

interface Props {
  canvas: CanvasActions;
  /** Every step, for those who do not draw edges by hand. */
  ids: readonly string[];
  onUndo: () => void;
  onRedo: () => void;
}

/** What can be done with what is picked; every action of the canvas without a mouse. */
export function Toolbar({ canvas, ids, onUndo, onRedo }: Props) {
  const { t } = useTranslation();
  const { chosen, edge, able, refused } = canvas;
  const button = (icon: IconName, word: string, press: () => void, off = false, keys?: string) => (
    <button
      type="button"
      className="btn dense icon"
      aria-label={word}
      title={keys ? `${word} · ${keys}` : word}
      disabled={!able || off}
      onClick={press}
    >
      <Icon name={icon} size={14} />
    </button>
  );
  const target = chosen !== null && edge === null;
  return (
    <div className="canvas-tools" role="toolbar" aria-label={t("canvas.tools")}>
      <button
        type="button"
        className="btn dense"
        disabled={!able}
        title={`${t("canvas.add")} · /`}
        onClick={() => canvas.ask(chosen === null ? null : { after: chosen })}
      >
        <Icon name="plus" size={14} />
        {t("canvas.step")}
      </button>
      {/* Always there: nothing moves under the hand when a step is picked. */}
      <Rename
        key={chosen ?? ""}
        id={chosen ?? ""}
        ids={ids}
        disabled={!able || !target}
        onRename={canvas.rename}
      />
      <select
        className="input dense"
        aria-label={target ? t("canvas.connect", { id: chosen }) : t("canvas.connectTo")}
        disabled={!able || !target}
        value=""
        onChange={(event) => chosen !== null && canvas.connect({ from: chosen, to: event.target.value })}
      >
        <option value="">{t("canvas.connectTo")}</option>
        {ids
          .filter((id) => id !== chosen)
          .map((id) => (
            <option key={id}>{id}</option>
          ))}
      </select>
      {button(
        "copy",
        t("canvas.duplicate", { id: chosen ?? "" }).trim(),
        canvas.duplicate,
        !target,
        "Ctrl+D",
      )}
      {button(
        "remove",
        edge ? t("canvas.disconnect", { ...edge }) : t("canvas.remove", { id: chosen ?? "" }).trim(),
        canvas.remove,
        !(target || edge),
        "Del",
      )}
      {button("undo", t("canvas.undo"), onUndo, false, "Ctrl+Z")}
      {button("redo", t("canvas.redo"), onRedo, false, "Ctrl+Shift+Z")}
      <span role="status" className="dim">
        {refused && t(`canvas.refused.${refused}`)}
      </span>
    </div>
  );
}
