import { type DragEvent, type ReactNode, type Ref, useId } from "react";
import { useTranslation } from "react-i18next";
import { StatusGlyph } from "../components/StatusGlyph";
import { useNarrow } from "../components/useNarrow";
import type { Mark } from "./marks";
import { ProblemList } from "./ProblemList";
import type { Editing } from "./useEditing";
import { useKnowledge } from "./useKnowledge";
import type { ValidationState } from "./useValidation";
import { type EditorHandle, type History, YamlEditor } from "./YamlEditor";

interface Props {
  editing: Editing;
  marks: readonly Mark[];
  validation: { state: ValidationState; again: () => void };
  readOnly: boolean;
  chosen: string | null;
  onCursor: (offset: number) => void;
  onGoTo: (mark: Mark) => void;
  onFile: (file: File) => void;
  onHistory: (history: History) => void;
  handle: Ref<EditorHandle>;
  side: Side;
  /** null where there is no choice. */
  onSide: ((side: Side) => void) | null;
  /** The form of what is selected, in the place of the text. */
  children: ReactNode;
}

export type Side = "step" | "yaml";

export default function EditorPanel(props: Props) {
  const { editing, marks, validation, readOnly, chosen, onCursor, onGoTo, onFile, handle, side, onSide } =
    props;
  const { t, i18n } = useTranslation();
  const narrow = useNarrow();
  const hint = useId();
  const known = useKnowledge();
  const drop = (event: DragEvent) => {
    const file = event.dataTransfer.files[0];
    if (!file) return; // a piece of text: the editor takes it
    event.preventDefault();
    event.stopPropagation();
    if (!readOnly) onFile(file);
  };
  return (
    <section
      className="panel editor-panel"
      aria-label={side === "yaml" ? "YAML" : t("form.step")}
      onDropCapture={drop}
    >
      <div className="panel-head">
        {onSide ? (
          <SideSwitch side={side} onSide={onSide} />
        ) : (
          <h2>{side === "yaml" ? "YAML" : t("form.step")}</h2>
        )}
        {!readOnly && <Checked validation={validation} marks={marks} />}
        <span className="grow" />
      </div>
      <div className="yaml-place" hidden={side !== "yaml"}>
        <YamlEditor
          ref={handle}
          text={editing.text}
          edition={editing.edition}
          joins={editing.joining.current}
          marks={marks}
          known={known}
          label={t("editor.label")}
          description={hint}
          language={i18n.language}
          readOnly={readOnly}
          wraps={narrow}
          onChange={editing.setText}
          onCursor={onCursor}
          onHistory={props.onHistory}
        />
        <div className="dim editor-keys">
          <p className="hide-phone" id={hint}>
            {t(readOnly ? "editor.readOnlyKeys" : "editor.keys")}
          </p>
          {!readOnly && <p>{t("editor.comments")}</p>}
        </div>
      </div>
      {side === "step" && props.children}
      {!readOnly && <ProblemList marks={marks} chosen={chosen} onGoTo={onGoTo} />}
    </section>
  );
}

function Checked({ validation, marks }: Pick<Props, "validation" | "marks">) {
  const { t } = useTranslation();
  const { state, again } = validation;
  if (state === "unanswered") {
    return (
      <span className="status retrying" data-check={state} role="status">
        <StatusGlyph status="retrying" />
        {t("editor.unanswered")}
        <button type="button" className="btn dense" onClick={again}>
          {t("editor.again")}
        </button>
      </span>
    );
  }
  const errors = marks.filter(({ severity }) => severity === "error").length;
  const word =
    state === "checking"
      ? t("editor.checking")
      : state === "unreadable"
        ? t("editor.unreadable")
        : errors > 0
          ? t("editor.errors", { count: errors })
          : t("editor.noProblems");
  const bad = state === "unreadable" || (state === "checked" && errors > 0);
  return (
    <span
      className={`status ${state === "checking" ? "" : bad ? "failed" : "completed"}`}
      data-check={state}
      role="status"
    >
      <StatusGlyph status={state === "checking" ? "pending" : bad ? "failed" : "completed"} />
      {word}
    </span>
  );
}

function SideSwitch({ side, onSide }: { side: Side; onSide: (side: Side) => void }) {
  const { t } = useTranslation();
  return (
    <div className="segments" role="group" aria-label={t("form.side")}>
      {(["step", "yaml"] as const).map((name) => (
        <button key={name} type="button" aria-pressed={side === name} onClick={() => onSide(name)}>
          {name === "yaml" ? "YAML" : t("form.step")}
        </button>
      ))}
    </div>
  );
}
