/** What can be done with the execution as it stands: pause or go on, stop, retry. */

import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../../api/client";
import { useCommands } from "../../commands/registry";
import { Icon } from "../../components/Icon";
import { RunError } from "../../components/RunDialog";
import { StatusGlyph } from "../../components/StatusGlyph";
import { FINAL } from "../../execution/events";
import { useExecution, useView } from "../../execution/store";
import { formatActor } from "../../format/format";
import { RetryDialog } from "./Retry";
import { StopDialog } from "./Stop";

export function Controls() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id, number, status, workflowId } = useView("id", "number", "status", "workflowId");
  const [asked, setAsked] = useState<"stop" | "retry" | null>(null);
  const final = FINAL.has(status);
  // What was asked of a run that is over is asked of no other.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that ends the question
  useEffect(() => setAsked(null), [final]);
  const paused = status === "paused";
  const pausable = paused || status === "running";
  const pause = useMutation({ mutationFn: () => api.pause(id, paused) });
  useCommands([
    pausable && !pause.isPending
      ? {
          id: "keys.execution.pause",
          icon: paused ? "play" : "pause",
          run: () => pause.mutate(),
          word: paused ? t("pause.resume") : t("pause.pause"),
        }
      : null,
    !final && status !== "stopping"
      ? { id: "keys.execution.stop", icon: "stop", run: () => setAsked("stop") }
      : null,
    final ? { id: "keys.execution.retry", icon: "history", run: () => setAsked("retry") } : null,
    { id: "keys.execution.workflow", icon: "workflow", run: () => void navigate(`/workflows/${workflowId}`) },
  ]);
  return (
    <>
      {pausable && (
        <button type="button" className="btn" disabled={pause.isPending} onClick={() => pause.mutate()}>
          <Icon name={paused ? "play" : "pause"} size={16} />
          {paused ? t("pause.resume") : t("pause.pause")}
        </button>
      )}
      {!final && (
        <button
          type="button"
          className="btn danger"
          disabled={status === "stopping"}
          onClick={() => setAsked("stop")}
        >
          <Icon name="stop" size={16} />
          {status === "stopping" ? t("status.stopping") : t("execution.stop")}
        </button>
      )}
      {final && (
        <button type="button" className="btn" onClick={() => setAsked("retry")}>
          <Icon name="history" size={16} />
          {t("retry.open")}
        </button>
      )}
      <RunError error={pause.error} />
      <StopDialog
        id={id}
        number={number}
        opened={asked === "stop" && !final}
        onClose={() => setAsked(null)}
      />
      <RetryDialog opened={asked === "retry" && final} onClose={() => setAsked(null)} />
    </>
  );
}

export function PausedPanel() {
  const { t } = useTranslation();
  const status = useExecution((state) => state.view.status);
  const by = useExecution((state) => state.view.pausedBy);
  if (status !== "paused") return null;
  return (
    <div className="panel strip">
      <StatusGlyph status="paused" size={16} />
      <b>{t("pause.title", { who: by ? formatActor(by, t) : "" })}</b>
      <span>{t("pause.text")}</span>
    </div>
  );
}
