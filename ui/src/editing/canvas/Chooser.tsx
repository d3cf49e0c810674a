import { type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../../components/Icon";
import { found } from "./search";

export interface Choice {
  id: string;
  icon: IconName;
  word: string;
  hint: string;
  /** What it is found by besides its word. */
  more: readonly string[];
}

interface Props {
  title: string;
  placeholder: string;
  choices: readonly Choice[];
  onChoose: (id: string) => void;
  onClose: () => void;
  /** The focus has gone elsewhere, and is to stay there. */
  onLeave: () => void;
}

/** A list over the canvas that is searched while one types: arrows and Enter choose, Escape closes. */
export function Chooser({ title, placeholder, choices, onChoose, onClose, onLeave }: Props) {
  const { t } = useTranslation();
  const list = useId();
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const shown = found(wanted, choices, ({ word, id, hint, more }) => [word, id, ...more, hint]);
  const chosen = shown[Math.min(at, shown.length - 1)];
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && shown.length > 0)
      setAt((Math.min(at, shown.length - 1) + by + shown.length) % shown.length);
    else if (event.key === "Enter" && !event.nativeEvent.isComposing && chosen) onChoose(chosen.id);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className="chooser"
      role="dialog"
      aria-label={title}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onLeave();
      }}
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: it was opened to be typed into
        autoFocus
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={chosen && `${list}-${chosen.id}`}
        aria-label={title}
        placeholder={placeholder}
        autoComplete="off"
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div id={list} role="listbox" aria-label={title} className="chooser-list">
        {shown.map((choice) => (
          <div
            key={choice.id}
            id={`${list}-${choice.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={choice === chosen}
            ref={(element) => {
              if (choice === chosen) element?.scrollIntoView?.({ block: "nearest" });
            }}
            // The field keeps the focus until the press is done.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onChoose(choice.id)}
            onKeyDown={onKey}
          >
            <Icon name={choice.icon} size={16} />
            <b>{choice.word}</b>
            <span className="dim">{choice.hint}</span>
          </div>
        ))}
        {shown.length === 0 && <p className="dim">{t("canvas.nothingFound")}</p>}
      </div>
    </div>
  );
}
