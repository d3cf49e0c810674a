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
      {
        ...paint,
        font,
        ...(chart.axis === "word" ? { values: (_, places) => places.map(wordAt(chart)) } : {}),
      },
      { ...paint, font, size: 64 },
    ],
    cursor: { y: false },
    series: [
      {
        label: chart.along ?? "#",
        ...(chart.axis === "word" ? { value: (_, at) => (at === null ? "–" : wordAt(chart)(at)) } : {}),
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

/** Half a place at each end, so that the first and the last bar are whole. */
function scaleOf({ axis, xs }: Chart): uPlot.Scale {
  if (axis === "time") return { time: true };
  return axis === "word" ? { time: false, range: [-0.5, xs.length - 0.5] } : { time: false };
}

const LETTERS = 14;

const wordAt =
  ({ words }: Chart) =>
  (place: number): string => {
    const word = Number.isInteger(place) ? (words[place] ?? "") : "";
    return word.length > LETTERS ? `${word.slice(0, LETTERS - 1)}…` : word;
  };
