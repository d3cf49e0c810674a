/** The form of the next run: from where, with what, and what that would do. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { RetryPreview, RetryWish, StepFate } from "../../api/types";
import { Icon } from "../../components/Icon";
import { RunError } from "../../components/RunDialog";
import { SchemaForm } from "../../components/SchemaForm";
import { StatusGlyph } from "../../components/StatusGlyph";
import { type FormValues, initialValues, readValues, withGiven } from "../../components/schemaValues";
import { useExecution } from "../../execution/store";
import type { ExecutionView } from "../../execution/view";
import type { From, Preset } from "./Retry";

const FROM: readonly From[] = ["failed", "steps", "start"];

interface Props {
  preset?: Preset | undefined;
  onClose: () => void;
}

export default function RetryForm({ preset, onClose }: Props) {
  const { t } = useTranslation();
  const view = useExecution((state) => state.view)!;
  const queries = useQueryClient();
  const retry = useRetry(view, preset);
  const { preview, wish } = retry;
  const send = useMutation({
    mutationFn: () => api.retry(view.id, wish!, preview.data!.preview_token),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["execution", view.id] });
      onClose();
    },
    onError: () => void preview.refetch(), // it may be stale: the next press confirms what is shown then
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <div className="segments" role="group" aria-label={t("retry.from")}>
        {FROM.map((from) => (
          <button
            key={from}
            type="button"
            aria-pressed={retry.from === from}
            // The button that confirms cannot take the focus until the preview has come.
            data-autofocus={(!retry.ready && retry.from === from) || undefined}
            disabled={from === "failed" && view.status === "completed" && view.handledFailures === 0}
            onClick={() => retry.setFrom(from)}
          >
            {t(`retry.${from}`)}
          </button>
        ))}
      </div>
      <Versions retry={retry} />
      {retry.schema && (
        <details open={preset?.edits}>
          <summary>{t("retry.inputs")}</summary>
          <div className="form">
            <SchemaForm
              schema={retry.schema}
              values={retry.values}
              problems={retry.problems}
              onChange={retry.change}
            />
          </div>
        </details>
      )}
      {preview.data && <Fates preview={preview.data} choosing={retry.from === "steps"} retry={retry} />}
      <RunError error={send.error ?? preview.error} />
      <div className="foot">
        <button type="button" className="btn" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button
          type="submit"
          className="btn primary"
          disabled={!retry.ready || send.isPending || send.isSuccess}
          data-autofocus={retry.ready || undefined}
        >
          <Icon name="history" size={14} />
          {t("retry.confirm", { count: preview.data?.runs_again ?? 0 })}
        </button>
      </div>
    </form>
  );
}

function useRetry(view: ExecutionView, preset: Preset | undefined) {
  const selected = useExecution((state) => state.selected);
  const [asked] = useState(view.run);
  const nothingFailed = view.status === "completed" && view.handledFailures === 0;
  const usual = selected ? "steps" : nothingFailed ? "start" : "failed";
  const [from, setFrom] = useState<From>(preset?.from ?? usual);
  const [chosen, setChosen] = useState<readonly string[]>(preset?.steps ?? (selected ? [selected] : []));
  const [version, setVersion] = useState(view.workflowVersion);
  const [changed, setChanged] = useState<FormValues>({});
  const workflow = useQuery({
    queryKey: ["workflows", "one", view.workflowId],
    queryFn: () => api.workflow(view.workflowId),
  });
  const definition = useQuery({
    queryKey: ["version", view.workflowId, version],
    queryFn: () => api.version(view.workflowId, version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const schema = withGiven(definition.data?.definition.inputs, view.inputs);
  const values = { ...initialValues(schema), ...changed };
  const read = readValues(schema, values);
  const edited = Object.keys(changed).length > 0;
  const wrong = edited && Object.keys(read.problems).length > 0;
  const wish: RetryWish | null =
    wrong || (from === "steps" && chosen.length === 0)
      ? null
      : {
          from: from === "steps" ? [...chosen] : from,
          ...(edited ? { inputs: read.inputs } : {}),
          ...(version === view.workflowVersion ? {} : { version }),
        };
  const preview = useQuery({
    queryKey: ["retry-preview", view.id, view.run, wish],
    queryFn: () => api.retryPreview(view.id, wish ?? { from: "start" }),
    placeholderData: keepPreviousData,
    // The next run may be seen, and over, before the answer to what began it: nothing is asked about that one.
    enabled: view.run === asked,
    retry: false,
  });
  return {
    from,
    setFrom,
    chosen,
    choose: (path: string) =>
      setChosen(chosen.includes(path) ? chosen.filter((one) => one !== path) : [...chosen, path]),
    version,
    setVersion,
    latest: workflow.data?.ready_version ?? null,
    ran: view.workflowVersion,
    schema: Object.keys(schema?.properties ?? {}).length > 0 ? schema : undefined,
    values,
    problems: edited ? read.problems : {},
    change: (name: string, value: string | boolean) => setChanged((before) => ({ ...before, [name]: value })),
    wish,
    preview,
    ready: wish !== null && preview.isSuccess && !preview.isPlaceholderData && preview.data.runs_again > 0,
  };
}

type Retry = ReturnType<typeof useRetry>;

function Versions({ retry }: { retry: Retry }) {
  const { t } = useTranslation();
  const { latest, ran } = retry;
  if (latest === null || latest === ran) return null;
  return (
    <div className="field">
      <label htmlFor="retry-version">{t("retry.version")}</label>
      <select
        id="retry-version"
        className="input"
        value={retry.version}
        onChange={(event) => retry.setVersion(Number(event.target.value))}
      >
        <option value={ran}>{t("retry.versionRan", { version: ran })}</option>
        <option value={latest}>{t("retry.versionReady", { version: latest })}</option>
      </select>
    </div>
  );
}

interface FatesProps {
  preview: RetryPreview;
  choosing: boolean;
  retry: Retry;
}

function Fates({ preview, choosing, retry }: FatesProps) {
  const { t } = useTranslation();
  const { runs_again: again, reuses, repeats_effects: repeats } = preview;
  return (
    <div>
      <p className="dim">
        {t("retry.again", { count: again })} · {t("retry.reused", { count: reuses })}
      </p>
      {repeats > 0 && (
        <p className="wrong" role="note">
          <StatusGlyph status="retrying" size={14} />
          {t("retry.effects", { count: repeats })}
        </p>
      )}
      <ul className="fates">
        {preview.steps.map((fate) => (
          <li key={fate.path} data-fate={fate.path} data-action={fate.action}>
            {choosing ? (
              <label>
                <input
                  type="checkbox"
                  checked={retry.chosen.includes(fate.path)}
                  onChange={() => retry.choose(fate.path)}
                />
                <FateWords fate={fate} />
              </label>
            ) : (
              <FateWords fate={fate} />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function FateWords({ fate }: { fate: StepFate }) {
  const { t } = useTranslation();
  const { path, action, reason, by, had, repeats_effects: repeats } = fate;
  const why = String(
    t(`retry.because.${reason}` as never, { step: by ?? "", defaultValue: reason } as never),
  );
  return (
    <>
      <StatusGlyph status={action === "reuse" ? (had ?? "completed") : "ready"} size={14} />
      <b>{path}</b>
      <span className="dim grow">{why}</span>
      {repeats && <span className="chip retry">{t("retry.repeats")}</span>}
      <span>{t(`retry.action.${action}`)}</span>
    </>
  );
}
