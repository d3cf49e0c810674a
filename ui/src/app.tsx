import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, type ReactNode } from "react";
import { createBrowserRouter, Navigate, type RouteObject, useRouteError } from "react-router";
import { RouterProvider } from "react-router/dom";
import { againWhenBack, retryable } from "./api/again";
import { notLoaded } from "./api/problem";
import { ErrorNotice } from "./components/Notices";
import { Shell } from "./Shell";
import { NotFound } from "./screens/NotFound";
import { theme } from "./theme/theme";

// What a screen needs comes with it: the editor (CodeMirror, yaml), the graph (React Flow, dagre).
const Workflows = lazy(() => import("./screens/Workflows"));
const WorkflowPage = lazy(() => import("./screens/WorkflowPage"));
const NewWorkflowPage = lazy(() => import("./screens/NewWorkflowPage"));
const StartPage = lazy(() => import("./screens/StartPage"));
const ExecutionPage = lazy(() => import("./screens/ExecutionPage"));
const Executions = lazy(() => import("./screens/Executions"));
const Statistics = lazy(() => import("./screens/Statistics"));
const Triggers = lazy(() => import("./screens/Triggers"));
const Compare = lazy(() => import("./screens/Compare"));
const Queue = lazy(() => import("./screens/Queue"));

function Crash() {
  return <ErrorNotice error={notLoaded(useRouteError())} onRetry={() => location.reload()} />;
}

export const routes: RouteObject[] = [
  {
    path: "/",
    element: <Shell />,
    errorElement: <Crash />,
    children: [
      // What goes wrong in one screen leaves the way to the others.
      {
        errorElement: <Crash />,
        children: [
          { index: true, element: <Navigate to="/workflows" replace /> },
          { path: "workflows", element: <Workflows /> },
          { path: "workflows/start", element: <StartPage /> },
          { path: "workflows/new", element: <NewWorkflowPage /> },
          { path: "workflows/:workflowId", element: <WorkflowPage /> },
          { path: "workflows/:workflowId/statistics", element: <Statistics /> },
          { path: "executions", element: <Executions /> },
          { path: "compare", element: <Compare /> },
          { path: "queue", element: <Queue /> },
          { path: "triggers", element: <Triggers /> },
          { path: "executions/:executionId", element: <ExecutionPage /> },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
];

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The server may be on this very machine: whether the browser thinks itself online says nothing about it, and
      // a call that was only put off would never be told as failed.
      mutations: { networkMode: "always" },
      queries: {
        networkMode: "always",
        staleTime: 1_000,
        retry: (count, error) => count < 2 && retryable(error),
        retryDelay: (count) => 400 * 2 ** count,
        refetchInterval: againWhenBack,
      },
    },
  });
}

export function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  return (
    <QueryClientProvider client={client}>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        {children}
      </MantineProvider>
    </QueryClientProvider>
  );
}

export function App() {
  return (
    <Providers client={queryClient}>
      <RouterProvider router={createBrowserRouter(routes)} />
    </Providers>
  );
}

const queryClient = newQueryClient();
