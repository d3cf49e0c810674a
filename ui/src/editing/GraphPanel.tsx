import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNarrow } from "../components/useNarrow";
import Graph from "../graph/Graph";
import { betterDirection } from "../graph/layout";
import type { ReadText } from "./definitionText";
import { drawable } from "./drawable";

/** Width to height of the place beside the text on a usual screen. */
const PANEL_RATIO = 0.9;

interface Props {
  read: ReadText;
  /** The last text that could be read, drawn while the present one can't. */
  shown: unknown;
  marks: ReadonlyMap<string, "error" | "warning">;
  chosen: string | null;
  onChoose: (id: string) => void;
}

export function GraphPanel({ read, shown, marks, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  // By its words: a text that says the same keeps its picture.
  const words = JSON.stringify(drawable(shown));
  const definition = useMemo(() => JSON.parse(words) as ReturnType<typeof drawable>, [words]);
  const direction = useMemo(
    () => (narrow ? "TB" : betterDirection(definition, PANEL_RATIO)),
    [narrow, definition],
  );
  const behind = read.value === undefined;
  return (
    <section className="panel graph-panel" aria-label={t("workflow.graph")}>
      <div className="panel-head">
        <h2>{t("workflow.graph")}</h2>
        {behind && <span className="dim">{t("editor.behind")}</span>}
      </div>
      {definition.nodes!.length > 0 ? (
        <Graph
          definition={definition}
          direction={direction}
          label={t("editor.graphLabel")}
          marks={marks}
          chosen={chosen}
          onSelect={(id) => id !== null && onChoose(id)}
        />
      ) : (
        <p className="dim nothing">{t("editor.nothingToDraw")}</p>
      )}
    </section>
  );
}
