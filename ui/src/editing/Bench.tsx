import { useRef, useState } from "react";
import type { WorkflowAnswer } from "../api/types";
import { CanvasPanel } from "./canvas/CanvasPanel";
import { StepList } from "./canvas/StepList";
import { useAsking } from "./canvas/useAsking";
import type { NodeKindItem } from "./completion";
import EditorPanel, { type Side } from "./EditorPanel";
import { StepPanel } from "./form/StepPanel";
import { GraphPanel } from "./GraphPanel";
import type { Mark } from "./marks";
import { Runs } from "./Runs";
import type { Tab } from "./tabs";
import { useKnowledge } from "./useKnowledge";
import { useOnePlace } from "./useOnePlace";
import { useUndoKeys } from "./useUndoKeys";
import type { useWorkbench } from "./useWorkbench";
import type { EditorHandle, History } from "./YamlEditor";

const NO_KINDS: readonly NodeKindItem[] = [];

interface Props {
  workflow: WorkflowAnswer | null;
  bench: ReturnType<typeof useWorkbench>;
  /** What a phone shows; null where there is room for all. */
  tab: Tab | null;
  onTab: (tab: Tab) => void;
}

/** The workflow three times: drawn, as a form of what is selected, and as text. All three are one. */
export function Bench({ workflow, bench, tab, onTab }: Props) {
  const { editing, read, marks, drawing } = bench;
  const narrow = tab !== null;
  const editor = useRef<EditorHandle>(null);
  const canvas = useRef<HTMLElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const [history, setHistory] = useState<History>({ undo: false, redo: false });
  const [chosenSide, setSide] = useState<Side>("yaml");
  const side = narrow ? (tab === "yaml" ? "yaml" : "step") : chosenSide;
  const knowledge = useKnowledge();
  const kinds = knowledge?.kinds ?? NO_KINDS;
  const readOnly = workflow?.status === "archived";
  useUndoKeys(editor);
  useOnePlace(bench, editor);
  const open = (focus: boolean) => {
    setSide("step");
    if (focus)
      requestAnimationFrame(() => place.current?.querySelector<HTMLElement>("[data-first]")?.focus());
  };
  const asking = useAsking(
    kinds,
    drawing,
    () => open(false),
    () => canvas.current?.focus(),
  );
  const goToText = ({ from, to }: Pick<Mark, "from" | "to">) => {
    setSide("yaml");
    onTab("yaml");
    // On a phone, or behind the form, the editor is drawn first.
    requestAnimationFrame(() => editor.current?.goTo(from, to));
  };
  const goTo = (mark: Mark) => {
    if (side === "step" && mark.node !== null) drawing.selecting.selectNodes([mark.node]);
    else goToText(mark);
  };
  const shows = (...names: Tab[]) => tab === null || names.includes(tab);
  return (
    <div className="bench-grid">
      {!narrow && (
        <CanvasPanel
          drawing={drawing}
          kinds={kinds}
          marks={bench.byNode}
          behind={read.value === undefined}
          readOnly={readOnly}
          history={history}
          asking={asking}
          panel={canvas}
          onUndo={() => editor.current?.undo()}
          onRedo={() => editor.current?.redo()}
          onOpen={open}
        />
      )}
      <div className="bench-side" hidden={tab === "graph"}>
        <div className="bench-text" hidden={!shows("yaml", "steps")} ref={place}>
          {tab === "steps" && (
            <StepList drawing={drawing} asking={asking} marks={bench.byNode} readOnly={readOnly} />
          )}
          <EditorPanel
            editing={editing}
            marks={marks}
            validation={bench.validation}
            readOnly={readOnly}
            chosen={bench.chosen}
            onCursor={bench.setCursor}
            onGoTo={goTo}
            onHistory={setHistory}
            onFile={(file) => void bench.files.take(file)}
            handle={editor}
            side={side}
            onSide={narrow ? null : setSide}
          >
            <StepPanel
              workflow={workflow}
              dirty={editing.dirty}
              drawing={drawing}
              shown={bench.shown}
              knowledge={knowledge}
              marks={marks}
              readOnly={readOnly || read.value === undefined}
              onInsert={asking.askInto}
              onConnect={asking.askTarget}
            />
          </EditorPanel>
        </div>
        {workflow && shows("runs") && <Runs workflowId={workflow.id} archived={readOnly} />}
      </div>
      {tab === "graph" && (
        <GraphPanel
          read={read}
          shown={bench.shown}
          marks={bench.byNode}
          chosen={bench.chosen}
          onChoose={(id) => goToText(bench.spanOfNode(id))}
        />
      )}
    </div>
  );
}
