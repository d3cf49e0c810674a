import { type CSSProperties, memo } from "react";
import { useTranslation } from "react-i18next";
import type { LogLine } from "../../../api/types";
import { formatClockMs } from "../../../format/format";
import { type Span, spans } from "../../../log/ansi";

interface Props {
  line: LogLine;
  /** Of the step that is chosen. */
  chosen: boolean;
  /** Named by the address. */
  linked: boolean;
  onLink: (line: number) => void;
}

export const Line = memo(function Line({ line, chosen, linked, onLink }: Props) {
  const { t } = useTranslation();
  const letter = String(t(`log.letter.${line.level}` as never, { defaultValue: "I" }));
  const marks = `${chosen ? " chosen" : ""}${linked ? " linked" : ""}`;
  return (
    <div className={`log-line ${line.level}${marks}`} data-line={line.line}>
      <a
        className="no"
        href={`#line-${line.line}`}
        aria-label={t("logs.link", { line: line.line })}
        onClick={(event) => {
          event.preventDefault();
          onLink(line.line);
        }}
      >
        {line.line}
      </a>
      <span className="at">{formatClockMs(line.at)}</span>
      <span className="lv">{letter}</span>
      <span className="st" title={line.step}>
        <span className="st-node">{line.step.split("[", 1)[0]}</span>
        {line.step.slice(line.step.split("[", 1)[0]!.length)}
      </span>
      <span className="tx">
        {spans(line.text).map((span, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one line never move
          <Part key={index} span={span} />
        ))}
      </span>
    </div>
  );
});

const FLAGS = ["bold", "dim", "italic", "underline", "strike"] as const;

function Part({ span }: { span: Span }) {
  const [color, background] = span.inverse
    ? [span.background ?? "var(--surface)", span.color ?? "var(--ink)"]
    : [span.color, span.background];
  const names: string[] = FLAGS.filter((flag) => span[flag]).map((flag) => `ansi-${flag}`);
  if (color === undefined && background === undefined && names.length === 0) return span.text;
  // The sheet brings every colour to a lightness that can be read in the theme.
  const style: Record<string, string> = {};
  if (color !== undefined) style["--ansi-fg"] = shade(color);
  if (background !== undefined) style["--ansi-bg"] = shade(background);
  if (color !== undefined) names.push("ansi-fg");
  if (background !== undefined) names.push("ansi-bg");
  return (
    <span className={names.join(" ")} style={style as CSSProperties}>
      {span.text}
    </span>
  );
}

const shade = (color: number | string): string =>
  typeof color === "number" ? `var(--ansi-${color})` : color;
