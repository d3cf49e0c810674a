import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { formatClock } from "../format/format";
import { stream } from "../stream/tab";
import { StatusGlyph } from "./StatusGlyph";
import { useTick } from "./useNow";

/** A restart of the server is over sooner and worth no more than the chip. Milliseconds. */
const PATIENCE = 4_000;

const ASK_MS = 3_000;

/** The server has not answered for a while. What is shown stays; it floats, so that nothing jumps. */
export function Offline() {
  const { t } = useTranslation();
  const lost = useLost();
  return (
    <div role="status" className="floating-place">
      {lost !== null && (
        <p className="floating offline">
          <StatusGlyph status="queued" size={16} />
          <span>
            <b>{t("offline.title")}</b> {t("offline.text", { at: formatClock(lost) })}
          </span>
        </p>
      )}
    </div>
  );
}

/** When the server was last heard, once it has been silent for too long; null while all is well. Unix ms. */
function useLost(): number | null {
  const { state, heardAt } = useSyncExternalStore(stream.onConnection, stream.getConnection);
  const [lost, setLost] = useState<number | null>(null);
  const waiting = state === "reconnecting" && heardAt > 0;
  useTick(500, waiting);
  const away = waiting && Date.now() - heardAt > PATIENCE;
  const back = state === "live" || state === "polling";
  useEffect(() => {
    if (away) setLost(heardAt);
    else if (back) setLost(null);
  }, [away, back, heardAt]);
  // A page that could not be loaded follows nothing, and some have nothing to follow: then nobody else asks.
  const nobodyAsks = lost !== null && state === "connecting";
  useEffect(() => {
    if (!nobodyAsks) return;
    const ask = async () => {
      const answer = await fetch("/healthz").catch(() => null);
      if (answer?.ok) setLost(null);
    };
    const timer = setInterval(() => void ask(), ASK_MS);
    return () => clearInterval(timer);
  }, [nobodyAsks]);
  return lost;
}
