/** What can be done at present. The screen that can do it says so while it is shown; the palette lists it. */

import { useEffect, useRef, useSyncExternalStore } from "react";
import type { IconName } from "../components/Icon";
import { useKeys } from "../components/useKeys";
import { type CommandId, keysOf, placeOf } from "./keys";

export interface Command {
  id: CommandId;
  icon: IconName;
  run: () => void;
  /** Where it says more than the sheet's words do: "Save as v3". */
  word?: string;
}

/** Every screen's commands, in the order in which they came. */
let registered: readonly (readonly Command[])[] = [];
const listeners = new Set<() => void>();

function put(next: typeof registered): void {
  registered = next;
  for (const listener of listeners) listener();
}

/**
 * These commands while the caller is shown; null stands for one that cannot be done at present. Where the table gives
 * a command a single key, the key does it too, unless `keys` says that the caller listens by itself.
 */
export function useCommands(commands: readonly (Command | null)[], { keys = true } = {}): void {
  const present = commands.filter((command) => command !== null);
  const latest = useRef(present);
  useEffect(() => {
    latest.current = present;
  });
  const named = present.map(({ id, word }) => `${id} ${word ?? ""}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: which commands there are is their names; they run as of the last drawing
  useEffect(() => {
    const own = latest.current.map((command) => ({
      ...command,
      run: () => latest.current.find(({ id }) => id === command.id)?.run(),
    }));
    put([...registered, own]);
    return () => put(registered.filter((others) => others !== own));
  }, [named]);
  useKeys((key) => {
    const pressed = keys ? latest.current.find(({ id }) => isSingle(keysOf(id), key)) : undefined;
    pressed?.run();
    return pressed !== undefined;
  });
}

const isSingle = (caps: readonly string[], key: string) => caps.length === 1 && caps[0] === key;

/** All that can be done at present, in the order of the table. */
export function useRegistered(): readonly Command[] {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => registered,
  );
  return all.flat().sort((a, b) => placeOf(a.id) - placeOf(b.id));
}
