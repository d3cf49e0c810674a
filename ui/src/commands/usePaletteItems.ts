/** What the palette lists: what the screen can do, where one can go, workflows by name, executions by number or id. */

import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../api/client";
import { serverClock } from "../api/clock";
import type { ExecutionItem } from "../api/types";
import type { IconName } from "../components/Icon";
import { found } from "../editing/canvas/search";
import type { ExecutionStatus } from "../execution/events";
import { formatMoment } from "../format/format";
import { useViews } from "../screens/list/views";
import { keysOf } from "./keys";
import { useRegistered } from "./registry";

export interface Item {
  id: string;
  word: string;
  hint: string;
  icon: IconName | null;
  status: ExecutionStatus | null;
  keys: readonly string[];
  run: () => void;
  /** What it is found by, the best first. */
  words: readonly string[];
}

export type Group = "screen" | "go" | "workflows" | "executions";

/** How many of a group are shown: while nothing is looked for, and otherwise. */
const SHOWN: Record<Group, readonly [idle: number, asked: number]> = {
  screen: [20, 20],
  go: [20, 20],
  workflows: [0, 8],
  executions: [5, 8],
};
/** As many of the latest executions are looked through. */
const RECENT = 100;
const ID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

export function usePaletteItems(typed: string) {
  const wanted = useDeferredValue(typed.trim());
  const { screen, go } = useOwnItems();
  const groups: Record<Group, Item[]> = {
    screen,
    go: [...go, ...useViewItems()],
    workflows: useWorkflows(wanted),
    executions: useExecutions(wanted),
  };
  return (Object.keys(SHOWN) as Group[])
    .map((group) => ({
      group,
      items: found(wanted, groups[group], ({ words }) => words).slice(0, SHOWN[group][wanted === "" ? 0 : 1]),
    }))
    .filter(({ items }) => items.length > 0);
}

/** The registered commands, found by their words in both languages. */
function useOwnItems(): Pick<Record<Group, Item[]>, "screen" | "go"> {
  const { t, i18n } = useTranslation();
  const languages = (["en", "zh-CN"] as const).map((language) => i18n.getFixedT(language));
  const items = useRegistered().map(({ id, icon, run, word }): Item => {
    const own = word ?? t(id);
    const others = languages.map((say) => say(id));
    return { id, word: own, hint: "", icon, status: null, keys: keysOf(id), run, words: [own, ...others] };
  });
  const everywhere = ({ id }: Item) => id.startsWith("keys.everywhere.");
  return { screen: items.filter((item) => !everywhere(item)), go: items.filter(everywhere) };
}

/** The views of the list that are saved in this browser. */
function useViewItems(): Item[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return useViews().saved.map(({ id, name, search }) => ({
    id: `view-${id}`,
    word: t("views.present", { name }),
    hint: "",
    icon: "executions",
    status: null,
    keys: [],
    run: () => void navigate(`/executions?${search}`),
    words: [name, t("views.title")],
  }));
}

function useWorkflows(wanted: string): Item[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  // The latest are here and are found by the first letters of their pinyin too; the server looks through all of them.
  const latest = useQuery({ queryKey: ["workflows", ""], queryFn: () => api.workflows() });
  const named = useQuery({
    queryKey: ["workflows", wanted],
    queryFn: () => api.workflows(wanted),
    enabled: wanted !== "",
    placeholderData: (before) => before,
  });
  const all = new Map(
    [latest, named].flatMap(({ data }) => (data?.items ?? []).map((item) => [item.id, item])),
  );
  return [...all.values()].map(({ id, name, status, description, labels }) => ({
    id,
    word: name,
    hint: status === "ready" ? description : t(`status.${status}`),
    icon: "workflow",
    status: null,
    keys: [],
    run: () => void navigate(`/workflows/${id}`),
    words: [name, id, ...Object.values(labels)],
  }));
}

function useExecutions(wanted: string): Item[] {
  const navigate = useNavigate();
  const latest = useQuery({
    queryKey: ["executions", "palette"],
    queryFn: () => api.executions({ limit: RECENT }),
  });
  const id = ID.test(wanted) ? wanted.toLowerCase() : null;
  const known = latest.data?.items.some((item) => item.id === id);
  const older = useQuery({
    queryKey: ["executions", "palette", id],
    queryFn: () => api.execution(id!),
    enabled: id !== null && latest.isSuccess && !known,
    retry: false,
  });
  const shown = (
    item: Pick<ExecutionItem, "id" | "number" | "status" | "queued_at"> & { workflow: { name: string } },
  ) => ({
    id: item.id,
    word: `${item.workflow.name} #${item.number}`,
    hint: formatMoment(item.queued_at, serverClock.now()),
    icon: null,
    status: item.status,
    keys: [],
    run: () => void navigate(`/executions/${item.id}`),
    words: [`#${item.number}`, `${item.number}`, item.workflow.name, item.id],
  });
  return [
    ...(id !== null && older.data ? [shown(older.data)] : []),
    ...(latest.data?.items ?? []).map(shown),
  ];
}
