import { useEffect, useRef, useState } from "react";

/** Fields that show something else than the definition holds: a name not yet taken, a text that cannot be read. */
const apart = new Map<Element, () => void>();

/** Show again what the definition holds in the field that has the focus; false where it shows that already. */
export function takeBack(field: Element): boolean {
  const back = apart.get(field);
  back?.();
  return back !== undefined;
}

/**
 * What a field shows while it is typed into. The definition is read a moment later; until then the field keeps what was
 * typed, and only a change from elsewhere (undo, the text) takes its place.
 */
export function useDraft(value: unknown, show: (value: unknown) => string) {
  const came = JSON.stringify(value) ?? "";
  const [draft, setDraft] = useState(() => show(value));
  const known = useRef({ came, sent: came });
  if (known.current.came !== came) {
    const own = came === known.current.sent;
    known.current = { came, sent: came };
    if (!own) setDraft(show(value));
  }
  const field = useRef<Element | null>(null);
  const held = show(value);
  useEffect(() => {
    const element = field.current;
    if (element === null || draft === held) return;
    apart.set(element, () => setDraft(held));
    return () => void apart.delete(element);
  }, [draft, held]);
  const type = (text: string, sends: unknown) => {
    known.current.sent = JSON.stringify(sends) ?? "";
    field.current = document.activeElement;
    setDraft(text);
  };
  return [draft, type] as const;
}
