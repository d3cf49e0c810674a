import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <PageTitle text={t("error.pageTitle")} />
      <Empty title={t("error.pageTitle")} text={t("error.pageText")}>
        <Link className="btn primary" to="/workflows">
          {t("error.home")}
        </Link>
        <Link className="btn" to="/executions">
          {t("nav.executions")}
        </Link>
      </Empty>
    </div>
  );
}
