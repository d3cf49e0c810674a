import { useEffect, useRef, useState } from "react";
import { type ReadText, readText } from "./definitionText";

const PAUSE_MS = 120;
/** A long text takes a while to read: then a pause in typing is waited for. */
const LONG = 100_000;
const LONG_PAUSE_MS = 700;

/** The text as it was read last, a moment behind the typing. A new edition was not typed: it is read at once. */
export function useRead(text: string, edition: number): ReadText {
  const [read, setRead] = useState(() => readText(text));
  const seen = useRef(edition);
  useEffect(() => {
    const typed = seen.current === edition;
    seen.current = edition;
    if (read.text === text) return;
    if (!typed) {
      setRead(readText(text));
      return;
    }
    const timer = setTimeout(() => setRead(readText(text)), text.length > LONG ? LONG_PAUSE_MS : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, edition, read]);
  return read;
}
