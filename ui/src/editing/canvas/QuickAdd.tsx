import { Modal } from "@mantine/core";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon, kindIcon } from "../../components/Icon";
import { useKnowledge } from "../useKnowledge";
import { found, titleOf } from "./kinds";
import type { CanvasActions } from "./useCanvas";

/** The kinds of step to choose from: typed for, walked by arrows, taken by Enter or a press. */
export function QuickAdd({ canvas }: { canvas: CanvasActions }) {
  const { t } = useTranslation();
  const { adding } = canvas;
  return (
    <Modal
      opened={adding !== undefined}
      onClose={canvas.leave}
      title={
        adding === undefined || adding === null
          ? t("canvas.add")
          : "after" in adding
            ? t("canvas.addAfter", { id: adding.after })
            : t("canvas.addBetween", { ...adding.between })
      }
      closeButtonProps={{ "aria-label": t("common.close") }}
      transitionProps={{ duration: 0 }}
    >
      {adding !== undefined && <Kinds canvas={canvas} />}
    </Modal>
  );
}

function Kinds({ canvas }: { canvas: CanvasActions }) {
  const { t, i18n } = useTranslation();
  const known = useKnowledge();
  const list = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const kinds = found(known?.kinds ?? [], words);
  const now = Math.min(at, kinds.length - 1);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((now + step + kinds.length) % Math.max(1, kinds.length));
    else if (event.key === "Enter" && kinds[now]) canvas.add(kinds[now]);
    else return;
    event.preventDefault();
  };
  return (
    <div className="quick-add">
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={kinds[now] ? `${list}-${kinds[now].kind}` : undefined}
        aria-label={t("canvas.find")}
        placeholder={t("canvas.find")}
        autoComplete="off"
        data-autofocus
        value={words}
        onKeyDown={onKey}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
      />
      <div id={list} role="listbox" aria-label={t("canvas.kinds")} className="quick-kinds">
        {kinds.map((kind, index) => (
          <button
            key={kind.kind}
            id={`${list}-${kind.kind}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={index === now}
            onClick={() => canvas.add(kind)}
            onPointerMove={() => setAt(index)}
          >
            <span className="tile">
              <Icon name={kindIcon(kind.kind)} size={14} />
            </span>
            <span>
              <b>{titleOf(kind, i18n.language)}</b>
              <span className="dim">{kind.description}</span>
            </span>
          </button>
        ))}
      </div>
      {kinds.length === 0 && known && <p className="dim">{t("canvas.noKind", { words })}</p>}
    </div>
  );
}
