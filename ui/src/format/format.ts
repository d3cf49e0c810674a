/** Durations, times, sizes: the one formatter of each. Thin space before a unit; UTC always. */

import type { TFunction } from "i18next";

const THIN = "\u2009";

/** Milliseconds as people say them: 8.3 s, 2 min 08 s, 1 h 12 min. `null` is a dash. */
export function formatDuration(ms: number | null | undefined, t: TFunction): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  const value = Math.max(0, ms);
  const s = t("unit.s");
  if (value < 1) return `0${THIN}${t("unit.ms")}`;
  if (value < 99.5) return `${Math.round(value)}${THIN}${t("unit.ms")}`;
  if (value < 99_950) return `${(value / 1000).toFixed(1)}${THIN}${s}`;
  const seconds = Math.round(value / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${THIN}${t("unit.min")} ${two(seconds % 60)}${THIN}${s}`;
  return `${Math.floor(minutes / 60)}${THIN}${t("unit.h")} ${two(minutes % 60)}${THIN}${t("unit.min")}`;
}

/** A round moment on an axis that is `span` ms long: in one unit all over, and no more digits than it needs. */
export function formatTick(ms: number, span: number, t: TFunction): string {
  const [size, unit] =
    span < 1_000
      ? [1, t("unit.ms")]
      : span < 120_000
        ? [1_000, t("unit.s")]
        : span < 7_200_000
          ? [60_000, t("unit.min")]
          : [3_600_000, t("unit.h")];
  return `${Number((ms / size).toFixed(2))}${THIN}${unit}`;
}

/** "3–5 min": rough, in the unit of the longer one. */
export function formatRange(p50: number, p90: number, t: TFunction): string {
  const [size, unit] =
    p90 < 99_500
      ? [1_000, t("unit.s")]
      : p90 < 5_400_000
        ? [60_000, t("unit.min")]
        : [3_600_000, t("unit.h")];
  const [low, high] = [p50, p90].map((ms) => Math.max(1, Math.round(ms / size)));
  return low === high ? `${high}${THIN}${unit}` : `${low}–${high}${THIN}${unit}`;
}

/** The figure and its unit apart, for the large elapsed time; in milliseconds only once it has stopped. */
export function splitDuration(ms: number, t: TFunction, stopped = false): { figure: string; unit: string } {
  if (stopped && ms < 1_000) return { figure: String(Math.max(0, Math.round(ms))), unit: t("unit.ms") };
  if (ms < 99_950) return { figure: (Math.max(0, ms) / 1000).toFixed(1), unit: t("unit.s") };
  return { figure: formatDuration(ms, t), unit: "" };
}

const two = (n: number) => String(n).padStart(2, "0");

/** 09:14:01 of UTC; the caller prints the zone beside it or in the column's head. */
export function formatClock(at: number | string): string {
  const date = new Date(at);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

/** 09:14:01.482 of UTC. */
export function formatClockMs(at: number | string): string {
  return `${formatClock(at)}.${String(new Date(at).getUTCMilliseconds()).padStart(3, "0")}`;
}

/** The clock time on the day of `now`, else with its date. */
export function formatMoment(at: number | string, now: number): string {
  const date = new Date(at);
  const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const sameDay = Math.floor(date.getTime() / 86_400_000) === Math.floor(now / 86_400_000);
  return sameDay ? formatClock(at) : `${day} ${formatClock(at)}`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)}${THIN}${units[unit]}`;
}

/** 1,284 in both languages. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** `local:ada` is ada, `key:ops` is "key ops", `trigger:<id>` a trigger. */
export function formatActor(actor: string, t: TFunction): string {
  const [kind, ...rest] = actor.split(":");
  const name = rest.join(":");
  if (kind === "local" && name) return name;
  if (kind === "key" && name) return t("actor.key", { name });
  if (kind === "trigger" && name) return t("actor.trigger");
  return actor;
}
