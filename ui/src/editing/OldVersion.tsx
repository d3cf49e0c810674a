import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { VersionAnswer, WorkflowAnswer } from "../api/types";
import { useNarrow } from "../components/useNarrow";
import { AgainstVersion } from "./AgainstVersion";
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

/** A version to read, against another one, and the way back to it: as a new version, since none is ever changed. */
export function OldVersion({ workflow, version, dirty, busy, onRestore, onReady }: Props) {
  const { t, i18n } = useTranslation();
  const narrow = useNarrow();
  const { version: number, definition } = version;
  const latest = workflow.latest_version;
  /** With which it is compared; null is to read it. */
  const [chosen, setChosen] = useState<"previous" | "latest" | null>(null);
  const [lines, setLines] = useState(false);
  const isLatest = number === latest;
  const others = [
    ...(number > 1 ? [{ name: "previous", version: number - 1 } as const] : []),
    ...(isLatest ? [] : [{ name: "latest", version: latest } as const]),
  ];
  const against = others.find(({ name }) => name === chosen);
  const text = useMemo(() => toText(definition), [definition]);
  const open = workflow.status !== "archived";
  const valid = version.problems.every(({ severity }) => severity === "warning");
  return (
    <section className="old-version" aria-label={t("workflows.version", { version: number })}>
      <div className="panel-head">
        <b>{t("workflows.version", { version: number })}</b>
        {others.length > 0 && (
          <span className="segments">
            <button type="button" aria-pressed={!against} onClick={() => setChosen(null)}>
              {t("versions.text")}
            </button>
            {others.map(({ name, version: other }) => (
              <button
                key={name}
                type="button"
                aria-pressed={against?.name === name}
                onClick={() => setChosen(name)}
              >
                {t("versions.changes", { version: other })}
              </button>
            ))}
          </span>
        )}
        {against && (
          <label className="dim check">
            <input type="checkbox" checked={lines} onChange={(event) => setLines(event.target.checked)} />
            {t("versions.lines")}
          </label>
        )}
        <span className="grow" />
        {open && valid && number !== workflow.ready_version && (
          <button type="button" className="btn dense" disabled={busy} onClick={() => onReady(number)}>
            {t("versions.makeReady", { version: number })}
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
              {t("versions.restore", { version: latest + 1 })}
            </button>
          </>
        )}
      </div>
      {against ? (
        <AgainstVersion workflowId={workflow.id} version={version} other={against.version} lines={lines} />
      ) : (
        <YamlEditor
          key={number}
          text={text}
          label={t("editor.oldLabel", { version: number })}
          description={undefined}
          language={i18n.language}
          readOnly
          wraps={narrow}
        />
      )}
    </section>
  );
}
