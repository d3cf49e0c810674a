import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { workflowApi } from "../api/workflows";
import type { Knowledge } from "./completion";

/** What completion knows. Without it one can still write: only the suggestions are missing. */
export function useKnowledge(): Knowledge | null {
  const forever = { staleTime: Number.POSITIVE_INFINITY };
  const schema = useQuery({ queryKey: ["schema"], queryFn: workflowApi.schema, ...forever });
  const kinds = useQuery({ queryKey: ["node-kinds"], queryFn: workflowApi.kinds, ...forever });
  return useMemo(
    () => (schema.data && kinds.data ? { schema: schema.data, kinds: kinds.data.items } : null),
    [schema.data, kinds.data],
  );
}
