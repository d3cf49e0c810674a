/** The parts of the workbench on a phone, where one is shown at a time. */
export const TABS = ["yaml", "steps", "graph", "runs"] as const;
export type Tab = (typeof TABS)[number];
