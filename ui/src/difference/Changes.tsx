/** Where two values differ, a row each: its sign, its word, its place, what it was and what it is. */

import { useTranslation } from "react-i18next";
import { Diff } from "../editing/Diff";
import "../editing/editing.css";
import type { Json } from "../execution/events";
import type { Change, JsonDiff } from "./jsonDiff";
import { placeOf } from "./jsonDiff";
import "./difference.css";

const SIGNS = { added: "+", removed: "−", changed: "≠" } as const;
/** A text is compared line by line where it has several, or is as long as that. */
const LONG = 120;
/** Letters of a value in a row; all of it is one press away. */
const SHOWN = 400;
/** Texts beyond it are told as changed: the page does not compare books. */
const MOST_TEXT = 200_000;

interface Names {
  /** What the sides are called: `A · #12`. */
  left: string;
  right: string;
}

export function Changes({ diff, label, ...names }: Names & { diff: JsonDiff; label: string }) {
  const { t } = useTranslation();
  if (diff.changes.length === 0) return <p className="dim">{t("changes.same")}</p>;
  return (
    <>
      <ul className="changes" aria-label={label}>
        {diff.changes.map((change) => (
          <Row key={`${change.kind} ${change.path}`} change={change} {...names} />
        ))}
      </ul>
      {diff.cut && <p className="dim">{t("changes.cut", { count: diff.changes.length })}</p>}
    </>
  );
}

function Row({ change, left, right }: Names & { change: Change }) {
  const { t } = useTranslation();
  const { kind, path, before, after } = change;
  const texts = isLong(before) && isLong(after) && before.length + after.length <= MOST_TEXT;
  return (
    <li className={`change ${kind}`} data-change={path} data-kind={kind}>
      <p className="change-head">
        <b aria-hidden="true">{SIGNS[kind]}</b>
        <span>{t(`changes.${kind}`)}</span>
        <code>{placeOf(path) || t("changes.whole")}</code>
      </p>
      {texts ? (
        <Diff left={before} right={after} leftWord={left} rightWord={right} />
      ) : (
        <div className="change-values">
          {before !== undefined && <Side name={left} value={before} className="left" />}
          {after !== undefined && <Side name={right} value={after} className="right" />}
        </div>
      )}
    </li>
  );
}

function Side({ name, value, className }: { name: string; value: Json; className: string }) {
  const { t } = useTranslation();
  const text = typeof value === "string" ? value : written(value);
  return (
    <div className={className}>
      <span className="dim">{name}</span>
      <pre className="mono">
        {text.slice(0, SHOWN) || '""'}
        {text.length > SHOWN && "…"}
      </pre>
      {text.length > SHOWN && <span className="dim">{t("changes.shortened")}</span>}
    </div>
  );
}

/** Of JSON so many letters stand on one line. */
const LINE = 80;

function written(value: Json): string {
  const spread = JSON.stringify(value, null, 2);
  const line = spread.replace(/\n */g, " ");
  // A line break within a text is escaped: what is taken out here only lays the value out.
  return line.length <= LINE ? line : spread;
}

const isLong = (value: Json | undefined): value is string =>
  typeof value === "string" && (value.length > LONG || value.includes("\n"));
