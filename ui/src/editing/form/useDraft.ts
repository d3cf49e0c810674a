import { useRef, useState } from "react";

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
  const type = (text: string, sends: unknown) => {
    known.current.sent = JSON.stringify(sends) ?? "";
    setDraft(text);
  };
  return [draft, type] as const;
}
