import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { VersionAnswer, WorkflowAnswer } from "../api/types";
import { useNarrow } from "../components/useNarrow";
import { Diff } from "./Diff";
import { toText } from "./definitionText";
import { YamlEditor } from "./YamlEditor";

interface Props {
  workflow: WorkflowAnswer;
  version: VersionAnswer;
  dirty: boolean;
  busy: boolean;
  onRestore: (text: string) => void;
  onReady: (version: number) => void;
}

/** A version to read, against the latest, and the way back to it: as a new version, since none is ever changed. */
export function OldVersion({ workflow, version, dirty, busy, onRestore, onReady }: Props) {
  const { t, i18n } = useTranslation();
  const narrow = useNarrow();
  const [compared, setCompared] = useState(false);
  const text = useMemo(() => toText(version.definition), [version.definition]);
  const latest = useMemo(() => toText(workflow.definition), [workflow.definition]);
  const isLatest = version.version === workflow.latest_version;
  const open = workflow.status !== "archived";
  const valid = version.problems.every(({ severity }) => severity === "warning");
  return (
    <section className="old-version" aria-label={t("workflows.version", { version: version.version })}>
      <div className="panel-head">
        <b>{t("workflows.version", { version: version.version })}</b>
        {!isLatest && (
          <span className="segments">
            <button type="button" aria-pressed={!compared} onClick={() => setCompared(false)}>
              {t("versions.text")}
            </button>
            <button type="button" aria-pressed={compared} onClick={() => setCompared(true)}>
              {t("versions.changes", { version: workflow.latest_version })}
            </button>
          </span>
        )}
        <span className="grow" />
        {open && valid && version.version !== workflow.ready_version && (
          <button
            type="button"
            className="btn dense"
            disabled={busy}
            onClick={() => onReady(version.version)}
          >
            {t("versions.makeReady", { version: version.version })}
          </button>
        )}
        {open && !isLatest && (
          <>
            {dirty && (
              <span className="dim" id="restore-not">
                {t("versions.unsavedFirst")}
              </span>
            )}
            <button
              type="button"
              className="btn dense primary"
              disabled={dirty || busy}
              aria-describedby={dirty ? "restore-not" : undefined}
              onClick={() => onRestore(text)}
            >
              {t("versions.restore", { version: workflow.latest_version + 1 })}
            </button>
          </>
        )}
      </div>
      {compared && !isLatest ? (
        <Diff
          left={text}
          right={latest}
          leftWord={t("conflict.theirs", { version: version.version })}
          rightWord={t("conflict.theirs", { version: workflow.latest_version })}
        />
      ) : (
        <YamlEditor
          key={version.version}
          text={text}
          label={t("editor.oldLabel", { version: version.version })}
          description={undefined}
          language={i18n.language}
          readOnly
          wraps={narrow}
        />
      )}
    </section>
  );
}
