/** With what one execution is to be compared: the last good run at once, the run before, any other by search. */

import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { serverClock } from "../../api/clock";
import type { ExecutionItem } from "../../api/types";
import { ErrorNotice, Skeleton } from "../../components/Notices";
import { Status } from "../../components/StatusGlyph";
import type { ExecutionView } from "../../execution/view";
import { formatMoment } from "../../format/format";
import { useLastGood } from "./lastGood";
import type { SideRef } from "./sides";
import "./choose.css";

interface Props {
  opened: boolean;
  /** The one that stays. */
  view: Pick<ExecutionView, "id" | "number" | "run" | "workflowId" | "workflowName">;
  onClose: () => void;
  onChoose: (ref: SideRef) => void;
}

export function ChooseOther({ opened, onClose, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("compare.withTitle", { number: rest.view.number })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      {opened && <Choice {...rest} />}
    </Modal>
  );
}

const MOST = 100;
const SHOWN = 12;

function Choice({ view, onChoose }: Omit<Props, "opened" | "onClose">) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const good = useLastGood(view);
  const list = useQuery({
    queryKey: ["executions", "to-compare"],
    queryFn: () => api.executions({ limit: MOST }),
  });
  const found = (list.data?.items ?? []).filter((item) => item.id !== view.id && fits(item, words, view));
  const typed = words.trim();
  const isId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(typed);
  return (
    <div className="form">
      {(good.data || view.run > 1) && (
        <ul className="compare-choices">
          {view.run > 1 && (
            <li>
              <button
                type="button"
                className="btn"
                onClick={() => onChoose({ id: view.id, run: view.run - 1 })}
              >
                {t("compare.runBefore")}
              </button>
            </li>
          )}
          {good.data && (
            <li>
              <button
                type="button"
                className="btn primary"
                onClick={() => onChoose({ id: good.data!.id, run: null })}
                data-autofocus
              >
                {t("compare.lastGood")} · #{good.data.number}
              </button>
            </li>
          )}
        </ul>
      )}
      <label className="field">
        <span className="sr">{t("compare.search")}</span>
        <input
          type="search"
          className="input"
          placeholder={t("compare.search")}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            const first = isId ? typed : found[0]?.id;
            if (event.key !== "Enter" || !first) return;
            event.preventDefault();
            onChoose({ id: first, run: null });
          }}
        />
      </label>
      {list.isPending && <Skeleton rows={4} />}
      {list.isError && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && found.length === 0 && !isId && (
        <p className="dim">{t(typed === "" ? "compare.noneYet" : "compare.none")}</p>
      )}
      <ul className="compare-list" aria-label={t("compare.others")}>
        {isId && (
          <li>
            <button type="button" onClick={() => onChoose({ id: typed, run: null })}>
              <code>{typed}</code>
            </button>
          </li>
        )}
        {found.slice(0, SHOWN).map((item) => (
          <Row key={item.id} item={item} onChoose={onChoose} />
        ))}
      </ul>
    </div>
  );
}

function Row({ item, onChoose }: { item: ExecutionItem; onChoose: Props["onChoose"] }) {
  return (
    <li>
      <button type="button" onClick={() => onChoose({ id: item.id, run: null })}>
        <Status status={item.status} />
        <b>
          {item.workflow.name} #{item.number}
        </b>
        <span className="chip outline">v{item.workflow.version}</span>
        <span className="grow" />
        <span className="dim">{formatMoment(item.queued_at, serverClock.now())}</span>
      </button>
    </li>
  );
}

/** Without words those of the same workflow; with them any whose number, name or id has them. */
function fits(item: ExecutionItem, words: string, view: Props["view"]): boolean {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return item.workflow.id === view.workflowId;
  return `${item.workflow.name} #${item.number} ${item.id}`.toLowerCase().includes(wanted);
}
