/** The items of a map: a row each, those that wait for a person first, the failed ones alone if wished. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../../api/client";
import type { Definition } from "../../../api/types";
import { STEP_FINAL } from "../../../execution/events";
import { settledItems, stepOf } from "../../../execution/items";
import { viewOfStep } from "../../../execution/snapshot";
import type { StepView } from "../../../execution/view";
import { useAskingItems } from "../useAsked";
import { Asking, DRAWN } from "./Asking";
import { Item } from "./Item";

const WINDOW = 100;
const AGAIN_MS = 1_000;

interface Props {
  step: StepView;
  executionId: string;
  definition: Definition | undefined;
}

export function Items({ step, executionId, definition }: Props) {
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
  const asking = useAskingItems(definition).filter((path) => stepOf(path) === step.path);
  const above = failed ? [] : asking.slice(0, DRAWN);
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
      {above.length > 0 && <Asking paths={asking} executionId={executionId} definition={definition} />}
      {list.isError && <p role="alert">{t("step.itemsUnread")}</p>}
      {list.isSuccess && rows.length === 0 && (
        <p className="dim">{t(failed ? "step.noneFailed" : "step.noItems")}</p>
      )}
      <ol className="items">
        {rows
          .filter(({ path }) => !above.includes(path))
          .map((item) => (
            <Item key={item.path} item={item} executionId={executionId} definition={definition} />
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
