import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { WorkflowAnswer } from "../api/types";
import { useNarrow } from "../components/useNarrow";
import { Actions } from "./Actions";
import { Archive } from "./Archive";
import { Bench } from "./Bench";
import { Conflict } from "./Conflict";
import { FileRefusal } from "./FileRefusal";
import { Head } from "./Head";
import { LeaveGuard } from "./LeaveGuard";
import { BroughtBack, Failed, NextStep, Note } from "./Notes";
import { TABS, type Tab } from "./tabs";
import { type Beginning, useWorkbench } from "./useWorkbench";
import { Versions } from "./Versions";
import "../screens/execution.css";
import "./editing.css";
import "./notices.css";

interface Props extends Partial<Beginning> {
  /** null: a new one. */
  workflow: WorkflowAnswer | null;
}

/** A workflow under one's hands: its text, its graph, what is wrong, its life and its last runs. */
export function Workbench({ workflow, arrived = null, begin = null, justSaved = false }: Props) {
  const { t } = useTranslation();
  const bench = useWorkbench(workflow, { arrived, begin, justSaved });
  const { editing, life, files, save, read } = bench;
  const narrow = useNarrow();
  const [tab, setTab] = useState<Tab>("yaml");
  const [dialog, setDialog] = useState<"versions" | "archive" | "run" | null>(null);
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
        running={dialog === "run"}
        onRunning={(running) => setDialog(running ? "run" : null)}
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
          onRun={(version) => life.ready(version, { onSuccess: () => setDialog("run") })}
          onResume={() => life.change("resume")}
          onDuplicate={life.duplicate}
        />
      )}
      {narrow && <Tabs tab={tab} isNew={workflow === null} onChoose={setTab} />}
      <Bench workflow={workflow} bench={bench} tab={narrow ? tab : null} onTab={setTab} />
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
