import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Icon } from "../../components/Icon";
import type { ExecutionView } from "../../execution/view";
import { useLastGood } from "./lastGood";
import { compareAddress } from "./sides";

/** Of one that failed: what was different when it went well. Nothing where it never did. */
export function CompareWithLastGood({ view }: { view: Pick<ExecutionView, "id" | "number" | "workflowId"> }) {
  const { t } = useTranslation();
  const { data: good } = useLastGood(view);
  if (!good) return null;
  return (
    <Link className="btn" to={compareAddress({ id: good.id, run: null }, { id: view.id, run: null })}>
      <Icon name="compare" size={14} />
      {t("compare.withLast", { number: good.number })}
    </Link>
  );
}
