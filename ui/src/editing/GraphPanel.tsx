import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNarrow } from "../components/useNarrow";
import Graph from "../graph/Graph";
import { betterDirection } from "../graph/layout";
import type { Edge } from "./canvas/edit";
import { canvasKey, onFocused } from "./canvas/keys";
import { QuickAdd } from "./canvas/QuickAdd";
import { Toolbar } from "./canvas/Toolbar";
import { useCanvas } from "./canvas/useCanvas";
import type { ReadText } from "./definitionText";
import { drawable } from "./drawable";
import type { Editing } from "./useEditing";

/** Width to height of the place beside the text on a usual screen. */
const PANEL_RATIO = 0.9;

interface Props {
  read: ReadText;
  /** The last text that could be read, drawn while the present one can't. */
  shown: unknown;
  marks: ReadonlyMap<string, "error" | "warning">;
  chosen: string | null;
  onChoose: (id: string) => void;
  /** Into the text, with the focus. */
  onOpen: (id: string) => void;
  editing: Editing;
  readOnly: boolean;
  history: { onUndo: () => void; onRedo: () => void };
}

export function GraphPanel(props: Props) {
  const { read, shown, marks, chosen, onChoose, onOpen, editing, readOnly, history } = props;
  const { t } = useTranslation();
  const narrow = useNarrow();
  // By its words: a text that says the same keeps its picture.
  const words = JSON.stringify(drawable(shown));
  const definition = useMemo(() => JSON.parse(words) as ReturnType<typeof drawable>, [words]);
  const direction = useMemo(
    () => (narrow ? "TB" : betterDirection(definition, PANEL_RATIO)),
    [narrow, definition],
  );
  const edges = definition.edges ?? [];
  const canvas = useCanvas({ editing, read, edges, chosen, onChoose, readOnly });
  const { edge, able } = canvas;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rest of it says what these do
  const hand = useMemo(
    () =>
      able
        ? {
            onConnect: canvas.connect,
            onInsert: (between: Edge) => canvas.ask({ between }),
            onPick: canvas.pick,
            picked: edge,
            onOpen,
          }
        : undefined,
    [able, edge, canvas.connect, canvas.pick, onOpen],
  );
  const behind = read.value === undefined;
  return (
    <section
      className="panel graph-panel"
      aria-label={t("workflow.graph")}
      onKeyDown={(event) => canvasKey(event, canvas, history)}
      onFocus={(event) => onFocused(event.target, { edges, onChoose, onPick: canvas.pick })}
    >
      <div className="panel-head">
        <h2>{t("workflow.graph")}</h2>
        {behind && <span className="dim">{t("editor.behind")}</span>}
        {!readOnly && <Toolbar canvas={canvas} ids={definition.nodes!.map(({ id }) => id)} {...history} />}
      </div>
      {definition.nodes!.length > 0 ? (
        <Graph
          definition={definition}
          direction={direction}
          label={t("editor.graphLabel")}
          marks={marks}
          chosen={chosen}
          // On a phone the text is another tab: a tap leads there.
          onSelect={(id) => id !== null && (narrow ? onOpen(id) : onChoose(id))}
          hand={hand}
        />
      ) : (
        <p className="dim nothing">{t("editor.nothingToDraw")}</p>
      )}
      <QuickAdd canvas={canvas} />
    </section>
  );
}
