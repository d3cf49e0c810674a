/** What a field of the form knows of the workflow around it. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import type { Definition } from "../../api/types";
import { isObject } from "../drawable";
import type { Names } from "./template";

export interface Surroundings {
  names: Names;
  execution: { id: string; number: number } | null;
  readOnly: boolean;
}

export function useSurroundings(
  workflowId: string | null,
  definition: Definition,
  inputs: unknown,
  /** Before which step: its own id, where an edge begins (which is seen as well), or behind all. */
  place: { before: string } | { behind: string } | "end",
  readOnly: boolean,
): Surroundings {
  // The list beside the form asks the same.
  const runs = useQuery({
    queryKey: ["executions", "of", workflowId],
    queryFn: () => api.executions({ workflow_id: workflowId!, limit: 30 }),
    enabled: workflowId !== null,
  });
  const id = place === "end" ? null : "before" in place ? place.before : place.behind;
  // An execution of a part for another step may lack what is named here.
  const last = runs.data?.items.find(({ part }) => part === null || part.step === id);
  const own = place !== "end" && "behind" in place;
  return useMemo(() => {
    const before = id === null ? definition.nodes!.map((node) => node.id) : ancestors(definition, id);
    const properties = isObject(inputs) && isObject(inputs.properties) ? Object.keys(inputs.properties) : [];
    return {
      names: { steps: own ? [...before, id!] : before, inputs: properties },
      execution: last ? { id: last.id, number: last.number } : null,
      readOnly,
    };
  }, [definition, inputs, id, own, last, readOnly]);
}

export function ancestors({ edges = [] }: Definition, id: string): string[] {
  const reached = new Set<string>();
  const pending = [id];
  while (pending.length > 0) {
    const at = pending.pop();
    for (const { from, to } of edges) {
      if (to !== at || reached.has(from)) continue;
      reached.add(from);
      pending.push(from);
    }
  }
  return [...reached];
}
