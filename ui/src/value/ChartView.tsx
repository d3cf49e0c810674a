/** Rows as lines, or as bars where the axis has words. Drawn by uPlot, which comes only when a chart is asked for. */

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatCount } from "../format/format";
import { type Chart, MOST_LINES, MOST_ROWS } from "./chart";
import "./chart.css";

const HEIGHT = 280;
/** Told apart by colour and dash; the words of both stand in the legend. */
const COLOURS = ["--run", "--fail", "--done", "--retry-glyph", "--accent", "--idle"];
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4], [1, 4]];

export default function ChartView({ chart, label }: { chart: Chart; label: string }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let plot: uPlot | null = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(optionsOf(chart, element.clientWidth), dataOf(chart), element);
    };
    draw();
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // The canvas holds colours, not names of colours: another theme is drawn anew.
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      resized.disconnect();
      theme.disconnect();
      plot?.destroy();
    };
  }, [chart]);
  const names = chart.lines.map(({ name }) => name).join(", ");
  const along = chart.along ?? t("value.rowNumber");
  return (
    <>
      <div className="chart" ref={box} role="img" aria-label={t("value.chartOf", { label, names, along })} />
      {chart.cut && (
        <p className="dim">{t("value.chartCut", { rows: formatCount(MOST_ROWS), lines: MOST_LINES })}</p>
      )}
    </>
  );
}

const dataOf = ({ xs, lines }: Chart): uPlot.AlignedData => [xs, ...lines.map(({ values }) => values)];

function optionsOf(chart: Chart, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const paint = {
    stroke: token("--ink3"),
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
  };
  const font = `11px ${token("--sans") || "sans-serif"}`;
  const bars =
    chart.axis === "word" && chart.lines.length === 1 ? uPlot.paths.bars?.({ size: [0.7, 64] }) : undefined;
  return {
    width: Math.max(width, 160),
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: { x: scaleOf(chart) },
    axes: [
      { ...paint, font, ...labelsOf(chart) },
      { ...paint, font, size: 64 },
    ],
    cursor: { y: false },
    series: [
      {
        label: chart.along ?? "#",
        ...(chart.axis === "word" ? { value: (_, at) => (at === null ? "–" : wordAt(chart)(at)) } : {}),
        ...(chart.axis === "time" ? { value: MOMENT } : {}),
      },
      ...chart.lines.map(
        ({ name }, index): uPlot.Series => ({
          label: name,
          stroke: token(COLOURS[index % COLOURS.length]!),
          width: 1.75,
          dash: DASHES[index % DASHES.length]!,
          points: { show: chart.xs.length <= 40 && !bars },
          ...(bars ? { paths: bars, fill: token(COLOURS[index % COLOURS.length]!) } : {}),
        }),
      ),
    ],
  };
}

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
/** From how many seconds between two labels they say what, and what more where a larger unit begins. */
const TIMES: (string | number | null)[][] = [
  [365 * DAY, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * DAY, "{YYYY}-{MM}", null, null, null, null, null, null, 1],
  [DAY, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
  [HOUR, "{HH}:00", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [MINUTE, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [0.001, "{ss}.{fff}", "\n{YYYY}-{MM}-{DD} {HH}:{mm}", null, null, null, "\n{HH}:{mm}", null, 1],
];
const MOMENT = "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss} UTC";

/** Half a place at each end, so that the first and the last bar are whole. */
function scaleOf({ axis, xs }: Chart): uPlot.Scale {
  if (axis === "time") return { time: true };
  return axis === "word" ? { time: false, range: [-0.5, xs.length - 0.5] } : { time: false };
}

function labelsOf(chart: Chart): Pick<uPlot.Axis, "values"> {
  if (chart.axis === "time") return { values: TIMES };
  return chart.axis === "word" ? { values: (_, places) => places.map(wordAt(chart)) } : {};
}

const LETTERS = 14;

const wordAt =
  ({ words }: Chart) =>
  (place: number): string => {
    const word = Number.isInteger(place) ? (words[place] ?? "") : "";
    return word.length > LETTERS ? `${word.slice(0, LETTERS - 1)}…` : word;
  };
