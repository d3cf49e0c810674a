import { Refused } from "./client";

/** What the server refuses stays refused; what it could not answer may pass the next time. */
export const retryable = (error: unknown): boolean => error instanceof Refused && error.problem.retryable;

const AGAIN_MS = 3_000;

/** How long until a page that could not be read is asked for again: it comes by itself once the server is back. */
export const againWhenBack = ({ state }: { state: { status: string; error: unknown } }): number | false =>
  state.status === "error" && retryable(state.error) && AGAIN_MS;
