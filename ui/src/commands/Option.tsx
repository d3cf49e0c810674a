import { Icon } from "../components/Icon";
import { StatusGlyph } from "../components/StatusGlyph";
import { Caps } from "./Caps";
import type { Item } from "./usePaletteItems";

interface Props {
  id: string;
  item: Item;
  chosen: boolean;
  onChoose: () => void;
}

/** One line of the palette. */
export function Option({ id, item, chosen, onChoose }: Props) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the field, which keeps the focus
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      ref={(element) => {
        if (chosen) element?.scrollIntoView?.({ block: "nearest" });
      }}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      {item.status ? (
        <StatusGlyph status={item.status} size={16} />
      ) : (
        item.icon && <Icon name={item.icon} size={16} />
      )}
      <b>{item.word}</b>
      <span className="dim">{item.hint}</span>
      {item.keys.length > 0 && (
        <span className="caps hide-phone">
          <Caps keys={item.keys} />
        </span>
      )}
    </div>
  );
}
