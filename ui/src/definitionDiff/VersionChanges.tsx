/** Two versions of a workflow: both graphs in one, and below each change with its fields. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "../api/types";
import { unionOf } from "../compare/order";
import { useNarrow } from "../components/useNarrow";
import { GRAPH_CODE } from "../graph/code";
import { DefinitionChanges } from "./DefinitionChanges";
import { definitionDiff } from "./definitionDiff";
import "./versionChanges.css";

interface Props {
  before: Definition;
  after: Definition;
  /** What they are called: `v3`. */
  left: string;
  right: string;
}

export function VersionChanges({ before, after, left, right }: Props) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const list = useRef<HTMLElement>(null);
  const code = useQuery(GRAPH_CODE);
  const diff = useMemo(() => definitionDiff(before, after), [before, after]);
  const both = useMemo(() => {
    // A step under its new name stands there once.
    const gone = new Set(diff.nodes.flatMap(({ was }) => was ?? []));
    const kept = (before.nodes ?? []).filter(({ id }) => !gone.has(id));
    return unionOf({ ...before, nodes: kept }, after);
  }, [before, after, diff]);
  const differences = useMemo(() => new Map(diff.nodes.map(({ id, kind }) => [id, kind])), [diff]);
  const Graph = code.data?.default;
  return (
    <section className="version-changes" aria-label={`${left} → ${right}`} ref={list}>
      {Graph && !diff.same && (
        <div className="panel version-graph">
          <Graph
            definition={both}
            direction={narrow ? "TB" : "LR"}
            label={t("versions.graph", { left, right })}
            differences={differences}
            onSelect={(id) => {
              const row = list.current?.querySelector(`[data-node="${id}"]`);
              row?.scrollIntoView({ block: "nearest" });
            }}
          />
        </div>
      )}
      <DefinitionChanges diff={diff} left={left} right={right} />
    </section>
  );
}
