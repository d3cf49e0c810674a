/**
 * The order of the list last seen, so that the page of one run leads to the next without going back. It is
 * kept in the tab: a reload keeps it, another tab has its own.
 */

const KEPT = "runwright.walk";

export interface Walk {
  ids: readonly string[];
  /** The list's filter, as in its address. */
  search: string;
}

let known: Walk | null = null;

export function keepWalk(walk: Walk): void {
  known = walk;
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(walk));
  } catch {
    // storage may be switched off or full: then a reload forgets it
  }
}

export function lastWalk(): Walk | null {
  if (known) return known;
  try {
    known = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Walk | null;
  } catch {
    known = null;
  }
  return known;
}

export function forgetWalk(): void {
  known = null;
}

/** The run before (newer) or after (older) in the list; null at its ends and where it is not in it. */
export function neighbour(walk: Walk | null, id: string, step: 1 | -1): string | null {
  const at = walk?.ids.indexOf(id) ?? -1;
  return at < 0 ? null : (walk?.ids[at + step] ?? null);
}
