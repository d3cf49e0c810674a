/** How the page's knowledge of the server is: live and how fresh, coming back, polling, or ended. */

import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { formatDuration } from "../format/format";
import { stream } from "../stream/tab";
import { useTick } from "./useNow";

export function ConnectionChip({ ended }: { ended?: { lines: number; missing: number } }) {
  const { t } = useTranslation();
  const connection = useSyncExternalStore(stream.onConnection, stream.getConnection);
  useTick(500, ended === undefined);
  if (ended) {
    const word =
      ended.missing > 0
        ? t("link.endedMissing", { count: ended.missing })
        : t("link.ended", { count: ended.lines });
    return (
      <span className="chip" data-connection="ended">
        {word}
      </span>
    );
  }
  const age = Math.max(0, Date.now() - connection.heardAt);
  const ago = formatDuration(Math.max(100, Math.round(age / 100) * 100), t);
  const { state } = connection;
  const word = state === "live" || state === "polling" ? t(`link.${state}`, { ago }) : t(`link.${state}`);
  return (
    <span className="chip" title={t("link.label")} data-connection={state}>
      <i className={`dot ${state}`} />
      {word}
    </span>
  );
}
