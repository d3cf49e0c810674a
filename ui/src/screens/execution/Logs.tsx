/** The log: newest lines first to arrive, older on demand, following until you scroll. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LogLine } from "../../api/types";
import { Icon } from "../../components/Icon";
import { useLog } from "../../components/useLog";
import { FINAL } from "../../execution/events";
import type { LogFilter, LogWindow } from "../../execution/logWindow";
import { useExecution } from "../../execution/store";
import { formatClockMs, formatCount } from "../../format/format";

const ROW = 18;
const LEVELS = ["debug", "warning", "error"] as const;
const LEVEL_WORD = { debug: "log.all", warning: "log.warn", error: "log.error" } as const;
const SEARCH_PAUSE_MS = 250;
/** From the end; nearer counts as "at the end". */
const NEAR_PX = 24;

export function Logs({ logs }: { logs: LogWindow }) {
  const { t } = useTranslation();
  const state = useLog(logs);
  const view = useExecution(({ view }) => view)!;
  const selected = useExecution(({ selected }) => selected) ?? null;
  const select = useExecution(({ select }) => select)!;
  const [filter, setFilter] = useState<LogFilter>({ level: "debug", step: null, q: "" });
  const [follow, setFollow] = useState(true);
  const shown = useRef(filter);

  // A step that is no longer chosen cannot narrow the log.
  const step = filter.step !== null && filter.step === selected ? filter.step : null;
  const { level, q } = filter;
  useEffect(() => {
    const before = shown.current;
    if (before.level === level && before.q === q && before.step === step) return;
    const timer = setTimeout(
      () => {
        shown.current = { level, q, step };
        void logs.show({ level, q, step });
      },
      before.q === q ? 0 : SEARCH_PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [logs, level, q, step]);

  const final = FINAL.has(view.status);
  const filtered = level !== "debug" || q !== "" || step !== null;
  return (
    <section className="panel logs" aria-label={t("log.title")}>
      <div className="panel-head">
        <h2>{t("log.title")}</h2>
        <span className="dim" data-log-state={final ? (state.missing ? "missing" : "complete") : "arriving"}>
          {t("log.lines", { count: Math.max(view.logLines, state.lastLine) })}
          {" · "}
          {state.missing > 0 && !filtered
            ? t("log.missing", { missing: formatCount(state.missing) })
            : t(final ? "log.complete" : "log.arriving")}
          {view.droppedLines > 0 && ` · ${t("log.dropped", { dropped: formatCount(view.droppedLines) })}`}
        </span>
      </div>
      <div className="log-tools">
        <label className="search">
          <span className="sr">{t("log.search")}</span>
          <Icon name="search" size={16} />
          <input
            type="search"
            placeholder={t("log.search")}
            value={filter.q}
            onChange={(event) => setFilter({ ...filter, q: event.target.value })}
          />
        </label>
        <div className="segments" role="group" aria-label={t("log.level")}>
          {LEVELS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={filter.level === name}
              onClick={() => setFilter({ ...filter, level: name })}
            >
              {t(LEVEL_WORD[name])}
            </button>
          ))}
        </div>
      </div>
      <Lines
        logs={logs}
        follow={follow}
        onFollow={setFollow}
        selected={selected}
        onRetry={() => void logs.show({ level, q, step })}
        empty={t(filtered ? "log.emptyFilter" : final ? "log.emptyDone" : "log.empty")}
      />
      <div className="log-foot">
        {selected && (
          <>
            <span className="chip accent">
              {selected}
              <button type="button" aria-label={t("common.close")} onClick={() => select(null)}>
                ×
              </button>
            </span>
            <label className="switch">
              <input
                type="checkbox"
                role="switch"
                checked={step !== null}
                onChange={(event) => setFilter({ ...filter, step: event.target.checked ? selected : null })}
              />
              {t("log.onlyStep")}
            </label>
          </>
        )}
        <span className="grow" />
        <label className="switch">
          <input
            type="checkbox"
            role="switch"
            checked={follow}
            onChange={(event) => setFollow(event.target.checked)}
          />
          {t("log.follow")}
        </label>
      </div>
    </section>
  );
}

interface LinesProps {
  logs: LogWindow;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  selected: string | null;
  onRetry: () => void;
  empty: string;
}

function Lines({ logs, follow, onFollow, selected, onRetry, empty }: LinesProps) {
  const { t } = useTranslation();
  const { lines, olderExist, loading, failed } = useLog(logs);
  const box = useRef<HTMLDivElement>(null);
  const seen = useRef(0);
  const first = useRef(0);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    getItemKey: (index) => lines[index]?.line ?? index,
    overscan: 20,
  });

  const last = lines.at(-1)?.line ?? 0;
  if (follow) seen.current = last;
  const fresh = Math.max(0, last - seen.current);
  const total = rows.getTotalSize();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the end moves with the last line and the size
  useLayoutEffect(() => {
    const element = box.current;
    if (follow && element) element.scrollTop = element.scrollHeight;
  }, [follow, last, total]);

  // Older lines come in above: what is being read stays where it is.
  useLayoutEffect(() => {
    const before = first.current;
    first.current = lines[0]?.line ?? 0;
    if (!box.current || follow || before === 0 || first.current >= before) return;
    const added = lines.findIndex((line) => line.line === before);
    if (added > 0) box.current.scrollTop += added * ROW;
  }, [lines, follow]);

  const scrolled = () => {
    const element = box.current;
    if (!element) return;
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (follow && fromEnd > NEAR_PX * 4) onFollow(false);
    if (!follow && fromEnd < NEAR_PX / 4) onFollow(true);
    if (element.scrollTop < ROW * 10 && olderExist) void logs.older();
  };

  return (
    <div className="log-frame">
      <div
        ref={box}
        className="log-lines"
        role="log"
        aria-live="off"
        aria-label={t("log.label")}
        tabIndex={0}
        onScroll={scrolled}
        onWheel={(event) => event.deltaY < 0 && follow && onFollow(false)}
      >
        {lines.length === 0 && !loading && (
          <p className="dim log-empty">{failed ? t("log.failed") : empty}</p>
        )}
        {failed && (
          <button type="button" className="btn dense" onClick={onRetry}>
            {t("common.retry")}
          </button>
        )}
        <div style={{ height: total, position: "relative" }}>
          {rows.getVirtualItems().map((row) => (
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              className="log-slot"
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <Line line={lines[row.index]!} chosen={selected === lines[row.index]!.step} />
            </div>
          ))}
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

function Line({ line, chosen }: { line: LogLine; chosen: boolean }) {
  const { t } = useTranslation();
  const letter = String(t(`log.letter.${line.level}` as never, { defaultValue: "I" }));
  return (
    <div className={`log-line ${line.level}${chosen ? " chosen" : ""}`} data-line={line.line}>
      <span className="no">{line.line}</span>
      <span className="at">{formatClockMs(line.at)}</span>
      <span className="lv">{letter}</span>
      <span className="st">{line.step}</span>
      <span className="tx">{line.text}</span>
    </div>
  );
}
