import { useEffect, useState } from "react";
import { type ReadText, readText } from "./definitionText";

const PAUSE_MS = 120;
/** A long text takes a while to read: then a pause in typing is waited for. */
const LONG = 100_000;
const LONG_PAUSE_MS = 700;

/** The text as it was read last, a moment behind the typing. */
export function useRead(text: string): ReadText {
  const [read, setRead] = useState(() => readText(text));
  useEffect(() => {
    if (read.text === text) return;
    const timer = setTimeout(() => setRead(readText(text)), text.length > LONG ? LONG_PAUSE_MS : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, read]);
  return read;
}
