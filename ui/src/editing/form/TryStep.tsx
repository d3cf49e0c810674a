import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { Icon } from "../../components/Icon";
import { newKey } from "../../components/keys";
import { RunDialog, RunError } from "../../components/RunDialog";
import { withGiven } from "../../components/schemaValues";
import type { Part } from "../../execution/events";
import { TriedStep } from "./TriedStep";
import type { Trying } from "./useTrying";

type Upstream = Part["upstream"];
const WAYS = [
  ["given", "only"],
  ["run", "until"],
] as const;

/** Run one step of the saved version, alone or with what leads to it; its result stands below. */
export function TryStep({ step, trying }: { step: string; trying: Trying }) {
  const { t } = useTranslation();
  const why = useId();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<Upstream | null>(null);
  const { workflow, off, started } = trying;
  const schema = workflow?.definition.inputs;
  const wish = (upstream: Upstream) => ({ part: { step, upstream }, version: workflow!.latest_version });
  const start = useMutation({
    mutationFn: (upstream: Upstream) => api.execute(workflow!.id, {}, newKey(), wish(upstream)),
    onSuccess: (accepted) => {
      trying.onStarted(step, accepted, {});
      void queries.invalidateQueries({ queryKey: ["executions"] });
    },
  });
  const press = (upstream: Upstream) => {
    start.reset();
    if (Object.keys(schema?.properties ?? {}).length > 0) setAsking(upstream);
    else start.mutate(upstream);
  };
  const last = started[step];
  return (
    <section className="try-step" aria-label={t("part.try")}>
      <div className="try-buttons">
        {WAYS.map(([upstream, word]) => (
          <button
            key={upstream}
            type="button"
            className="btn dense"
            title={t(`part.${word}Hint`)}
            disabled={off !== null || start.isPending}
            aria-describedby={off ? why : undefined}
            onClick={() => press(upstream)}
          >
            <Icon name="play" size={14} />
            {t(`part.${word}`)}
          </button>
        ))}
      </div>
      {off && (
        <p className="dim" id={why}>
          {t(`part.off.${off}`)}
        </p>
      )}
      <RunError error={start.error} />
      {last && <TriedStep key={last.execution_id} accepted={last} step={step} />}
      {workflow && asking && (
        <RunDialog
          workflow={workflow}
          schema={withGiven(schema, trying.inputs)}
          opened
          onClose={() => setAsking(null)}
          part={{
            wish: wish(asking),
            onAccepted: (accepted, inputs) => trying.onStarted(step, accepted, inputs),
          }}
        />
      )}
    </section>
  );
}
