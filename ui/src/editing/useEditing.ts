/** The text under one's hands: what it began from, whether it differs, and its draft in this browser. */

import { useCallback, useEffect, useRef, useState } from "react";
import { dropDraft, keepDraft, readDraft } from "./drafts";

/** A saved version as text; `text` is null where a draft began from one that is no longer at hand. */
export interface Saved {
  version: number;
  text: string | null;
}

const PAUSE_MS = 300;

export function useEditing(key: string, saved: { version: number; text: string }) {
  const [start] = useState(() => begin(key, saved));
  const [text, setText] = useState(start.text);
  const [base, setBase] = useState<Saved>(start.base);
  const [edition, setEdition] = useState(0);
  const [broughtBack, setBroughtBack] = useState(start.broughtBack);
  const [isKept, setKept] = useState(true);
  const dirty = text !== base.text;

  const now = useRef({ text, base });
  now.current = { text, base };
  /** The draft that this editor has read or written last: another tab's is not its to change. */
  const own = useRef(start.draft);
  const flush = useCallback(() => {
    const { text: written, base: from } = now.current;
    if (written === from.text) {
      if (own.current && readDraft(key)?.text === own.current.text) dropDraft(key);
      own.current = null;
    } else if (written !== own.current?.text || from.version !== own.current.base) {
      const draft = { text: written, base: from.version, at: new Date().toISOString() };
      const kept = keepDraft(key, draft);
      if (kept) own.current = draft;
      setKept(kept);
    }
  }, [key]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the text or its base is what is kept
  useEffect(() => {
    const timer = setTimeout(flush, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, base, flush]);
  useEffect(() => {
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, [flush]);

  const joining = useRef(false);
  const replace = useCallback((other: string, joins = false) => {
    joining.current = joins;
    now.current.text = other;
    setText(other);
    setEdition((before) => before + 1);
  }, []);
  /** A change that was not typed into the text. `joins`: it is taken back together with the one before. */
  const change = useCallback(
    (other: string, joins = false) => {
      if (other !== now.current.text) replace(other, joins);
    },
    [replace],
  );
  /** Take a saved version in the place of what was written. */
  const adopt = useCallback(
    (other: { version: number; text: string }) => {
      setBase(other);
      replace(other.text);
      setBroughtBack(null);
      now.current = { text: other.text, base: other };
      flush();
    },
    [replace, flush],
  );
  /** `written` is saved as this version; what was typed since then stays unsaved. */
  const wrote = useCallback(
    (version: number, written: string) => {
      setBase({ version, text: written });
      setBroughtBack(null);
      now.current = { ...now.current, base: { version, text: written } };
      flush();
    },
    [flush],
  );
  /** What is written at this moment, not at the last drawing. */
  const written = useCallback(() => now.current.text, []);
  const put = useCallback((other: string) => {
    now.current.text = other;
    setText(other);
  }, []);
  return {
    text,
    setText: put,
    now: written,
    change,
    joining,
    base,
    edition,
    dirty,
    broughtBack,
    isKept,
    replace,
    adopt,
    wrote,
  };
}

export type Editing = ReturnType<typeof useEditing>;

function begin(key: string, saved: { version: number; text: string }) {
  const draft = readDraft(key);
  if (!draft || draft.text === saved.text) return { text: saved.text, base: saved, broughtBack: null, draft };
  const base: Saved = { version: draft.base, text: draft.base === saved.version ? saved.text : null };
  return { text: draft.text, base, broughtBack: draft.at, draft };
}
