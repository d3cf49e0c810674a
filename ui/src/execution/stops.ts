/** What is known of a stop: who asked, and what nobody can prove dead. */

import type { StopRequested, StopUnconfirmed } from "./events";
import type { StopView } from "./view";

export function asked({ actor, data }: StopRequested): StopView {
  return { by: actor, reason: data.reason, graceS: data.grace_s, unconfirmed: null };
}

export function doubted(stop: StopView | null, { data }: StopUnconfirmed): StopView | null {
  return stop && { ...stop, unconfirmed: { paths: data.paths, since: data.since_ms } };
}
