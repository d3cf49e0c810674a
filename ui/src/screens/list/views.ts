/**
 * Views of the list: a name for a filter, as its address writes it. Some are built in; those of a person are kept in
 * this browser, which may be switched off or full: then it says so.
 */

import { useSyncExternalStore } from "react";
import { readFilter, writeFilter } from "./filter";

/** Built in: what is asked most, in the form of an address. The words are `views.own.<id>`. */
export const BUILT_IN = {
  all: "",
  active: "status=active",
  running: "status=running",
  waits: "status=running&waits=yes",
  failed: "status=failed&since=24h",
  completed: "status=completed&since=24h",
} as const;
export type BuiltIn = keyof typeof BUILT_IN;

export interface SavedView {
  id: string;
  name: string;
  search: string;
}

export interface Views {
  saved: readonly SavedView[];
  /** The address that the list opens with; empty is all. */
  standard: string;
}

export const MOST_NAME = 60;
const KEPT = "runwright.views";
const NONE: Views = { saved: [], standard: "" };

/** One form for each filter, whatever order its address has. */
export const normal = (search: string): string =>
  writeFilter(readFilter(new URLSearchParams(search))).toString();

let text: string | null | undefined;
let known: Views = NONE;
const listeners = new Set<() => void>();

function now(): Views {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // none are kept then
  }
  if (kept !== text) {
    text = kept;
    known = read(kept);
  }
  return known;
}

function read(kept: string | null): Views {
  try {
    const found = JSON.parse(kept ?? "null") as Partial<Views> | null;
    const saved = (Array.isArray(found?.saved) ? found.saved : []).filter(isView);
    return {
      saved: saved.map((view) => ({ ...view, search: normal(view.search) })),
      standard: typeof found?.standard === "string" ? normal(found.standard) : "",
    };
  } catch {
    return NONE;
  }
}

const isView = (view: unknown): view is SavedView => {
  const { id, name, search } = (view ?? {}) as Partial<SavedView>;
  return [id, name, search].every((field) => typeof field === "string");
};

/** Whether it is kept. */
function keep(next: Views): boolean {
  try {
    localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    return false;
  }
  for (const listener of listeners) listener();
  return true;
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener); // another tab has changed them
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export const useViews = (): Views => useSyncExternalStore(listen, now);

/** Where the list of executions opens. */
export const listAddress = (): string =>
  now().standard === "" ? "/executions" : `/executions?${now().standard}`;

const change = (make: (saved: readonly SavedView[]) => readonly SavedView[]): boolean =>
  keep({ ...now(), saved: make(now().saved) });

export const views = {
  save: (name: string, search: string): boolean =>
    change((saved) => [...saved, { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), name, search }]),
  rename: (id: string, name: string): boolean =>
    change((saved) => saved.map((view) => (view.id === id ? { ...view, name } : view))),
  remove: (id: string): boolean => {
    const { saved, standard } = now();
    const gone = saved.find((view) => view.id === id);
    return keep({
      saved: saved.filter((view) => view !== gone),
      standard: gone?.search === standard ? "" : standard,
    });
  },
  /** One place up. */
  raise: (id: string): boolean =>
    change((saved) => {
      const at = saved.findIndex((view) => view.id === id);
      return at < 1 ? saved : [...saved.slice(0, at - 1), saved[at]!, saved[at - 1]!, ...saved.slice(at + 1)];
    }),
  setStandard: (search: string): boolean => keep({ ...now(), standard: search }),
};
