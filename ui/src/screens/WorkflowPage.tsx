import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";
import { api } from "../api/client";
import { ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { useLiveLists } from "../components/useLists";
import { Workbench } from "../editing/Workbench";

export default function WorkflowPage() {
  const { t } = useTranslation();
  const { workflowId = "" } = useParams();
  const { state } = useLocation() as { state: { justSaved?: boolean } | null };
  const workflow = useQuery({
    queryKey: ["workflows", "one", workflowId],
    queryFn: () => api.workflow(workflowId),
  });
  useLiveLists(workflow.data?.position);
  if (workflow.isPending) return <Skeleton />;
  if (!workflow.data) {
    return (
      <ErrorNotice error={workflow.error} onRetry={() => void workflow.refetch()}>
        <PageTitle text={t("workflows.title")} />
        <Link className="btn" to="/workflows">
          {t("error.home")}
        </Link>
      </ErrorNotice>
    );
  }
  // Another workflow has another text, draft and undo.
  return <Workbench key={workflowId} workflow={workflow.data} justSaved={state?.justSaved === true} />;
}
