/** Of a child execution: the ones above it, each with the step that asked for the next. */

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../api/client";

interface Parent {
  executionId: string;
  /** The step of it that runs the child. */
  path: string;
}

interface Level extends Parent {
  /** Null while it is read, and where it is gone. */
  name: string | null;
}

/** Deeper ones are reached from the topmost that is shown. */
const MOST = 4;

/** From the topmost down. */
async function levelsOf(parent: Parent): Promise<Level[]> {
  const levels: Level[] = [];
  let next: Parent | null = parent;
  while (next && levels.length < MOST) {
    const { workflow, number, metadata } = await api.execution(next.executionId);
    levels.unshift({ ...next, name: `${workflow.name} #${number}` });
    const above: { execution_id: string; path: string } | null | undefined = metadata.parent;
    next = above ? { executionId: above.execution_id, path: above.path } : null;
  }
  return levels;
}

export function Parents({ parent }: { parent: Parent }) {
  const { t } = useTranslation();
  const read = useQuery({
    queryKey: ["parents", parent.executionId, parent.path],
    queryFn: () => levelsOf(parent),
    staleTime: Number.POSITIVE_INFINITY, // who asked for it never changes
  });
  const levels: Level[] = read.data ?? [{ ...parent, name: null }];
  return levels.map(({ executionId, path, name }) => (
    <span key={executionId} className="crumb-parent">
      <Link to={`/executions/${executionId}?step=${encodeURIComponent(path)}`}>
        {name === null ? t("execution.parent", { step: path }) : `${name} ▸ ${path}`}
      </Link>
      <span aria-hidden="true">▸</span>
    </span>
  ));
}
