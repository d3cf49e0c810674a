import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams, useSearchParams } from "react-router";
import { api } from "../api/client";
import { ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { Split } from "../components/Split";
import { Tabs } from "../components/Tabs";
import { useLog } from "../components/useLog";
import { useNarrow } from "../components/useNarrow";
import type { EdgeDefinition } from "../execution/edges";
import { lineOf } from "../execution/lineOf";
import type { LogWindow } from "../execution/logWindow";
import { ExecutionContext, useExecution } from "../execution/store";
import { type LiveExecution, useExecutionStream } from "../execution/useExecutionStream";
import { GRAPH_CODE } from "../graph/code";
import { Approvals } from "./execution/Approval";
import { AskingItems } from "./execution/AskingItems";
import { PausedPanel } from "./execution/Controls";
import { FailureCard } from "./execution/FailureCard";
import { ExecutionHeader } from "./execution/Header";
import { Logs } from "./execution/log/Logs";
import { hasResult, Result } from "./execution/Result";
import { StepList } from "./execution/StepList";
import { StopPanel } from "./execution/Stop";
import { StepDetail } from "./execution/step/StepDetail";
import { UnknownOutcomes } from "./execution/UnknownOutcome";
import "@xyflow/react/dist/base.css";
import "../graph/graph.css";
import "./execution.css";

export default function ExecutionPage() {
  const { executionId = "" } = useParams();
  return <Live key={executionId} id={executionId} />;
}

function Live({ id }: { id: string }) {
  const { t } = useTranslation();
  const execution = useExecutionStream(id, lineOf(useLocation().hash));
  const asked = useSearchParams()[0].get("step");
  const store = execution.data?.store;
  // An address may name the step it is about: the way from a child back to its step of the parent does.
  useEffect(() => {
    if (asked !== null && store?.getState().view.steps[asked]) store.getState().select(asked);
  }, [asked, store]);
  if (execution.isPending) return <Skeleton rows={8} />;
  if (!execution.data) {
    return (
      <ErrorNotice error={execution.error} onRetry={() => void execution.refetch()}>
        <PageTitle text={t("executions.title")} />
        <Link className="btn" to="/executions">
          {t("nav.executions")}
        </Link>
      </ErrorNotice>
    );
  }
  return (
    <ExecutionContext value={execution.data.store}>
      <Page live={execution.data} />
    </ExecutionContext>
  );
}

type Tab = "steps" | "graph" | "logs" | "result";

function Page({ live }: { live: LiveExecution }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const version = useVersionThatRan(live.snapshot);
  const [tab, setTab] = useState<Tab>(lineOf(useLocation().hash) === null ? "steps" : "logs");
  const result = useExecution((state) => hasResult(state.view)) ?? false;
  const tabs: Tab[] = ["steps", "graph", "logs", ...(result ? (["result"] as const) : [])];
  const shows = (name: Tab) => !narrow || tab === name;
  const left = (
    <div className="execution-left">
      {shows("graph") && <GraphPanel version={version} narrow={narrow} logs={live.logs} />}
      {shows("steps") && <StepList order={live.order} edges={version.data?.definition.edges ?? NONE} />}
      <StepDetail definition={version.data?.definition} />
    </div>
  );
  const logs = <Logs logs={live.logs} order={live.order} />;
  return (
    <div className="page fill execution">
      <ExecutionHeader live={live} definition={version.data?.definition} onReport={() => setTab("result")} />
      <StopPanel />
      <PausedPanel />
      <FailureCard />
      <UnknownOutcomes />
      <Approvals definition={version.data?.definition} />
      <AskingItems
        definition={version.data?.definition}
        onShow={() => setTab((now) => (now === "logs" || now === "result" ? "steps" : now))}
      />
      {narrow && (
        <Tabs
          id="page-tab"
          names={tabs}
          chosen={tab}
          onChoose={setTab}
          word={(name) => t(`execution.tabs.${name}`)}
          label={t("execution.parts")}
        />
      )}
      {narrow ? (
        <div
          className="execution-grid"
          id="page-tab-panel"
          role="tabpanel"
          aria-labelledby={`page-tab-${tab}`}
        >
          {tab === "logs" ? logs : tab !== "result" && left}
        </div>
      ) : (
        <Split name="execution" first={57} className="execution-grid" left={left} right={logs} />
      )}
      {shows("result") && <Result />}
    </div>
  );
}

const NONE: readonly EdgeDefinition[] = [];

/** The version that ran, whatever has been saved since. */
function useVersionThatRan({ workflow }: LiveExecution["snapshot"]) {
  return useQuery({
    queryKey: ["version", workflow.id, workflow.version],
    queryFn: () => api.version(workflow.id, workflow.version),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

type VersionThatRan = ReturnType<typeof useVersionThatRan>;

interface GraphProps {
  version: VersionThatRan;
  narrow: boolean;
  logs: LogWindow;
}

function GraphPanel({ version, narrow, logs }: GraphProps) {
  const { t } = useTranslation();
  const select = useExecution((state) => state.select);
  const code = useQuery({ ...GRAPH_CODE, enabled: useRestIsDrawn(logs) });
  const failed = [version, code].find(({ isError }) => isError);
  const Graph = code.data?.default;
  return (
    <div className="panel graph-panel">
      {failed ? (
        <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} />
      ) : version.data && Graph ? (
        <Graph
          definition={version.data.definition}
          direction={narrow ? "TB" : "LR"}
          legend={t("execution.legend")}
          onSelect={(id) => select?.(id)}
        />
      ) : (
        <Skeleton rows={4} />
      )}
    </div>
  );
}

/** True once the first lines of the log were drawn, or it is known that there are none. */
function useRestIsDrawn(logs: LogWindow): boolean {
  const { loading } = useLog(logs);
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    if (loading || drawn) return;
    // A task after the frame that draws them; a hidden page gets no frames.
    const timer = setTimeout(() => setDrawn(true), 20);
    return () => clearTimeout(timer);
  }, [loading, drawn]);
  return drawn;
}
