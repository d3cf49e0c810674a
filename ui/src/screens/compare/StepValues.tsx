/** One step in both: its output, input and error beside each other as what was added, removed and changed. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StepPair } from "../../compare/compare";
import { Tabs } from "../../components/Tabs";
import type { ArtifactRef, Json } from "../../execution/events";
import type { ExecutionView, StepView } from "../../execution/view";
import { FilesDiff, ValueDiff } from "./ValueDiff";

const PARTS = ["output", "input", "error"] as const;
type Part = (typeof PARTS)[number];

interface Props {
  pair: StepPair | undefined;
  a: ExecutionView;
  b: ExecutionView;
  names: { a: string; b: string };
}

export function StepValues({ pair, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <section
      className="panel"
      aria-label={pair ? t("compare.values", { step: pair.path }) : t("compare.choose")}
    >
      {pair ? (
        <Values key={pair.path} pair={pair} {...rest} />
      ) : (
        <p className="compare-body dim">{t("compare.choose")}</p>
      )}
    </section>
  );
}

function Values({ pair, a, b, names }: Props & { pair: StepPair }) {
  const { t } = useTranslation();
  const [asked, setPart] = useState<Part | null>(null);
  const differing = (part: Part) => pair.facts.includes(part);
  const part = asked ?? PARTS.find(differing) ?? "output";
  const ids = { a: a.id, b: b.id };
  const label = t("compare.valueLabel", { step: pair.path, part: t(`compare.parts.${part}`) });
  const common = { ids, names, label, file: `${pair.path}-${part}` };
  return (
    <>
      <div className="panel-head">
        <h2>{t("compare.values", { step: pair.path })}</h2>
      </div>
      <Tabs
        id="compare-part"
        names={PARTS}
        chosen={part}
        onChoose={setPart}
        label={t("compare.values", { step: pair.path })}
        word={(name) => (
          <>
            {t(`compare.parts.${name}`)}
            {differing(name) && <span className="chip retry">{t("compare.partDiffers")}</span>}
          </>
        )}
      />
      <div
        className="compare-body"
        id="compare-part-panel"
        role="tabpanel"
        aria-labelledby={`compare-part-${part}`}
      >
        <ValueDiff a={heldOf(pair.a, part)} b={heldOf(pair.b, part)} {...common} />
        {part === "output" && (
          <FilesDiff a={pair.a?.artifacts ?? []} b={pair.b?.artifacts ?? []} ids={ids} names={names} />
        )}
      </div>
    </>
  );
}

/** Inline, or the content it stands under. */
export interface Held {
  value: Json;
  large: ArtifactRef | null;
}

function heldOf(step: StepView | null, part: Part): Held | null {
  if (!step) return null;
  if (part === "output") return { value: step.output, large: step.outputArtifact };
  if (part === "input") return { value: step.input, large: step.inputArtifact };
  const { error } = step;
  if (!error) return { value: null, large: null };
  // Where in the code it was says less than what it was: the traceback stands with the step itself.
  const { code, category, type, message } = error;
  return { value: { code, category, type, message }, large: null };
}
