import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, Refused } from "../../api/client";
import type { LastOutput } from "../../api/types";
import { RunError } from "../../components/RunDialog";
import type { NodeDefinition } from "../../execution/edges";
import type { Acting } from "../canvas/useActions";
import { FieldRow } from "./FieldRow";
import { useDraft } from "./useDraft";

interface Props {
  node: NodeDefinition;
  /** null where nothing has been saved, and nothing ran. */
  workflowId: string | null;
  act: Acting;
  readOnly: boolean;
}

const shown = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** The output that the step is taken to have when only a later step runs. */
export function Sample({ node, workflowId, act, readOnly }: Props) {
  const { t } = useTranslation();
  const [draft, type] = useDraft(node.sample, shown);
  const [wrong, setWrong] = useState(false);
  const [had] = useState(node.sample !== undefined);
  const last = useMutation({
    mutationFn: () => api.lastOutput(workflowId!, node.id),
    onSuccess: ({ output, output_artifact }) => {
      if (output_artifact) return;
      setWrong(false);
      type(shown(output), output);
      act.set(node.id, "/sample", output);
    },
  });
  const write = (text: string) => {
    last.reset();
    let value: unknown;
    try {
      value = text.trim() === "" ? undefined : JSON.parse(text);
    } catch {
      setWrong(true);
      type(text, node.sample);
      return;
    }
    setWrong(false);
    type(text, value);
    act.set(node.id, "/sample", value);
  };
  return (
    <details className="sample" open={had}>
      <summary>{t("part.sample")}</summary>
      <FieldRow label={t("part.sample")} hint={t("part.sampleHint")} optional problems={[]}>
        {({ id, describedBy }) => (
          <textarea
            id={id}
            className="input mono"
            rows={5}
            spellCheck={false}
            readOnly={readOnly}
            aria-describedby={describedBy}
            aria-invalid={wrong || undefined}
            value={draft}
            onChange={({ target }) => write(target.value)}
          />
        )}
      </FieldRow>
      {wrong && <p className="wrong">{t("part.sampleWrong")}</p>}
      {!readOnly && workflowId !== null && (
        <button type="button" className="btn dense" disabled={last.isPending} onClick={() => last.mutate()}>
          {t("part.takeLast")}
        </button>
      )}
      <Taken last={last.data} error={last.error} />
    </details>
  );
}

function Taken({ last, error }: { last: LastOutput | undefined; error: unknown }) {
  const { t } = useTranslation();
  if (error instanceof Refused && error.problem.code === "output_not_found")
    return (
      <p className="dim" role="status">
        {t("part.takeNone")}
      </p>
    );
  if (!last) return <RunError error={error} />;
  return (
    <p className="dim" role="status">
      {t(last.output_artifact ? "part.takeLarge" : "part.taken", { number: last.number })}
    </p>
  );
}
