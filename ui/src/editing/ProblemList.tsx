import { useTranslation } from "react-i18next";
import { StatusGlyph } from "../components/StatusGlyph";
import type { Mark } from "./marks";

interface Props {
  marks: readonly Mark[];
  chosen: string | null;
  onGoTo: (mark: Mark) => void;
}

/** Every problem as a row; a press takes the cursor to its place. */
export function ProblemList({ marks, chosen, onGoTo }: Props) {
  const { t } = useTranslation();
  const errors = marks.filter(({ severity }) => severity === "error").length;
  const warnings = marks.length - errors;
  if (marks.length === 0) return null;
  return (
    <section className="problem-panel" aria-labelledby="problem-head">
      <div className="panel-head">
        <h2 id="problem-head">{t("workflow.problems")}</h2>
        {errors > 0 && <span className="chip fail">{t("editor.errors", { count: errors })}</span>}
        {warnings > 0 && <span className="chip retry">{t("editor.warnings", { count: warnings })}</span>}
        <span className="grow" />
        <span className="dim hide-phone">
          <kbd>F8</kbd> {t("editor.next")}
        </span>
      </div>
      <ul className="problem-rows">
        {marks.map((mark) => (
          <li key={mark.id}>
            <button
              type="button"
              className={mark.node !== null && mark.node === chosen ? "chosen" : ""}
              data-problem={mark.severity}
              onClick={() => onGoTo(mark)}
            >
              <StatusGlyph status={mark.severity === "warning" ? "waiting" : "failed"} />
              <span className="place clip">
                {mark.node !== null && <b>{mark.node} </b>}
                <code className="dim">{mark.field}</code>
              </span>
              <span className="told">
                {mark.text} <span className="dim">{mark.fix}</span>
              </span>
              <span className="dim num">{t("editor.goToLine", { line: mark.line })}</span>
            </button>
          </li>
        ))}
      </ul>
      {warnings > 0 && <p className="dim problem-foot">{t("editor.warningsFree")}</p>}
    </section>
  );
}
