/** What is needed to run a step of the saved version, why it cannot be, and what came of it by step. */

import { useState } from "react";
import type { Accepted, WorkflowAnswer } from "../../api/types";
import type { Json } from "../../execution/events";

export type Obstacle = "new" | "paused" | "archived" | "unsaved" | "problems";

export interface Trying {
  workflow: WorkflowAnswer | null;
  off: Obstacle | null;
  /** By step, its last execution for this step. */
  started: Readonly<Record<string, Accepted>>;
  /** What was filled in the last time: the form begins with it. */
  inputs: Record<string, Json>;
  onStarted: (step: string, accepted: Accepted, inputs: Record<string, Json>) => void;
}

export function useTrying(workflow: WorkflowAnswer | null, dirty: boolean): Trying {
  const [started, setStarted] = useState<Record<string, Accepted>>({});
  const [inputs, setInputs] = useState<Record<string, Json>>({});
  return {
    workflow,
    off: obstacleOf(workflow, dirty),
    started,
    inputs,
    onStarted: (step, accepted, given) => {
      setStarted((before) => ({ ...before, [step]: accepted }));
      setInputs(given);
    },
  };
}

function obstacleOf(workflow: WorkflowAnswer | null, dirty: boolean): Obstacle | null {
  if (workflow === null) return "new";
  if (workflow.status === "paused" || workflow.status === "archived") return workflow.status;
  // The saved version runs, not what is being written.
  if (dirty) return "unsaved";
  return workflow.problems.some(({ severity }) => severity !== "warning") ? "problems" : null;
}
