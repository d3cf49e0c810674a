/** The items of a map: a row each, the failed ones alone if wished; what one got and gave opens below its row. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../../api/client";
import { StatusGlyph } from "../../../components/StatusGlyph";
import { StepTime } from "../../../components/StepTime";
import { STEP_FINAL } from "../../../execution/events";
import { settledItems } from "../../../execution/items";
import { viewOfStep } from "../../../execution/snapshot";
import type { StepView } from "../../../execution/view";
import { Attempts } from "./Attempts";
import { Payload } from "./Payload";
import { StepFailure } from "./StepFailure";

const WINDOW = 100;
const AGAIN_MS = 1_000;

export function Items({ step, executionId }: { step: StepView; executionId: string }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const live = !STEP_FINAL.has(step.status);
  const list = useInfiniteQuery({
    queryKey: ["items", executionId, step.path, failed, live, step.attempt],
    queryFn: ({ pageParam }) =>
      api.items(executionId, step.path, {
        limit: WINDOW,
        ...(failed ? { status: "failed" as const } : {}),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
    refetchInterval: live ? AGAIN_MS : false,
  });
  const { items } = step;
  if (!items) return null;
  const rows =
    list.data?.pages.flatMap((page) => page.items.map((item) => viewOfStep(item, page.position))) ?? [];
  return (
    <>
      <p className="items-head">
        <span>{t("step.itemsOf", { done: settledItems(items), total: items.total })}</span>
        {items.failed > 0 && (
          <span className="chip fail">{t("step.itemsFailed", { count: items.failed })}</span>
        )}
        <span className="grow" />
        <label>
          <input type="checkbox" checked={failed} onChange={(event) => setFailed(event.target.checked)} />{" "}
          {t("step.onlyFailed")}
        </label>
      </p>
      {list.isError && <p role="alert">{t("step.itemsUnread")}</p>}
      {list.isSuccess && rows.length === 0 && (
        <p className="dim">{t(failed ? "step.noneFailed" : "step.noItems")}</p>
      )}
      <ol className="items">
        {rows.map((item) => (
          <Item key={item.path} item={item} executionId={executionId} />
        ))}
      </ol>
      {list.hasNextPage && (
        <button type="button" className="btn dense" onClick={() => void list.fetchNextPage()}>
          {t("step.moreItems")}
        </button>
      )}
    </>
  );
}

function Item({ item, executionId }: { item: StepView; executionId: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <li data-item={item.path} data-status={item.status}>
      <button type="button" className="item-row" aria-expanded={open} onClick={() => setOpen(!open)}>
        <StatusGlyph status={item.status} />
        <span className="mono">{item.path}</span>
        <span className="dim">{t(`status.${item.status}`)}</span>
        <span className="item-said mono">{item.error?.message ?? ""}</span>
        <StepTime step={item} />
      </button>
      {open && (
        <div className="item-body">
          <StepFailure step={item} />
          <Payload
            value={item.output}
            artifact={item.outputArtifact}
            files={item.artifacts}
            executionId={executionId}
            label={t("step.output")}
            file={`${item.path}-output`}
            none={t(STEP_FINAL.has(item.status) ? "step.gaveNone" : "step.none")}
          />
          <Payload
            value={item.input}
            artifact={item.inputArtifact}
            executionId={executionId}
            label={t("step.input")}
            file={`${item.path}-input`}
            none={t("step.noInput")}
          />
          <Attempts step={item} />
        </div>
      )}
    </li>
  );
}
