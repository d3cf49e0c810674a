/** Both graphs in one, each step with what became of it in the two. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Comparison } from "../../compare/compare";
import { unionOf } from "../../compare/order";
import { ErrorNotice, Skeleton } from "../../components/Notices";
import { useNarrow } from "../../components/useNarrow";
import { GRAPH_CODE } from "../../graph/code";
import type { Compared } from "./sides";
import "@xyflow/react/dist/base.css";
import "../../graph/graph.css";

interface Props {
  a: Compared;
  b: Compared;
  found: Comparison;
  chosen: string | null;
  onSelect: (path: string) => void;
}

export function GraphPanel({ a, b, found, chosen, onSelect }: Props) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const code = useQuery(GRAPH_CODE);
  const definition = useMemo(() => unionOf(a.definition, b.definition), [a.definition, b.definition]);
  const differences = useMemo(
    () => new Map(found.steps.map(({ path, difference }) => [path, difference])),
    [found],
  );
  const Graph = code.data?.default;
  return (
    <div className="panel compare-graph">
      {code.isError ? (
        <ErrorNotice error={code.error} onRetry={() => void code.refetch()} />
      ) : Graph ? (
        <Graph
          definition={definition}
          direction={narrow ? "TB" : "LR"}
          label={t("compare.graph")}
          differences={differences}
          chosen={chosen}
          onSelect={(id) => {
            if (id !== null) onSelect(id);
          }}
        />
      ) : (
        <Skeleton rows={4} />
      )}
    </div>
  );
}
