import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatCount } from "../format/format";
import { brief, type Table } from "./shape";

const FIRST = 50;

export function TableView({ table, label }: { table: Table; label: string }) {
  const { t } = useTranslation();
  const [most, setMost] = useState(FIRST);
  const left = table.rows.length - most;
  return (
    <section className="table-box" tabIndex={0} aria-label={label}>
      <table className="rows value-table">
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                key={`${index} ${column}`}
                scope="col"
                className={typeof table.rows[0]?.[index] === "number" ? "num" : undefined}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, most).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a value have no identity
            <tr key={index}>
              {table.columns.map((_, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className={typeof row[column] === "number" ? "num" : undefined}>
                  {brief(row[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <button type="button" className="btn link" onClick={() => setMost(most + 10 * FIRST)}>
          {t("value.more", { count: left, shown: formatCount(left) })}
        </button>
      )}
    </section>
  );
}
