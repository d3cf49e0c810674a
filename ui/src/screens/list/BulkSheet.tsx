/** First what the action will do to each, as the server says; then what became of each. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, Refused } from "../../api/client";
import type { BulkAction, BulkPreview } from "../../api/types";
import { GraceFields } from "../../components/GraceFields";
import { Skeleton } from "../../components/Notices";
import { RunError } from "../../components/RunDialog";
import { BulkRuns } from "./BulkRuns";
import type { Marks } from "./useMarks";

/** Of those that are let go first. */
const FIRST = 100;

export function BulkSheet({ marks, action }: { marks: Marks; action: BulkAction }) {
  const { t } = useTranslation();
  // What was agreed to is what is done, whatever the list becomes meanwhile.
  const [ids] = useState(() => marks.chosen.map(({ id }) => id));
  const given = action === "move" ? { priority: FIRST } : {};
  const preview = useQuery({
    queryKey: ["bulk", action, ids],
    queryFn: () => api.bulkPreview({ action, ids, ...given }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  if (preview.data) {
    return (
      <Agreed
        marks={marks}
        action={action}
        preview={preview.data}
        given={given}
        onStale={() => void preview.refetch()}
      />
    );
  }
  return preview.isError ? (
    <RunError error={preview.error} />
  ) : (
    <Skeleton rows={4} label={t("bulk.looking")} />
  );
}

interface AgreedProps {
  marks: Marks;
  action: BulkAction;
  preview: BulkPreview;
  given: { priority?: number };
  onStale: () => void;
}

function Agreed({ marks, action, preview, given, onStale }: AgreedProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [grace, setGrace] = useState(5);
  const [reason, setReason] = useState("");
  const will = preview.items;
  const work = useMutation({
    mutationFn: () =>
      api.bulk({
        action,
        ids: will.map(({ id }) => id),
        preview_token: preview.preview_token,
        ...given,
        ...(action === "stop" ? { grace_s: grace, reason: reason.trim() || null } : {}),
      }),
    onError: (error) => {
      if (error instanceof Refused && error.problem.code === "preview_stale") onStale();
    },
    onSuccess: () => {
      for (const key of ["executions", "queue", "workflows"])
        void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  const done = () => {
    marks.clear();
    marks.leave();
  };
  const repeats = will.reduce((sum, item) => sum + (item.repeats_effects ?? 0), 0);
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (work.isSuccess) done();
        else if (!work.isPending) work.mutate();
      }}
    >
      <BulkRuns
        title={t(`bulk.will.${action}`, { count: will.length })}
        items={will}
        became={work.data?.items}
      />
      {preview.refused.length > 0 && (
        <BulkRuns title={t("bulk.not", { count: preview.refused.length })} items={preview.refused} />
      )}
      {repeats > 0 && !work.isSuccess && <p className="hint">{t("bulk.repeats", { count: repeats })}</p>}
      {action === "stop" && work.isIdle && (
        <GraceFields grace={grace} reason={reason} onGrace={setGrace} onReason={setReason} />
      )}
      <RunError error={work.error} />
      <p role="status" className="sr">
        {work.isSuccess && t("bulk.done")}
      </p>
      <div className="foot">
        {!work.isSuccess && (
          <button type="button" className="btn" disabled={work.isPending} onClick={marks.leave}>
            {t("common.cancel")}
          </button>
        )}
        <button
          type="submit"
          className={action === "stop" && !work.isSuccess ? "btn danger" : "btn primary"}
          disabled={work.isPending || (will.length === 0 && !work.isSuccess)}
          data-autofocus
        >
          {work.isSuccess ? t("common.close") : t(`bulk.confirm.${action}`)}
        </button>
      </div>
    </form>
  );
}
