/** A step whose worker was lost and whose effects may not repeat: a person says what is true. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Decision } from "../../api/client";
import { RunError } from "../../components/RunDialog";
import { StatusGlyph } from "../../components/StatusGlyph";
import type { Json } from "../../execution/events";
import { useExecution, useWaiting } from "../../execution/store";
import { useAnswer } from "./useAnswer";

export function UnknownOutcomes() {
  const id = useExecution((state) => state.view.id)!;
  const waiting = useWaiting("unknown_outcome");
  return waiting.map((step) => <UnknownOutcome key={step.path} id={id} path={step.path} />);
}

interface Props {
  id: string;
  /** Of a step of the graph, or of an item of a map. */
  path: string;
  onAnswered?: (() => void) | undefined;
}

export function UnknownOutcome({ id, path, onAnswered }: Props) {
  const { t } = useTranslation();
  const [output, setOutput] = useState("");
  const [notJson, setNotJson] = useState(false);
  const answer = useAnswer(id, path, onAnswered);
  const decide = (decision: Decision) => {
    setNotJson(false);
    if (decision !== "completed" || output.trim() === "") return answer.mutate({ decision });
    try {
      answer.mutate({ decision, output: JSON.parse(output) as Json });
    } catch {
      setNotJson(true);
    }
  };
  const busy = answer.isPending || answer.isSuccess;
  return (
    <section className="panel failure unknown" role="alert" data-unknown={path}>
      <span className="status waiting">
        <StatusGlyph status="waiting" size={28} />
      </span>
      <div className="failure-body">
        <h2>{t("unknown.title", { step: path })}</h2>
        <p>{t("unknown.text")}</p>
        <div className="field">
          <label htmlFor={`output-${path}`}>
            {t("unknown.output")}
            <span className="dim">{t("common.optional")}</span>
          </label>
          <input
            id={`output-${path}`}
            className="input mono"
            placeholder="null"
            aria-invalid={notJson || undefined}
            value={output}
            onChange={(event) => setOutput(event.target.value)}
          />
          {notJson && <p className="wrong">{t("run.json")}</p>}
        </div>
        <RunError error={answer.error} />
        <div className="actions">
          {(["run_again", "completed", "failed"] as const).map((decision) => (
            <button
              key={decision}
              type="button"
              className="btn"
              disabled={busy}
              onClick={() => decide(decision)}
            >
              {t(`unknown.${decision}`)}
            </button>
          ))}
        </div>
      </div>
    </section>
  );
}
