/** Stopping: the order with its grace, and what is true until everything is proven dead. */

import { Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { GraceFields } from "../../components/GraceFields";
import { RunError } from "../../components/RunDialog";
import { StatusGlyph } from "../../components/StatusGlyph";
import { useExecution } from "../../execution/store";
import type { ExecutionView } from "../../execution/view";
import { formatActor } from "../../format/format";

interface Props {
  view: ExecutionView;
  opened: boolean;
  onClose: () => void;
}

export function StopDialog({ view, opened, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("stop.title", { number: view.number })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      {opened && <StopForm id={view.id} onClose={onClose} />}
    </Modal>
  );
}

function StopForm({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [grace, setGrace] = useState(5);
  const [reason, setReason] = useState("");
  const stop = useMutation({
    mutationFn: () => api.stop(id, grace, reason.trim() || null),
    onSuccess: onClose,
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        stop.mutate();
      }}
    >
      <GraceFields grace={grace} reason={reason} onGrace={setGrace} onReason={setReason} />
      <RunError error={stop.error} />
      <div className="foot">
        <button type="button" className="btn" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button type="submit" className="btn danger" disabled={stop.isPending} data-autofocus>
          {t("stop.confirm")}
        </button>
      </div>
    </form>
  );
}

/** While stopping: what still lives. After it: by whom, and how we know. */
export function StopPanel() {
  const { t } = useTranslation();
  const view = useExecution((state) => state.view)!;
  const who = view.stop ? formatActor(view.stop.by, t) : "";
  const reason = view.stop?.reason ? ` · ${view.stop.reason}` : "";
  if (view.status === "stopping") {
    const alive = Object.values(view.steps).filter(
      (step) => step.status === "running" || step.status === "ready",
    ).length;
    return (
      <div className="panel strip">
        <StatusGlyph status="stopping" size={16} />
        <b>{t("stop.stoppingTitle")}</b>
        <span>
          {t("stop.stoppingText", { count: alive, who })}
          {reason}
        </span>
      </div>
    );
  }
  if (view.status !== "stopped" || !view.stop) return null;
  const proof = String(t(`stop.proof.${view.proof ?? ""}` as never, { defaultValue: "" }));
  return (
    <div className="panel strip">
      <StatusGlyph status="stopped" size={16} />
      <b>{t("stop.stoppedBy", { who })}</b>
      <span className="dim">
        {proof}
        {reason}
      </span>
    </div>
  );
}
