import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api } from "../api/client";
import { type Trigger, triggersApi } from "../api/triggers";
import { ConnectionChip } from "../components/ConnectionChip";
import { Icon } from "../components/Icon";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { Secret } from "./triggers/Secret";
import { TriggerDialog } from "./triggers/TriggerDialog";
import { TriggerTable } from "./triggers/TriggerTable";
import { useLiveTriggers } from "./triggers/useLiveTriggers";
import "./triggers/triggers.css";

/** What starts workflows without a person: all of it, or that of one workflow (`?workflow=`). */
export default function Triggers() {
  const { t } = useTranslation();
  const [query] = useSearchParams();
  const workflowId = query.get("workflow");
  const [edited, setEdited] = useState<Trigger | "new" | null>(null);
  const [made, setMade] = useState<Trigger | null>(null);
  const list = useQuery({ queryKey: ["triggers", workflowId], queryFn: () => triggersApi.list(workflowId) });
  const workflows = useQuery({ queryKey: ["workflows", ""], queryFn: () => api.workflows() });
  useLiveTriggers(list.data?.position);
  const names = new Map(workflows.data?.items.map(({ id, name }) => [id, name]));
  const items = list.data?.items;
  const add = (
    <button type="button" className="btn primary" onClick={() => setEdited("new")}>
      <Icon name="plus" size={16} />
      {t("triggers.new")}
    </button>
  );
  return (
    <div className="page">
      <div className="topbar">
        <PageTitle text={t("triggers.title")} drawn />
        <h1>{t("triggers.title")}</h1>
        {workflowId && (
          <Link className="chip outline" to="/triggers" title={t("triggers.showAll")}>
            {names.get(workflowId) ?? workflowId} <span aria-hidden="true">×</span>
          </Link>
        )}
        <ConnectionChip />
        <span className="grow" />
        {items && items.length > 0 && add}
      </div>
      <div className="panel">
        {list.isPending && <Skeleton rows={4} />}
        {list.isError && !items && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        {items?.length === 0 && (
          <Empty title={t("triggers.empty")} text={t("triggers.emptyText")}>
            {add}
          </Empty>
        )}
        {items && items.length > 0 && (
          <TriggerTable items={items} names={names} onEdit={setEdited} onSecret={setMade} />
        )}
      </div>
      {edited && (
        <TriggerDialog
          trigger={edited === "new" ? null : edited}
          workflowId={workflowId}
          workflows={workflows.data?.items ?? []}
          onClose={() => setEdited(null)}
          onMade={(trigger) => trigger.secret && setMade(trigger)}
        />
      )}
      {made?.secret && <Secret trigger={made} onClose={() => setMade(null)} />}
    </div>
  );
}
