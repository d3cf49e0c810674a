/** The bar of what is selected, and the sheet that stops it: first what will happen, then what did. */

import { Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { tellError } from "../../api/problem";
import type { ExecutionItem } from "../../api/types";
import { GraceFields } from "../../components/GraceFields";
import { Icon } from "../../components/Icon";
import { Status, StatusGlyph } from "../../components/StatusGlyph";
import { type Marks, whyNotStoppable } from "./useMarks";

export function Bulk({ marks }: { marks: Marks }) {
  const { t } = useTranslation();
  const { chosen, stoppable } = marks;
  if (chosen.length === 0) return null;
  return (
    <>
      <div className="bulk" role="toolbar" aria-label={t("list.selected", { count: chosen.length })}>
        <b>{t("list.selected", { count: chosen.length })}</b>
        <button type="button" className="btn" disabled={stoppable.length === 0} onClick={marks.ask}>
          <Icon name="stop" size={16} />
          {stoppable.length === 0 ? t("list.noneActive") : t("list.stop", { count: stoppable.length })}
        </button>
        <button type="button" className="btn icon" aria-label={t("list.clear")} onClick={marks.clear}>
          <Icon name="close" size={14} />
        </button>
      </div>
      <Modal
        opened={marks.asking}
        onClose={marks.leave}
        title={t("list.stopTitle")}
        closeButtonProps={{ "aria-label": t("common.close") }}
        centered
        transitionProps={{ duration: 0 }}
      >
        {marks.asking && <StopSheet marks={marks} />}
      </Modal>
    </>
  );
}

type Outcome = { status: string } | { error: unknown };

/** A few at once: a hundred runs are stopped in a moment and the server is not flooded. */
const AT_ONCE = 4;

function StopSheet({ marks }: { marks: Marks }) {
  const { t } = useTranslation();
  // What was agreed to is what is stopped, whatever the list becomes meanwhile.
  const [{ will, not }] = useState(() => ({
    will: marks.stoppable,
    not: marks.chosen.filter((item) => whyNotStoppable(item) !== null),
  }));
  const [grace, setGrace] = useState(5);
  const [reason, setReason] = useState("");
  const [outcomes, setOutcomes] = useState<Record<string, Outcome>>({});
  const stop = useMutation({
    mutationFn: async () => {
      const waiting = [...will];
      const work = async () => {
        for (let item = waiting.shift(); item; item = waiting.shift()) {
          const { id } = item;
          const outcome = await api
            .stop(id, grace, reason.trim() || null)
            .catch((error: unknown) => ({ error }));
          setOutcomes((before) => ({ ...before, [id]: outcome }));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
  });
  const done = () => {
    marks.clear();
    marks.leave();
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (stop.isIdle) stop.mutate();
        else if (stop.isSuccess) done();
      }}
    >
      <Runs title={t("list.willStop", { count: will.length })} items={will} outcomes={outcomes} />
      {not.length > 0 && <Runs title={t("list.wontStop", { count: not.length })} items={not} refused />}
      {stop.isIdle && <GraceFields grace={grace} reason={reason} onGrace={setGrace} onReason={setReason} />}
      <p role="status" className="sr">
        {stop.isSuccess && t("list.stopDone")}
      </p>
      <div className="foot">
        {!stop.isSuccess && (
          <button type="button" className="btn" disabled={stop.isPending} onClick={marks.leave}>
            {t("common.cancel")}
          </button>
        )}
        <button
          type="submit"
          className={stop.isSuccess ? "btn primary" : "btn danger"}
          disabled={stop.isPending}
          data-autofocus
        >
          {stop.isSuccess ? t("common.close") : t("stop.confirm")}
        </button>
      </div>
    </form>
  );
}

interface RunsProps {
  title: string;
  items: readonly ExecutionItem[];
  outcomes?: Record<string, Outcome>;
  refused?: boolean;
}

function Runs({ title, items, outcomes = {}, refused = false }: RunsProps) {
  const { t } = useTranslation();
  return (
    <section aria-label={title}>
      <h3 className="dim">{title}</h3>
      <ul className="bulk-runs">
        {items.map((item) => (
          <li key={item.id} data-run={item.id}>
            <b>{item.workflow.name}</b> <span className="dim">#{item.number}</span>
            <span className="grow" />
            {refused ? (
              <span className="dim">{t(`list.because.${whyNotStoppable(item)!}`)}</span>
            ) : (
              <Became outcome={outcomes[item.id]} item={item} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Became({ outcome, item }: { outcome: Outcome | undefined; item: ExecutionItem }) {
  const { t, i18n } = useTranslation();
  if (!outcome) return <Status status={item.status} size={12} />;
  if ("error" in outcome) {
    const told = tellError(outcome.error, t, i18n.language);
    return (
      <span className="status failed" data-outcome="refused" title={told.message}>
        <StatusGlyph status="failed" size={12} />
        {told.title ?? told.category}
      </span>
    );
  }
  return (
    <span data-outcome={outcome.status}>
      <Status status={outcome.status as ExecutionItem["status"]} size={12} />
    </span>
  );
}
