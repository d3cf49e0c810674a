/** Items of a map that wait for a person stand in no row of the page: here it says how many, and leads to them. */

import { useTranslation } from "react-i18next";
import type { Definition } from "../../api/types";
import { StatusGlyph } from "../../components/StatusGlyph";
import { stepOf } from "../../execution/items";
import { useExecution } from "../../execution/store";
import { useAskingItems } from "./useAsked";

interface Props {
  definition: Definition | undefined;
  /** What else is to be done so that they are seen. */
  onShow: () => void;
}

export function AskingItems({ definition, onShow }: Props) {
  const { t } = useTranslation();
  const showItems = useExecution((state) => state.showItems)!;
  const asking = useAskingItems(definition).map(stepOf);
  return [...new Set(asking)].map((step) => (
    <div className="panel strip" key={step} data-asking={step}>
      <StatusGlyph status="waiting" size={16} />
      <b role="status">{t("approval.items", { step, count: asking.filter((one) => one === step).length })}</b>
      <span className="grow" />
      <button
        type="button"
        className="btn dense"
        onClick={() => {
          showItems(step);
          onShow();
        }}
      >
        {t("approval.showItems")}
      </button>
    </div>
  ));
}
