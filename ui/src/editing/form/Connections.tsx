import { useTranslation } from "react-i18next";
import { Icon } from "../../components/Icon";
import type { Drawing } from "../canvas/useDrawing";
import type { Ends } from "../canvas/useSelection";

interface Props {
  id: string;
  drawing: Drawing;
  readOnly: boolean;
  onInsert: (ends: Ends) => void;
  onConnect: (from: string) => void;
}

/** The edges of a step as a list: what the mouse does on the canvas, in reach of the keyboard. */
export function Connections({ id, drawing, readOnly, onInsert, onConnect }: Props) {
  const { t } = useTranslation();
  const { definition, selecting, act } = drawing;
  const edges = (definition.edges ?? []).filter(({ from, to }) => from === id || to === id);
  return (
    <section className="connections" aria-label={t("form.connections")}>
      <h3>{t("form.connections")}</h3>
      <ul>
        {edges.map((edge) => {
          const ends = { from: edge.from, to: edge.to };
          return (
            <li key={`${edge.from} ${edge.to}`}>
              <button type="button" className="btn dense link" onClick={() => selecting.selectEdge(ends)}>
                {edge.from} → {edge.to}
                {edge.when && <code className="dim">{edge.when}</code>}
              </button>
              <span className="grow" />
              {!readOnly && (
                <>
                  <button
                    type="button"
                    className="btn icon"
                    aria-label={t("canvas.insert", ends)}
                    title={t("canvas.insert", ends)}
                    onClick={() => onInsert(ends)}
                  >
                    <Icon name="plus" size={14} />
                  </button>
                  <button
                    type="button"
                    className="btn icon"
                    aria-label={t("form.disconnect", ends)}
                    title={t("form.disconnect", ends)}
                    onClick={() => act.disconnect(ends)}
                  >
                    <Icon name="close" size={14} />
                  </button>
                </>
              )}
            </li>
          );
        })}
      </ul>
      {!readOnly && (
        <button type="button" className="btn dense" onClick={() => onConnect(id)}>
          {t("canvas.connect", { from: id })}
        </button>
      )}
    </section>
  );
}
