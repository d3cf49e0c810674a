import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../../components/Icon";
import type { History } from "../YamlEditor";
import { WAYS, type Way } from "./places";

interface Props {
  history: History;
  /** How many steps are selected. */
  selected: number;
  canRemove: boolean;
  canGroup: boolean;
  canAdd: boolean;
  onNote: () => void;
  onGroup: () => void;
  onUndo: () => void;
  onRedo: () => void;
  onTidy: () => void;
  onAlign: (way: Way) => void;
  onDuplicate: () => void;
  onRemove: () => void;
}

/** What is done with the mouse; each has its key too. */
export function Toolbar(props: Props) {
  const { t } = useTranslation();
  const { history, selected, canRemove } = props;
  const button = (icon: IconName, word: string, keys: string, press: () => void, on: boolean): ReactNode => (
    <button
      type="button"
      className="btn icon"
      aria-label={word}
      title={keys ? `${word} · ${keys}` : word}
      disabled={!on}
      onClick={press}
    >
      <Icon name={icon} size={16} />
    </button>
  );
  return (
    <div className="canvas-tools" role="toolbar" aria-label={t("canvas.tools")}>
      {button("undo", t("canvas.undo"), "Ctrl+Z", props.onUndo, history.undo)}
      {button("redo", t("canvas.redo"), "Ctrl+Shift+Z", props.onRedo, history.redo)}
      <span className="bar" />
      {button("tidy", t("canvas.tidy"), "T", props.onTidy, true)}
      {button("note", t("canvas.note"), "N", props.onNote, props.canAdd)}
      {button("group", t("canvas.group"), "Ctrl+G", props.onGroup, props.canGroup)}
      {button("copy", t("canvas.duplicate"), "Ctrl+D", props.onDuplicate, selected > 0)}
      {button("remove", t("canvas.remove"), "Delete", props.onRemove, canRemove)}
      {selected > 1 && (
        <>
          <span className="bar" />
          {WAYS.filter((way) => selected > 2 || (way !== "across" && way !== "down")).map((way) => (
            <span key={way}>
              {button(`align-${way}`, t(`canvas.align.${way}`), "", () => props.onAlign(way), true)}
            </span>
          ))}
        </>
      )}
    </div>
  );
}
