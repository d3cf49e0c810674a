/** Rows of a text file as a table, or as a chart where they hold figures. */

import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Skeleton } from "../components/Notices";
import { chartOf, withFigures } from "./chart";
import type { Table } from "./shape";
import { TableView } from "./TableView";

const ChartView = lazy(() => import("./ChartView"));
const MODES = ["table", "chart"] as const;

export function RowsView({ table, label }: { table: Table; label: string }) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<(typeof MODES)[number]>("table");
  const chart = useMemo(() => chartOf(withFigures(table)), [table]);
  if (!chart) return <TableView table={table} label={label} />;
  return (
    <>
      <div className="value-tools">
        <span className="grow" />
        <div className="segments" role="group" aria-label={t("value.mode")}>
          {MODES.map((name) => (
            <button key={name} type="button" aria-pressed={mode === name} onClick={() => setMode(name)}>
              {t(`value.${name}`)}
            </button>
          ))}
        </div>
      </div>
      {mode === "table" ? (
        <TableView table={table} label={label} />
      ) : (
        <Suspense fallback={<Skeleton rows={7} />}>
          <ChartView chart={chart} label={label} />
        </Suspense>
      )}
    </>
  );
}
