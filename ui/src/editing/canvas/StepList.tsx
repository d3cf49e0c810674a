import { useTranslation } from "react-i18next";
import { Icon, kindIcon } from "../../components/Icon";
import { StatusGlyph } from "../../components/StatusGlyph";
import { Chooser } from "./Chooser";
import type { Asking } from "./useAsking";
import type { Drawing } from "./useDrawing";

interface Props {
  drawing: Drawing;
  asking: Asking;
  marks: ReadonlyMap<string, "error" | "warning">;
  readOnly: boolean;
}

/** On a phone, in place of the canvas: the steps as a list; the form of the chosen one is below. */
export function StepList({ drawing, asking, marks, readOnly }: Props) {
  const { t } = useTranslation();
  const { definition, selecting, act } = drawing;
  const { selection } = selecting;
  const one = selection.nodes[0];
  return (
    <section className="panel step-list" aria-label={t("canvas.steps")}>
      <ul>
        {definition.nodes!.map(({ id, kind }) => (
          <li key={id}>
            <button type="button" aria-pressed={id === one} onClick={() => selecting.selectNodes([id])}>
              <span className="tile">
                <Icon name={kindIcon(kind)} size={14} />
              </span>
              <b>{id}</b>
              {marks.has(id) && (
                <StatusGlyph status={marks.get(id) === "error" ? "failed" : "waiting"} size={16} />
              )}
            </button>
          </li>
        ))}
      </ul>
      {!readOnly && (
        <div className="step-list-foot">
          <button type="button" className="btn" onClick={() => asking.askKind({ after: one })}>
            <Icon name="plus" size={14} />
            {t("canvas.add")}
          </button>
          {one !== undefined && (
            <button type="button" className="btn danger" onClick={() => act.remove(selection)}>
              <Icon name="remove" size={14} />
              {t("canvas.remove")}
            </button>
          )}
        </div>
      )}
      {asking.asked && (
        <Chooser key={asking.asked.title} {...asking.asked} onClose={asking.close} onLeave={asking.leave} />
      )}
    </section>
  );
}
