import { Panel } from "@xyflow/react";
import { type RefObject, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../../commands/registry";
import { Icon } from "../../components/Icon";
import { isStep } from "../../graph/marks";
import type { NodeKindItem } from "../completion";
import type { Point } from "../document/nodes";
import type { History } from "../YamlEditor";
import { Canvas, type CanvasHandle } from "./Canvas";
import { Chooser } from "./Chooser";
import { Palette } from "./Palette";
import { aligned } from "./places";
import { Toolbar } from "./Toolbar";
import type { Asking } from "./useAsking";
import { useCanvasKeys } from "./useCanvasKeys";
import { useClipboard } from "./useClipboard";
import type { Drawing } from "./useDrawing";

interface Props {
  drawing: Drawing;
  kinds: readonly NodeKindItem[];
  marks: ReadonlyMap<string, "error" | "warning">;
  /** The text cannot be read at present. */
  behind: boolean;
  readOnly: boolean;
  history: History;
  asking: Asking;
  panel: RefObject<HTMLElement | null>;
  onUndo: () => void;
  onRedo: () => void;
  /** Show the form of what is selected; `focus` puts the cursor into it. */
  onOpen: (focus: boolean) => void;
}

/** The canvas with its tools, its palette and its keys. */
export function CanvasPanel(props: Props) {
  const { drawing, kinds, marks, behind, history, asking, panel, onOpen } = props;
  const { t } = useTranslation();
  const { definition, direction, selecting, act, places } = drawing;
  const { selection } = selecting;
  const readOnly = props.readOnly || behind;
  const surface = useRef<CanvasHandle>(null);
  const steps = selection.nodes.filter(isStep);
  const one = steps.length === 1 ? steps[0] : undefined;
  const add = (kind: NodeKindItem, at?: Point) => {
    act.add(kind, at ? { at } : { after: one, into: selection.edge ?? undefined });
    onOpen(false);
    panel.current?.focus();
  };
  const onNote = () => {
    act.addNote(t("canvas.newNote"), selection.nodes);
    onOpen(true);
  };
  const onGroup = () => {
    act.group(steps, t("canvas.newGroup"));
    onOpen(true);
  };
  const askKind = () => asking.askKind({ after: one, into: selection.edge ?? undefined });
  useCommands([readOnly ? null : { id: "keys.canvas.add", icon: "plus", run: askKind }]);
  useCommands(
    [
      readOnly ? null : { id: "keys.canvas.note", icon: "note", run: onNote },
      readOnly || steps.length === 0 ? null : { id: "keys.canvas.group", icon: "group", run: onGroup },
      readOnly ? null : { id: "keys.canvas.tidy", icon: "tidy", run: act.tidy },
      { id: "keys.canvas.fit", icon: "fit", run: () => surface.current?.fit() },
    ],
    { keys: false }, // their keys are the canvas's own
  );
  const onKeyDown = useCanvasKeys({
    selecting,
    act,
    places,
    readOnly,
    focus: (id) => surface.current?.focus(id),
    onOpen: () => onOpen(true),
    onConnect: asking.askTarget,
    onNote,
    onGroup,
    onFit: () => surface.current?.fit(),
    onRemoved: () => panel.current?.focus(),
  });
  const clipboard = useClipboard(selection, act, readOnly);
  return (
    <section
      className="panel canvas-panel"
      aria-label={t("workflow.graph")}
      ref={panel}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      {...clipboard}
    >
      <div className="panel-head">
        <h2>{t("workflow.graph")}</h2>
        {behind && <span className="dim">{t("editor.behind")}</span>}
        <span className="grow" />
        {!props.readOnly && (
          <Toolbar
            history={history}
            selected={readOnly ? 0 : selection.nodes.length}
            canGroup={!readOnly && steps.length > 0}
            canAdd={!readOnly}
            onNote={onNote}
            onGroup={onGroup}
            canRemove={!readOnly && (selection.nodes.length > 0 || selection.edge !== null)}
            onUndo={props.onUndo}
            onRedo={props.onRedo}
            onTidy={act.tidy}
            onAlign={(way) => {
              const chosen = new Map([...places].filter(([id]) => selection.nodes.includes(id)));
              act.move(aligned(chosen, way));
            }}
            onDuplicate={() => act.duplicate(selection.nodes)}
            onRemove={() => {
              act.remove(selection);
              panel.current?.focus();
            }}
          />
        )}
      </div>
      <div className="canvas-body">
        {!props.readOnly && <Palette kinds={kinds} off={behind} onAdd={add} onSearch={askKind} />}
        <div className="canvas-place">
          <Canvas
            definition={definition}
            direction={direction}
            marks={marks}
            selecting={selecting}
            act={act}
            readOnly={readOnly}
            handle={surface}
            onOpen={onOpen}
            onInsert={asking.askInto}
            onDropKind={(name, at) => {
              const kind = kinds.find((known) => known.kind === name);
              if (kind) add(kind, at);
            }}
            onDrawnOut={(after, at) => asking.askKind({ after, at })}
          >
            {definition.nodes!.length === 0 && (
              <Panel position="top-center" className="canvas-empty dim">
                {t(readOnly ? "editor.nothingToDraw" : "canvas.empty")}
              </Panel>
            )}
            <Panel position="bottom-right" className="zoom">
              <button type="button" className="btn dense" onClick={() => surface.current?.fit()}>
                <Icon name="fit" size={14} />
                {t("execution.fit")}
              </button>
            </Panel>
          </Canvas>
          {asking.asked && (
            <Chooser
              key={asking.asked.title}
              {...asking.asked}
              onClose={asking.close}
              onLeave={asking.leave}
            />
          )}
        </div>
      </div>
    </section>
  );
}
