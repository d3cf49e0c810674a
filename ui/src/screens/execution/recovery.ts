/** What helps after a failure, by its category: the first is what most often does. */

import type { CATEGORIES } from "../../api/problem";

/** The step at which it broke and what follows; all that failed and what follows; everything; with other inputs. */
export type Retrying = "step" | "here" | "all" | "edited";

type Category = (typeof CATEGORIES)[number];

export const FIRST_HELP: Record<Category, Retrying> = {
  // What it was given is wrong: the same again would fail the same way.
  validation: "edited",
  not_found: "edited",
  permission: "here",
  conflict: "here",
  // It may pass the next time.
  capacity: "here",
  timeout: "step",
  infrastructure: "here",
  internal: "here",
  step: "here",
};

/** The buttons in their order: what helps most first, and without a failed step none for that step alone. */
export function waysOf(category: string, causePath: string | null, hasInputs: boolean): Retrying[] {
  const known = category in FIRST_HELP ? FIRST_HELP[category as Category] : "here";
  const possible: Retrying[] = ["step", "here", "all", "edited"];
  const ways = possible.filter((way) => {
    if (way === "step") return causePath !== null;
    return way !== "edited" || hasInputs;
  });
  const first = ways.includes(known) ? known : "here";
  return [first, ...ways.filter((way) => way !== first)];
}
