import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import type { VersionAnswer } from "../api/types";
import { ErrorNotice, Skeleton } from "../components/Notices";
import { VersionChanges } from "../definitionDiff/VersionChanges";
import { Diff } from "./Diff";
import { toText } from "./definitionText";

interface Props {
  workflowId: string;
  version: VersionAnswer;
  /** The other one's number. */
  other: number;
  /** Line by line, and not by steps and fields. */
  lines: boolean;
}

/** What changed between two versions; the earlier one is on the left, whichever was chosen first. */
export function AgainstVersion({ workflowId, version, other, lines }: Props) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["version", workflowId, other],
    queryFn: () => api.version(workflowId, other),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (found.isPending) return <Skeleton rows={6} />;
  if (!found.data) return <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />;
  const [before, after] = other < version.version ? [found.data, version] : [version, found.data];
  if (!lines) {
    return (
      <VersionChanges
        before={before.definition}
        after={after.definition}
        left={`v${before.version}`}
        right={`v${after.version}`}
      />
    );
  }
  return (
    <Diff
      left={toText(before.definition)}
      right={toText(after.definition)}
      leftWord={t("conflict.theirs", { version: before.version })}
      rightWord={t("conflict.theirs", { version: after.version })}
    />
  );
}
