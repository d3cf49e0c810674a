import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type DiffLine, lineDiff } from "./lineDiff";

interface Props {
  left: string;
  right: string;
  /** What stands only on one side is called so. */
  leftWord: string;
  rightWord: string;
}

/** Lines around a change; what is equal over many lines is folded. */
const AROUND = 3;

/** Two texts as one list of lines: each change has its sign and its word, colour only repeats it. */
export function Diff({ left, right, leftWord, rightWord }: Props) {
  const { t } = useTranslation();
  const lines = useMemo(() => folded(lineDiff(left, right)), [left, right]);
  if (left === right) return <p className="dim nothing">{t("conflict.same")}</p>;
  return (
    <section className="diff" aria-label={`${leftWord} / ${rightWord}`} tabIndex={0}>
      <p className="diff-legend">
        <span className="left">− {leftWord}</span>
        <span className="right">+ {rightWord}</span>
      </p>
      <ol className="mono">
        {lines.map((line, index) =>
          line === null ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a gap has no identity, and the list is made anew
            <li key={`gap ${index}`} className="gap" aria-hidden="true">
              ⋯
            </li>
          ) : (
            <li key={`${line.left} ${line.right}`} className={sideOf(line)}>
              <i aria-hidden="true">{line.left ?? ""}</i>
              <i aria-hidden="true">{line.right ?? ""}</i>
              <span aria-hidden="true">{line.right === null ? "−" : line.left === null ? "+" : " "}</span>
              {sideOf(line) !== "both" && (
                <span className="sr">{sideOf(line) === "left" ? leftWord : rightWord}: </span>
              )}
              <code>{line.text || " "}</code>
            </li>
          ),
        )}
      </ol>
    </section>
  );
}

function sideOf(line: DiffLine): "left" | "right" | "both" {
  return line.right === null ? "left" : line.left === null ? "right" : "both";
}

function folded(lines: readonly DiffLine[]): (DiffLine | null)[] {
  const near = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (sideOf(line) === "both") continue;
    for (let n = index - AROUND; n <= index + AROUND; n += 1) near.add(n);
  }
  return lines.flatMap((line, index) => {
    if (near.has(index)) return [line];
    return near.has(index - 1) || index === 0 ? [null] : [];
  });
}
