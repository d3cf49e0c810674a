import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import type { Definition } from "../../api/types";
import { FINAL } from "../../execution/events";
import { askingIn } from "../../execution/items";
import { useExecution, useView } from "../../execution/store";

const AGAIN_MS = 2_000;

/** What only the server says of an execution: its place in the queue, what is left, which items wait. */
export function useAsked(id: string, enabled = true) {
  return useQuery({
    queryKey: ["asked", id],
    queryFn: () => api.execution(id),
    refetchInterval: AGAIN_MS,
    enabled,
  });
}

/** The items of maps that wait for a person, in the order of their places. */
export function useAskingItems(definition: Definition | undefined): readonly string[] {
  const { id, status } = useView("id", "status");
  const { data } = useAsked(id, !FINAL.has(status));
  const waiting = FINAL.has(status) ? undefined : data?.waiting_paths;
  return useMemo(() => askingIn(waiting ?? [], definition), [waiting, definition]);
}

const BY_A_PERSON = new Set(["approval", "unknown_outcome"]);

/** The step, or item of a map, that a running execution wants an answer for; null without one. */
export function useAwaited(definition: Definition | undefined): string | null {
  const [item] = useAskingItems(definition);
  const running = useExecution(({ view }) => view.status === "running");
  const step = useExecution(({ view }) => {
    const asks = Object.values(view.steps).find(
      ({ status, reason }) => status === "waiting" && BY_A_PERSON.has(reason ?? ""),
    );
    return asks?.path;
  });
  return running ? (step ?? item ?? null) : null;
}
