import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import type { Definition } from "../../api/types";
import { FINAL } from "../../execution/events";
import { askingIn } from "../../execution/items";
import { useView } from "../../execution/store";

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
