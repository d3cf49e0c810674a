/** A step whose worker was lost and whose effects may not repeat: a person says what is true. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { RunError } from "../../components/RunDialog";
import { StatusGlyph } from "../../components/StatusGlyph";
import type { Json } from "../../execution/events";
import { useExecution, useWaiting } from "../../execution/store";

export function UnknownOutcomes() {
  const id = useExecution((state) => state.view.id)!;
  const waiting = useWaiting("unknown_outcome");
  return waiting.map((step) => <Card key={step.path} id={id} path={step.path} />);
}

type Decision = "run_again" | "completed" | "failed";

function Card({ id, path }: { id: string; path: string }) {
  const { t } = useTranslation();
  const [output, setOutput] = useState("");
  const [notJson, setNotJson] = useState(false);
  const answer = useMutation({
    mutationFn: ({ decision, value }: { decision: Decision; value?: Json }) =>
      api.answer(id, path, decision, value),
  });
  const decide = (decision: Decision) => {
    setNotJson(false);
    if (decision !== "completed" || output.trim() === "") return answer.mutate({ decision });
    try {
      answer.mutate({ decision, value: JSON.parse(output) as Json });
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
