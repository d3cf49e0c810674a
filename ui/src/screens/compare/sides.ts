/** The two of an address, and what is read of each. */

import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { againWhenBack } from "../../api/again";
import { api, Refused } from "../../api/client";
import type { Side } from "../../compare/compare";
import { FINAL } from "../../execution/events";
import { viewOfSnapshot } from "../../execution/snapshot";
import type { ExecutionView } from "../../execution/view";

/** `<id>` is an execution as it stands, `<id>.2` its second run as it ended. */
export interface SideRef {
  id: string;
  run: number | null;
}

export function readSide(text: string | null): SideRef | null {
  const found = /^([0-9a-zA-Z-]{8,64})(?:\.(\d{1,6}))?$/.exec(text ?? "");
  return found ? { id: found[1]!, run: found[2] ? Number(found[2]) : null } : null;
}

export const writeSide = ({ id, run }: SideRef): string => (run === null ? id : `${id}.${run}`);

export const compareAddress = (a: SideRef, b: SideRef): string =>
  `/compare?a=${writeSide(a)}&b=${writeSide(b)}`;

export interface Compared extends Side {
  ref: SideRef;
}

const AGAIN_MS = 2_000;

export function useSide(ref: SideRef | null) {
  return useQuery({
    queryKey: ["compared", ref],
    queryFn: () => readOne(ref!),
    enabled: ref !== null,
    // One that goes on is read again; one that has ended stays as it is.
    refetchInterval: (query) => {
      const { data } = query.state;
      if (data === undefined) return againWhenBack(query);
      return FINAL.has(data.view.status) ? false : AGAIN_MS;
    },
  });
}

async function readOne(ref: SideRef): Promise<Compared> {
  const now = await api.execution(ref.id);
  const at = ref.run !== null && ref.run < now.run ? await endOfRun(ref.id, ref.run, now.position) : null;
  const execution = at === null ? now : await api.execution(ref.id, at);
  const steps = await api.steps(ref.id, at);
  const { id, version } = execution.workflow;
  const { definition } = await api.version(id, version);
  return { ref, view: viewOfSnapshot(execution, steps.items, steps.position), definition };
}

/**
 * The last position of the log at which that run was the latest. Found by halving: a log has no list of its runs, and
 * its lines may be many more than a page should read.
 */
export async function endOfRun(id: string, run: number, last: number): Promise<number> {
  const began = await api.events(id, 0, 1);
  let [low, high] = [began.items[0]?.position ?? 1, last];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await runAt(id, middle)) <= run) low = middle;
    else high = middle - 1;
  }
  return low;
}

async function runAt(id: string, position: number): Promise<number> {
  try {
    return (await api.execution(id, position)).run;
  } catch (error) {
    if (error instanceof Refused && error.problem.category === "not_found") return 0;
    throw error;
  }
}

/** `#12`, or `#12, run 1` where the run says more. */
export function nameOf({ number, run }: Pick<ExecutionView, "number" | "run">, t: TFunction): string {
  return run > 1 ? t("compare.runOf", { number, run }) : `#${number}`;
}

/** What both are called: the runs too where they are of one execution. */
export function namesOf(a: ExecutionView, b: ExecutionView, t: TFunction): { a: string; b: string } {
  const one = a.id === b.id;
  const name = (view: ExecutionView) =>
    one ? t("compare.runOf", { number: view.number, run: view.run }) : nameOf(view, t);
  return { a: `A · ${name(a)}`, b: `B · ${name(b)}` };
}
