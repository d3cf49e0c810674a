/** A value in four ways: table and chart where it is rows, tree, raw; to copy and to take along. */

import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../components/CopyButton";
import { saveFile } from "../components/hand";
import { Icon } from "../components/Icon";
import { Skeleton } from "../components/Notices";
import type { Json } from "../execution/events";
import { formatBytes } from "../format/format";
import { chartOf } from "./chart";
import { isBranch } from "./rows";
import { asTable } from "./shape";
import { TableView } from "./TableView";
import { Tree } from "./Tree";
import "./value.css";

const ChartView = lazy(() => import("./ChartView"));

type Mode = "table" | "chart" | "tree" | "raw";
/** Raw text is drawn up to here; copy and download give all of it. */
const PREVIEW = 4_000;

export function ValueView({ value, label, file }: { value: Json; label: string; file: string }) {
  const { t } = useTranslation();
  const table = useMemo(() => asTable(value), [value]);
  const chart = useMemo(() => table && chartOf(table), [table]);
  const branch = isBranch(value) && typeof value !== "string";
  const modes: Mode[] = [
    ...(table ? (["table"] as const) : []),
    ...(chart ? (["chart"] as const) : []),
    ...(branch ? (["tree"] as const) : []),
    "raw",
  ];
  const [asked, setMode] = useState<Mode | null>(null);
  const mode = asked !== null && modes.includes(asked) ? asked : modes[0]!;
  const raw = () => JSON.stringify(value, null, 2);
  return (
    <div className="value-view">
      <div className="value-tools">
        <h3>{label}</h3>
        <span className="grow" />
        {modes.length > 1 && (
          <div className="segments" role="group" aria-label={t("value.mode")}>
            {modes.map((name) => (
              <button key={name} type="button" aria-pressed={mode === name} onClick={() => setMode(name)}>
                {t(`value.${name}`)}
              </button>
            ))}
          </div>
        )}
        <CopyButton label={t("value.copy")} text={raw} />
        <button
          type="button"
          className="btn dense icon"
          aria-label={t("value.save")}
          title={t("value.save")}
          onClick={() => saveFile(`${file}.json`, [raw()], "application/json")}
        >
          <Icon name="download" size={14} />
        </button>
      </div>
      {mode === "table" && table && <TableView table={table} label={label} />}
      {mode === "chart" && chart && (
        <Suspense fallback={<Skeleton rows={7} />}>
          <ChartView chart={chart} label={label} />
        </Suspense>
      )}
      {mode === "tree" && <Tree value={value} label={label} />}
      {mode === "raw" && <Raw text={raw()} label={label} />}
    </div>
  );
}

export function Raw({ text, label, total = text.length }: { text: string; label: string; total?: number }) {
  const { t } = useTranslation();
  return (
    <>
      <pre className="mono value" role="region" tabIndex={0} aria-label={label}>
        {text.slice(0, PREVIEW)}
      </pre>
      {total > PREVIEW && (
        <p className="dim">
          {t("step.cut", { shown: formatBytes(Math.min(PREVIEW, text.length)), size: formatBytes(total) })}
        </p>
      )}
    </>
  );
}
