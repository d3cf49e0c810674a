import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Icon } from "../../components/Icon";
import { useView } from "../../execution/store";
import { ChooseOther } from "./ChooseOther";
import { compareAddress, type SideRef } from "./sides";

/** From the execution that is open: the other one stands at the left, as what was before. */
export function CompareWith() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const view = useView("id", "number", "run", "workflowId", "workflowName");
  const [opened, setOpened] = useState(false);
  const go = (ref: SideRef) => void navigate(compareAddress(ref, { id: view.id, run: null }));
  return (
    <>
      <button type="button" className="btn" onClick={() => setOpened(true)}>
        <Icon name="compare" size={16} />
        {t("compare.with")}
      </button>
      <ChooseOther opened={opened} view={view} onClose={() => setOpened(false)} onChoose={go} />
    </>
  );
}
