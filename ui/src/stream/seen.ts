/**
 * The newest event that a list was told of. What is read because of it must not be older: the server's lists come a
 * moment after its events, and nothing would make a list that was read too soon read again.
 */

let newest = 0;

export function noteSeen(position: number): void {
  newest = Math.max(newest, position);
}

/** A server that was set up anew has not come so far, and never may. */
export function forgetSeen(): void {
  newest = 0;
}

export const notOlder = (): { min_position?: number } => (newest === 0 ? {} : { min_position: newest });
