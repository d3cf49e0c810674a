import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ExecutionItem } from "../../api/types";
import { Icon } from "../../components/Icon";
import { compareAddress } from "./sides";

/** Of the list: the two rows that are selected, the older one at the left. */
export function CompareMarked({ items }: { items: readonly ExecutionItem[] }) {
  const { t } = useTranslation();
  const [first, second] = [...items].sort((a, b) => Date.parse(a.queued_at) - Date.parse(b.queued_at));
  const words = (
    <>
      <Icon name="compare" size={16} />
      {t("compare.open")}
    </>
  );
  if (items.length !== 2 || !first || !second) {
    return (
      <button type="button" className="btn hide-phone" disabled title={t("compare.two")}>
        {words}
      </button>
    );
  }
  return (
    <Link className="btn" to={compareAddress({ id: first.id, run: null }, { id: second.id, run: null })}>
      {words}
    </Link>
  );
}
