import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { formatClock } from "../format/format";
import { stream } from "../stream/tab";
import { StatusGlyph } from "./StatusGlyph";
import { useTick } from "./useNow";

/** A restart of the server is over sooner and worth no more than the chip. Milliseconds. */
const PATIENCE = 4_000;

/** The server has not answered for a while. What is shown stays; it floats, so that nothing jumps. */
export function Offline() {
  const { t } = useTranslation();
  const { state, heardAt } = useSyncExternalStore(stream.onConnection, stream.getConnection);
  const waiting = state === "reconnecting" && heardAt > 0;
  useTick(500, waiting);
  const away = waiting && Date.now() - heardAt > PATIENCE;
  return (
    <div role="status" className="floating-place">
      {away && (
        <p className="floating offline">
          <StatusGlyph status="queued" size={16} />
          <span>
            <b>{t("offline.title")}</b> {t("offline.text", { at: formatClock(heardAt) })}
          </span>
        </p>
      )}
    </div>
  );
}
