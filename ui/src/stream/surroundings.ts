import type { Surroundings } from "./link";

/** The browser's own. */
export const browser: Surroundings = {
  openSource: (url) => new EventSource(url),
  fetch: (url) => fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" }),
  now: () => Date.now(),
  random: () => Math.random(),
};
