import { type CSSProperties, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../components/Icon";
import { useLog } from "../../../components/useLog";
import type { LogWindow } from "../../../execution/logWindow";
import { Line } from "./Line";
import { useLines } from "./useLines";

interface Props {
  logs: LogWindow;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  wrap: boolean;
  /** Room for the names of steps, in characters. */
  stepWidth: number;
  selected: string | null;
  linked: number | null;
  onLink: (line: number) => void;
  onRetry: () => void;
  empty: string;
}

export function Lines(props: Props) {
  const { logs, follow, onFollow, wrap, stepWidth, selected, linked, onLink, onRetry, empty } = props;
  const { t } = useTranslation();
  const { loading, failed, lastLine, olderExist } = useLog(logs);
  const searching = olderExist && !failed;
  const { box, rows, lines, last, total, scrolled } = useLines(logs, follow, onFollow);
  const seen = useRef(0);
  const shown = useRef<number | null>(null);
  if (follow || seen.current === 0) seen.current = Math.max(last, lastLine);
  const fresh = Math.max(0, lastLine - seen.current);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other heights once lines wrap or no longer do
  useEffect(() => rows.measure(), [wrap]);

  // The line the address names is brought into view once, when it is there.
  useEffect(() => {
    if (linked === null || shown.current === linked) return;
    const index = lines.findIndex((one) => one.line === linked);
    if (index < 0) return;
    shown.current = linked;
    if (!follow) rows.scrollToIndex(index, { align: "center" });
  }, [linked, lines, rows, follow]);

  return (
    <div className="log-frame">
      <div
        ref={box}
        className={wrap ? "log-lines" : "log-lines nowrap"}
        role="log"
        aria-live="off"
        aria-label={t("log.label")}
        tabIndex={0}
        style={{ "--step-ch": `${stepWidth}ch` } as CSSProperties}
        onScroll={scrolled}
        onWheel={(event) => event.deltaY < 0 && follow && onFollow(false)}
      >
        {lines.length === 0 && (searching || !loading) && (
          <p className="dim log-empty">{searching ? t("log.searching") : failed ? t("log.failed") : empty}</p>
        )}
        {failed && (
          <button type="button" className="btn dense" onClick={onRetry}>
            {t("common.retry")}
          </button>
        )}
        <div style={{ height: total, position: "relative" }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index]!;
            return (
              <div
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className="log-slot"
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <Line
                  line={line}
                  chosen={selected === line.step || line.step.startsWith(`${selected}[`)}
                  linked={linked === line.line}
                  onLink={onLink}
                />
              </div>
            );
          })}
        </div>
      </div>
      {fresh > 0 && (
        <button type="button" className="btn dense fresh" onClick={() => onFollow(true)}>
          <Icon name="down" size={14} />
          {t("log.newLines", { count: fresh })}
        </button>
      )}
    </div>
  );
}
