import { capOf } from "./keys";

/** Keys as they stand on the keyboard. */
export function Caps({ keys }: { keys: readonly string[] }) {
  return keys.map((key) => <kbd key={key}>{capOf(key)}</kbd>);
}
