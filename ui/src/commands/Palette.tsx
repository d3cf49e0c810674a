import { Modal } from "@mantine/core";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/Icon";
import { useNarrow } from "../components/useNarrow";
import { Option } from "./Option";
import { type Item, usePaletteItems } from "./usePaletteItems";
import "./palette.css";

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Mantine gives the focus back 10 ms after a dialog has closed. */
const FOCUS_IS_BACK_MS = 20;

/** Whatever can be done and gone to, found by typing: arrows and Enter choose, Escape closes. */
export default function Palette({ opened, onClose }: Props) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  // A dialog that is open from its first drawing on would not know where the focus was.
  const [shown, setShown] = useState(false);
  useEffect(() => setShown(opened), [opened]);
  return (
    <Modal.Root
      opened={shown}
      onClose={onClose}
      size={640}
      yOffset="12dvh"
      fullScreen={narrow}
      transitionProps={{ duration: 0 }}
      className="palette-dialog"
    >
      <Modal.Overlay />
      <Modal.Content aria-label={t("palette.title")}>{shown && <Finder onClose={onClose} />}</Modal.Content>
    </Modal.Root>
  );
}

function Finder({ onClose }: Pick<Props, "onClose">) {
  const { t } = useTranslation();
  const list = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const groups = usePaletteItems(typed);
  const items = groups.flatMap(({ items }) => items);
  const chosen = items[Math.min(at, items.length - 1)];
  const choose = ({ run }: Item) => {
    onClose();
    // What it opens takes the focus after the palette has given it back.
    setTimeout(run, FOCUS_IS_BACK_MS);
  };
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key];
    if (event.nativeEvent.isComposing) return;
    if (by !== undefined && items.length > 0) setAt(moved(Math.min(at, items.length - 1), by, items.length));
    else if (event.key === "Enter" && chosen) choose(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <div className="palette-body">
      <div className="palette-head">
        <Icon name="search" size={18} />
        <input
          data-autofocus
          role="combobox"
          aria-expanded={items.length > 0}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={chosen && `${list}-${chosen.id}`}
          aria-label={t("palette.title")}
          placeholder={t("palette.hint")}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
        <button type="button" className="btn dense" onClick={onClose}>
          <span className="only-phone">{t("common.close")}</span>
          <kbd className="hide-phone">Esc</kbd>
          <span className="sr hide-phone">{t("common.close")}</span>
        </button>
      </div>
      <div id={list} role="listbox" aria-label={t("palette.title")} className="palette-list">
        {groups.map(({ group, items }) => (
          <div key={group} role="group" aria-label={t(`palette.group.${group}`)}>
            <p aria-hidden="true">{t(`palette.group.${group}`)}</p>
            {items.map((item) => (
              <Option
                key={item.id}
                id={`${list}-${item.id}`}
                item={item}
                chosen={item === chosen}
                onChoose={() => choose(item)}
              />
            ))}
          </div>
        ))}
      </div>
      <p role="status" className={items.length === 0 ? "palette-none dim" : "sr"}>
        {items.length === 0
          ? t("palette.none", { q: typed.trim() })
          : t("palette.count", { count: items.length })}
      </p>
    </div>
  );
}

/** By one step around the ends; by several up to them. */
function moved(at: number, by: number, count: number): number {
  return Math.abs(by) === 1 ? (at + by + count) % count : Math.min(count - 1, Math.max(0, at + by));
}
