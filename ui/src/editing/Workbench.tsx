import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WorkflowAnswer } from "../api/types";
import { useNarrow } from "../components/useNarrow";
import { Actions } from "./Actions";
import { Archive } from "./Archive";
import { Conflict } from "./Conflict";
import { CanvasPanel } from "./canvas/CanvasPanel";
import type { NodeKindItem } from "./completion";
import EditorPanel from "./EditorPanel";
import { FileRefusal } from "./FileRefusal";
import type { ImportedFile } from "./files";
import { GraphPanel } from "./GraphPanel";
import { Head } from "./Head";
import { LeaveGuard } from "./LeaveGuard";
import type { Mark } from "./marks";
import { BroughtBack, Failed, NextStep, Note } from "./Notes";
import { Runs } from "./Runs";
import { useKnowledge } from "./useKnowledge";
import { useOnePlace } from "./useOnePlace";
import { useUndoKeys } from "./useUndoKeys";
import { useWorkbench } from "./useWorkbench";
import { Versions } from "./Versions";
import type { EditorHandle, History } from "./YamlEditor";
import "../screens/execution.css";
import "./editing.css";
import "./notices.css";

const TABS = ["yaml", "graph", "runs"] as const;
const NO_KINDS: readonly NodeKindItem[] = [];
type Tab = (typeof TABS)[number];

interface Props {
  /** null: a new one. */
  workflow: WorkflowAnswer | null;
  /** A file that was chosen or dropped on the list of workflows. */
  arrived?: ImportedFile | null;
  /** It has just been saved for the first time. */
  justSaved?: boolean;
}

/** A workflow under one's hands: its text, its graph, what is wrong, its life and its last runs. */
export function Workbench({ workflow, arrived = null, justSaved = false }: Props) {
  const { t } = useTranslation();
  const bench = useWorkbench(workflow, arrived, justSaved);
  const { editing, life, files, save, read, marks } = bench;
  const narrow = useNarrow();
  const [tab, setTab] = useState<Tab>("yaml");
  const [dialog, setDialog] = useState<"versions" | "archive" | null>(null);
  const editor = useRef<EditorHandle>(null);
  const [history, setHistory] = useState<History>({ undo: false, redo: false });
  const kinds = useKnowledge()?.kinds ?? NO_KINDS;
  const shows = (name: Tab) => !narrow || tab === name;
  const goTo = ({ from, to }: Pick<Mark, "from" | "to">) => {
    setTab("yaml");
    // On a phone the editor is drawn first.
    requestAnimationFrame(() => editor.current?.goTo(from, to));
  };
  useUndoKeys(editor);
  useOnePlace(bench, editor);
  const archived = workflow?.status === "archived";
  return (
    <div className="page fill workbench">
      <Head
        workflow={workflow}
        editing={editing}
        obstacle={bench.obstacle}
        canSave={bench.canSave}
        savedAs={bench.savedAs}
        saving={save.isPending}
        onSave={() => save.save()}
        onVersions={() => setDialog("versions")}
      >
        <Actions
          workflow={workflow}
          canExportJson={read.value !== undefined}
          onChange={(change) => (change === "archive" ? setDialog("archive") : life.change(change))}
          onDuplicate={life.duplicate}
          onFile={(file) => void files.take(file)}
          onExport={files.give}
        />
      </Head>
      {workflow?.description && <p className="dim lead">{workflow.description}</p>}
      {bench.conflict && workflow && (
        <Conflict
          workflowId={workflow.id}
          theirs={bench.conflict}
          editing={editing}
          busy={save.isPending}
          onKeepMine={() => save.save(workflow.latest_version)}
        />
      )}
      {bench.saveError !== null && (
        <Failed
          title={t("editor.saveFailed")}
          error={bench.saveError}
          isKept={editing.isKept}
          onRetry={() => save.save()}
        />
      )}
      {life.error !== null && <Failed title={t("life.failed")} error={life.error} />}
      {files.refused && <FileRefusal refused={files.refused} onClose={files.forget} />}
      {files.imported && editing.dirty && (
        <Note text={t("editor.imported", { file: files.imported })} onClose={files.forget} />
      )}
      {!bench.conflict && <BroughtBack editing={editing} onThrowAway={bench.throwAway} />}
      {workflow && !editing.dirty && (
        <NextStep
          workflow={workflow}
          busy={life.busy}
          onReady={life.ready}
          onResume={() => life.change("resume")}
          onDuplicate={life.duplicate}
        />
      )}
      {narrow && <Tabs tab={tab} isNew={workflow === null} onChoose={setTab} />}
      <div className="bench-grid">
        {!narrow && (
          <CanvasPanel
            drawing={bench.drawing}
            kinds={kinds}
            marks={bench.byNode}
            behind={read.value === undefined}
            readOnly={archived}
            history={history}
            onUndo={() => editor.current?.undo()}
            onRedo={() => editor.current?.redo()}
            onOpen={() => {}}
          />
        )}
        <div className="bench-side" hidden={narrow && tab === "graph"}>
          <div className="bench-text" hidden={!shows("yaml")}>
            <EditorPanel
              editing={editing}
              marks={marks}
              validation={bench.validation}
              readOnly={archived}
              chosen={bench.chosen}
              onCursor={bench.setCursor}
              onGoTo={goTo}
              onHistory={setHistory}
              onFile={(file) => void files.take(file)}
              handle={editor}
            />
          </div>
          {workflow && shows("runs") && <Runs workflowId={workflow.id} archived={archived} />}
        </div>
        {narrow && tab === "graph" && (
          <GraphPanel
            read={read}
            shown={bench.shown}
            marks={bench.byNode}
            chosen={bench.chosen}
            onChoose={(id) => goTo(bench.spanOfNode(id))}
          />
        )}
      </div>
      {workflow && (
        <>
          <Versions
            workflow={workflow}
            opened={dialog === "versions"}
            dirty={editing.dirty}
            busy={life.busy}
            onClose={() => setDialog(null)}
            onRestore={(text) => {
              setDialog(null);
              life.restore(text);
            }}
            onReady={life.ready}
          />
          <Archive
            name={workflow.name}
            opened={dialog === "archive"}
            onClose={() => setDialog(null)}
            onConfirm={() => life.change("archive")}
          />
        </>
      )}
      <LeaveGuard
        dirty={editing.dirty && !bench.leaving}
        isKept={editing.isKept}
        onThrowAway={bench.throwAway}
      />
    </div>
  );
}

function Tabs({ tab, isNew, onChoose }: { tab: Tab; isNew: boolean; onChoose: (tab: Tab) => void }) {
  const { t } = useTranslation();
  return (
    <div className="tabs" role="tablist">
      {TABS.filter((name) => name !== "runs" || !isNew).map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={tab === name}
          onClick={() => onChoose(name)}
        >
          {t(`editor.tabs.${name}`)}
        </button>
      ))}
    </div>
  );
}
