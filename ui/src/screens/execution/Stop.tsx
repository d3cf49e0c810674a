/** Stopping: the order with its grace, and what is true until everything is proven dead. */

import { Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { serverClock } from "../../api/clock";
import { GraceFields } from "../../components/GraceFields";
import { RunError } from "../../components/RunDialog";
import { StatusGlyph } from "../../components/StatusGlyph";
import { useExecution, useView } from "../../execution/store";
import type { ExecutionView } from "../../execution/view";
import { formatActor, formatMoment } from "../../format/format";
import { StopStages } from "./StopStages";

interface Props {
  id: string;
  number: number;
  opened: boolean;
  onClose: () => void;
}

export function StopDialog({ id, number, opened, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("stop.title", { number })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      {opened && <StopForm id={id} onClose={onClose} />}
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
  const { status, stop, proof } = useView("status", "stop", "proof");
  const alive = useExecution(({ view }) => (view.status === "stopping" ? aliveIn(view) : 0))!;
  const who = stop ? formatActor(stop.by, t) : "";
  const reason = stop?.reason ? ` · ${stop.reason}` : "";
  if (status === "stopping" && stop?.unconfirmed) return <Unconfirmed {...stop.unconfirmed} />;
  if (status === "stopping") {
    return (
      <div className="panel strip">
        <StatusGlyph status="stopping" size={16} />
        <b>{t("stop.stoppingTitle")}</b>
        <span>
          {t("stop.stoppingText", { count: alive, who })}
          {reason}
        </span>
        <StopStages stop={stop} alive={alive} />
      </div>
    );
  }
  if (status !== "stopped" || !stop) return null;
  const proven = String(t(`stop.proof.${proof ?? ""}` as never, { defaultValue: "" }));
  return (
    <div className="panel strip">
      <StatusGlyph status="stopped" size={16} />
      <b>{t("stop.stoppedBy", { who })}</b>
      <span className="dim">
        {proven}
        {reason}
      </span>
    </div>
  );
}

/** The server that ran it is gone: it is confirmed when that one is back, or by a person who knows. */
function Unconfirmed({ paths, since }: NonNullable<NonNullable<ExecutionView["stop"]>["unconfirmed"]>) {
  const { t } = useTranslation();
  const id = useExecution((state) => state.view.id)!;
  const force = useMutation({ mutationFn: () => api.forceStop(id) });
  return (
    <div className="panel strip" role="status">
      <StatusGlyph status="stopping" size={16} />
      <b>{t("stop.unconfirmedTitle")}</b>
      <span>
        {t("stop.unconfirmedText", {
          steps: paths.join(", "),
          since: formatMoment(since, serverClock.now()),
        })}
      </span>
      <span className="grow" />
      <button type="button" className="btn danger" disabled={force.isPending} onClick={() => force.mutate()}>
        {t("stop.force")}
      </button>
      <RunError error={force.error} />
    </div>
  );
}

const aliveIn = ({ steps }: ExecutionView): number =>
  Object.values(steps).filter(({ status }) => status === "running" || status === "ready").length;
