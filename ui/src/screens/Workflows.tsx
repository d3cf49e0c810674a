import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../api/client";
import { serverClock } from "../api/clock";
import type { WorkflowItem } from "../api/types";
import { ConnectionChip } from "../components/ConnectionChip";
import { Icon } from "../components/Icon";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { RunDialog } from "../components/RunDialog";
import { SearchField } from "../components/SearchField";
import { Sparkline } from "../components/Sparkline";
import { Status } from "../components/StatusGlyph";
import { useLiveLists } from "../components/useLists";
import { WorkflowStatus } from "../components/WorkflowStatus";
import { whyNotRunnable } from "../components/whyNotRunnable";
import { formatMoment } from "../format/format";
import { BringButtons, DropZone, useBring } from "./Bring";
import "../editing/notices.css";

const FirstRun = lazy(() => import("./FirstRun"));

/** The example that a newcomer runs first: what the words beside it speak of. */
const FIRST = "weather-report";

export default function Workflows() {
  const { t } = useTranslation();
  const bring = useBring();
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const list = useQuery({
    queryKey: ["workflows", q],
    queryFn: () => api.workflows(q),
    placeholderData: (before) => before,
  });
  useLiveLists(list.data?.position);
  const items = list.data?.items;
  const fresh = items && q === "" && items.every((item) => item.last_runs.length === 0);
  const first = fresh ? items.find((item) => item.name === FIRST && item.ready_version !== null) : undefined;

  return (
    <DropZone bring={bring}>
      <div className="topbar">
        <PageTitle text={t("workflows.title")} drawn />
        <h1>{t("workflows.title")}</h1>
        <ConnectionChip />
        <span className="grow" />
        {items && !first && (items.length > 0 || typed !== "") && (
          <SearchField label={t("workflows.search")} value={typed} onChange={setTyped} />
        )}
        <BringButtons bring={bring} />
      </div>
      {first && (
        <Suspense fallback={<Skeleton rows={4} />}>
          <FirstRun workflow={first} />
        </Suspense>
      )}
      {(!first || items!.length > 1) && (
        <div className="panel">
          {list.isPending && <Skeleton />}
          {list.isError && !items && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
          {items?.length === 0 &&
            (q ? (
              <Empty title={t("workflows.none", { q })}>
                <button type="button" className="btn" onClick={() => setTyped("")}>
                  {t("workflows.clear")}
                </button>
              </Empty>
            ) : (
              <Empty title={t("start.emptyTitle")} text={t("start.emptyText")}>
                <Link className="btn primary" to="/workflows/start">
                  <Icon name="plus" size={16} />
                  {t("importing.new")}
                </Link>
                <code className="chip">runwright apply -f workflow.yaml</code>
              </Empty>
            ))}
          {items && items.length > 0 && <WorkflowTable items={items} />}
        </div>
      )}
    </DropZone>
  );
}

function WorkflowTable({ items }: { items: readonly WorkflowItem[] }) {
  const { t } = useTranslation();
  return (
    <table className="rows workflows">
      <thead>
        <tr>
          <th scope="col">{t("workflows.name")}</th>
          <th scope="col" className="hide-phone">
            {t("workflows.status")}
          </th>
          <th scope="col">{t("workflows.lastRun")}</th>
          <th scope="col" className="hide-phone">
            {t("workflows.lastRuns")}
          </th>
          <th scope="col" className="num hide-phone">
            {t("workflows.steps")}
          </th>
          <th scope="col" className="num hide-phone">
            {t("workflows.updated")}
          </th>
          <th scope="col">
            <span className="sr">{t("workflows.run")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <WorkflowRow key={item.id} item={item} />
        ))}
      </tbody>
    </table>
  );
}

function WorkflowRow({ item }: { item: WorkflowItem }) {
  const { t } = useTranslation();
  const last = item.last_runs[0];
  const [dialog, setDialog] = useState(false);
  return (
    <tr>
      <td>
        <Link className="name" to={`/workflows/${item.id}`}>
          {item.name}
        </Link>{" "}
        <span className="dim">{t("workflows.version", { version: item.ready_version ?? item.version })}</span>
        {Object.entries(item.labels).map(([key, value]) => (
          <span key={key} className="chip hide-phone" style={{ marginLeft: 6 }}>
            {key} = {value}
          </span>
        ))}
      </td>
      <td className="hide-phone">
        <WorkflowStatus status={item.status} />
      </td>
      <td>
        {last ? (
          <Link to={`/executions/${last.id}`}>
            <Status status={last.status} /> <span className="dim">#{last.number}</span>
          </Link>
        ) : (
          <span className="dim">–</span>
        )}
      </td>
      <td className="hide-phone">
        <Sparkline runs={item.last_runs} />
      </td>
      <td className="num hide-phone">{item.nodes}</td>
      <td className="num dim hide-phone">{formatMoment(item.updated_at, serverClock.now())}</td>
      <td className="num">
        <RunButton item={item} onPress={() => setDialog(true)} />
        {dialog && <LoadedRunDialog item={item} onClose={() => setDialog(false)} />}
      </td>
    </tr>
  );
}

function RunButton({ item, onPress }: { item: WorkflowItem; onPress: () => void }) {
  const { t } = useTranslation();
  const reason = whyNotRunnable(item, item.problems_count, t);
  return (
    <button
      type="button"
      className="btn dense"
      disabled={reason !== null}
      title={reason ?? undefined}
      aria-label={`${t("workflows.run")} ${item.name}`}
      onClick={onPress}
    >
      <Icon name="play" size={12} />
      {t("workflows.run")}
    </button>
  );
}

/** The form is that of the version which runs, which may be older than the latest. */
function LoadedRunDialog({ item, onClose }: { item: WorkflowItem; onClose: () => void }) {
  const version = useQuery({
    queryKey: ["version", item.id, item.ready_version],
    queryFn: () => api.version(item.id, item.ready_version ?? item.version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!version.data) return null;
  return <RunDialog workflow={item} schema={version.data.definition.inputs} opened onClose={onClose} />;
}
