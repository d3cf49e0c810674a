import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "../execution/events";
import { formatCount } from "../format/format";
import { CHILDREN, firstOpen, rowsOf, type TreeRow } from "./rows";
import { brief } from "./shape";

/** Arrows walk, open and close; Home and End go to the ends; Enter opens or closes. */
export function Tree({ value, label }: { value: Json; label: string }) {
  const [open, setOpen] = useState(() => firstOpen(value));
  const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
  const [active, setActive] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(value, open, shown), [value, open, shown]);
  const at = Math.max(
    0,
    rows.findIndex((row) => row.id === active),
  );

  const go = (index: number) => {
    const row = rows[Math.min(Math.max(0, index), rows.length - 1)]!;
    setActive(row.id);
    box.current?.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(row.id)}"]`)?.focus();
  };
  const toggle = (row: TreeRow, wanted = !row.open) => {
    setActive(row.id);
    if (row.more > 0) {
      const parent = row.id.slice(0, -2);
      setShown(new Map(shown).set(parent, (shown.get(parent) ?? CHILDREN) + 10 * CHILDREN));
    } else if (row.open !== null) {
      const next = new Set(open);
      if (wanted) next.add(row.id);
      else next.delete(row.id);
      setOpen(next);
    }
  };
  const parentOf = (row: TreeRow) => rows.findIndex((one) => one.id === row.id.replace(/\/[^/]*$/, ""));
  const act = (key: string, row: TreeRow): boolean => {
    if (key === "ArrowDown") go(at + 1);
    else if (key === "ArrowUp") go(at - 1);
    else if (key === "Home") go(0);
    else if (key === "End") go(rows.length - 1);
    else if (key === "Enter" || key === " ") toggle(row);
    else if (key === "ArrowRight" && row.open === false) toggle(row, true);
    else if (key === "ArrowRight" && row.open) go(at + 1);
    else if (key === "ArrowLeft" && row.open) toggle(row, false);
    else if (key === "ArrowLeft" && row.id !== "") go(parentOf(row));
    else return false;
    return true;
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !act(event.key, rows[at]!)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="tree mono" role="tree" aria-label={label} ref={box} onKeyDown={pressed}>
      {rows.map((row, index) => (
        <Row key={row.id} row={row} tabIndex={index === at ? 0 : -1} onPress={() => toggle(row)} />
      ))}
    </div>
  );
}

function Row({ row, tabIndex, onPress }: { row: TreeRow; tabIndex: number; onPress: () => void }) {
  const { t } = useTranslation();
  const { id, level, name, value, open, more } = row;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it hears the keys
    <div
      role="treeitem"
      aria-level={level}
      aria-expanded={open ?? undefined}
      aria-selected={tabIndex === 0}
      tabIndex={tabIndex}
      data-pointer={id}
      className="tree-row"
      style={{ paddingLeft: `${(level - 1) * 16}px` }}
      onClick={onPress}
    >
      <span className="tree-mark" aria-hidden="true">
        {open === null ? "" : open ? "▾" : "▸"}
      </span>
      {name !== null && <span className="tree-name">{name}</span>}
      {more > 0 ? (
        <span className="tree-more">{t("value.more", { count: more, shown: formatCount(more) })}</span>
      ) : (
        <Leaf value={value} open={open === true} />
      )}
    </div>
  );
}

const MOST_TEXT = 20_000;

function Leaf({ value, open }: { value: Json; open: boolean }) {
  const { t } = useTranslation();
  if (Array.isArray(value)) return <span className="dim">{t("value.items", { count: value.length })}</span>;
  if (typeof value === "object" && value !== null) {
    return <span className="dim">{t("value.fields", { count: Object.keys(value).length })}</span>;
  }
  if (typeof value === "string") {
    return (
      <span className="tree-text">{open ? value.slice(0, MOST_TEXT) : JSON.stringify(brief(value))}</span>
    );
  }
  return <span className={value === null ? "dim" : "tree-number"}>{String(value)}</span>;
}
