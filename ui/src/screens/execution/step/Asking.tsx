/** The items of a map that wait for a person, before all others: one after another they are answered here. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../../api/client";
import type { Definition, StepAnswer } from "../../../api/types";
import { indexOf, mapOf } from "../../../execution/items";
import { viewOfStep } from "../../../execution/snapshot";
import type { StepView } from "../../../execution/view";
import { Item } from "./Item";

/** So many are drawn at once; the others come up as these are answered. */
export const DRAWN = 20;
const WINDOW = 100;

interface Props {
  paths: readonly string[];
  executionId: string;
  definition: Definition | undefined;
}

export function Asking({ paths, executionId, definition }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLOListElement>(null);
  const answered = useRef(false);
  const first = paths.slice(0, DRAWN);
  const items = useQuery({
    queryKey: ["items", executionId, "asking", first],
    queryFn: () => read(executionId, first),
    placeholderData: (before) => before,
  });
  const rows = (items.data ?? []).filter(({ path, status }) => status === "waiting" && first.includes(path));
  const next = rows[0]?.path;
  // Whoever has answered one goes on to the next.
  useEffect(() => {
    if (next === undefined || !answered.current) return;
    answered.current = false;
    list.current?.querySelector("button")?.focus();
  }, [next]);
  return (
    <section aria-label={t("approval.asking", { count: paths.length })} className="asking">
      <h3>{t("approval.asking", { count: paths.length })}</h3>
      {items.isError && <p role="alert">{t("step.itemsUnread")}</p>}
      <ol className="items" ref={list}>
        {rows.map((item) => (
          <Item
            key={item.path}
            item={item}
            executionId={executionId}
            definition={definition}
            opened={item.path === next}
            onAnswered={() => {
              answered.current = true;
            }}
          />
        ))}
      </ol>
    </section>
  );
}

/** These items, in windows of their maps: they may lie far apart. */
async function read(id: string, paths: readonly string[]): Promise<StepView[]> {
  const found: StepView[] = [];
  let left = paths;
  while (left.length > 0) {
    const [map, from] = [mapOf(left[0]!), indexOf(left[0]!)];
    const near = left.filter((path) => mapOf(path) === map && indexOf(path) < from + WINDOW);
    const limit = Math.max(...near.map(indexOf)) - from + 1;
    const page = await api.items(id, map, { limit, cursor: from - 1 });
    const wanted = (item: StepAnswer) => near.includes(item.path);
    found.push(...page.items.filter(wanted).map((item) => viewOfStep(item, page.position)));
    left = left.filter((path) => !near.includes(path));
  }
  return found;
}
