import { useTranslation } from "react-i18next";
import { serverClock } from "../api/clock";
import { tellError } from "../api/problem";
import type { WorkflowAnswer } from "../api/types";
import { Icon } from "../components/Icon";
import { ServerWords } from "../components/ServerWords";
import { StatusGlyph } from "../components/StatusGlyph";
import { formatMoment } from "../format/format";
import type { Editing } from "./useEditing";

/** Something was not done: why, what to do, and that the text is still there. */
export function Failed({
  title,
  error,
  isKept,
  onRetry,
}: {
  title: string;
  error: unknown;
  isKept?: boolean;
  onRetry?: () => void;
}) {
  const { t, i18n } = useTranslation();
  const told = tellError(error, t, i18n.language);
  return (
    <div className="panel told-notice fail" role="alert" data-notice="failed">
      <StatusGlyph status="failed" size={18} />
      <div>
        <b>
          {title}: {told.title ?? told.category}
        </b>
        <p>{told.advice}</p>
        <ServerWords told={told} className="dim mono" />
        {isKept !== undefined && <p>{isKept ? t("editor.stillHere") : t("editor.stillHereOnly")}</p>}
      </div>
      {onRetry && (
        <span className="actions">
          <button type="button" className="btn primary" onClick={onRetry}>
            {t("common.retry")}
          </button>
        </span>
      )}
    </div>
  );
}

/** A draft came back: from when, and how to be rid of it. */
export function BroughtBack({ editing, onThrowAway }: { editing: Editing; onThrowAway: () => void }) {
  const { t } = useTranslation();
  if (editing.broughtBack === null || !editing.dirty) return null;
  return (
    <div className="panel told-notice" role="status" data-notice="draft">
      <StatusGlyph status="retrying" size={18} />
      <b>{t("editor.broughtBack", { at: formatMoment(editing.broughtBack, serverClock.now()) })}</b>
      <span className="actions">
        <button type="button" className="btn" onClick={onThrowAway}>
          {t("editor.throwAway")}
        </button>
      </span>
    </div>
  );
}

/** What a version still needs before it runs, and the one press that gives it. */
export function NextStep({
  workflow,
  busy,
  onReady,
  onRun,
  onResume,
  onDuplicate,
}: {
  workflow: WorkflowAnswer;
  busy: boolean;
  onReady: (version: number) => void;
  /** Ready, and then the form of a run. */
  onRun: (version: number) => void;
  onResume: () => void;
  onDuplicate: () => void;
}) {
  const { t } = useTranslation();
  const { latest_version: latest, ready_version: ready, status, problems } = workflow;
  if (status === "archived") {
    return <Note text={t("editor.archivedText")} action={t("life.duplicate")} onAction={onDuplicate} />;
  }
  const valid = problems.every(({ severity }) => severity === "warning");
  const waits = ready !== latest && valid;
  if (!waits && status !== "paused") return null;
  return (
    <div className="panel told-notice" data-notice="next">
      <StatusGlyph status={status === "paused" ? "paused" : "pending"} size={18} />
      <b>{status === "paused" ? t("editor.pausedText") : t("next.text", { version: latest })}</b>
      <span className="actions">
        {waits && (
          <button type="button" className="btn" disabled={busy} onClick={() => onReady(latest)}>
            {t("workflow.makeReady", { version: latest })}
          </button>
        )}
        {waits && status !== "paused" && (
          <button type="button" className="btn primary" disabled={busy} onClick={() => onRun(latest)}>
            <Icon name="play" size={14} />
            {t("next.run", { version: latest })}
          </button>
        )}
        {status === "paused" && (
          <button type="button" className="btn" disabled={busy} onClick={onResume}>
            {t("life.resume")}
          </button>
        )}
      </span>
    </div>
  );
}

interface NoteProps {
  text: string;
  onClose?: () => void;
  action?: string;
  onAction?: () => void;
}

export function Note({ text, onClose, action, onAction }: NoteProps) {
  const { t } = useTranslation();
  return (
    <div className="panel told-notice" role="status">
      <StatusGlyph status="pending" size={18} />
      <b>{text}</b>
      {action && (
        <span className="actions">
          <button type="button" className="btn" onClick={onAction}>
            {action}
          </button>
        </span>
      )}
      {onClose && (
        <span className="actions">
          <button type="button" className="btn" onClick={onClose}>
            {t("common.close")}
          </button>
        </span>
      )}
    </div>
  );
}
