/** The questions that are asked over the canvas: which kind of step, and connected to which. */

import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { kindIcon } from "../../components/Icon";
import type { NodeKindItem } from "../completion";
import { whyNotConnect } from "../document/edges";
import type { Choice } from "./Chooser";
import type { Where } from "./useActions";
import type { Drawing } from "./useDrawing";
import { useKindWords } from "./useKindWords";
import type { Ends } from "./useSelection";

interface Asked {
  title: string;
  placeholder: string;
  choices: readonly Choice[];
  onChoose: (id: string) => void;
}

export function useAsking(
  kinds: readonly NodeKindItem[],
  { act, definition }: Drawing,
  onAdded: () => void,
  onClosed: () => void,
) {
  const { t } = useTranslation();
  const words = useKindWords();
  const [question, setQuestion] = useState<{ kind: Where } | { from: string } | null>(null);
  const leave = () => setQuestion(null);
  const close = () => {
    leave();
    onClosed();
  };
  const askKind = useCallback((kind: Where) => setQuestion({ kind }), []);
  const askInto = useCallback((into: Ends) => setQuestion({ kind: { into } }), []);
  const askTarget = useCallback((from: string) => setQuestion({ from }), []);
  const ofKinds = (where: Where): Asked => ({
    title: where.into ? t("canvas.insert", { ...where.into }) : t("canvas.add"),
    placeholder: t("canvas.addHint"),
    choices: kinds
      .filter(({ allowed }) => allowed)
      .map((kind) => {
        const { word, hint } = words(kind);
        return { id: kind.kind, icon: kindIcon(kind.kind), word, hint, more: [kind.title] };
      }),
    onChoose: (id) => {
      act.add(kinds.find(({ kind }) => kind === id)!, where);
      close();
      onAdded();
    },
  });
  const ofSteps = (from: string): Asked => ({
    title: t("canvas.connect", { from }),
    placeholder: t("canvas.connectHint"),
    choices: (definition.nodes ?? [])
      .filter(({ id }) => whyNotConnect(definition, from, id) === null)
      .map(({ id, kind }) => ({ id, icon: kindIcon(kind), word: id, hint: kind, more: [] })),
    onChoose: (id) => {
      act.connect(from, id);
      close();
    },
  });
  const asked =
    question === null ? null : "kind" in question ? ofKinds(question.kind) : ofSteps(question.from);
  return { asked, askKind, askInto, askTarget, close, leave };
}

export type Asking = ReturnType<typeof useAsking>;
