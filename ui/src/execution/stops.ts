/** What is known of a stop: who asked, and what nobody can prove dead. */

import type { StopRequested, StopUnconfirmed } from "./events";
import type { StopView } from "./view";

export function asked({ actor, at, data }: StopRequested): StopView {
  const { reason, grace_s: graceS } = data;
  return { by: actor, reason, graceS, askedAt: Date.parse(at), unconfirmed: null };
}

export function doubted(stop: StopView | null, { data }: StopUnconfirmed): StopView | null {
  return stop && { ...stop, unconfirmed: { paths: data.paths, since: data.since_ms } };
}
