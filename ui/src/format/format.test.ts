// @vitest-environment node

import i18next, { type TFunction } from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { en } from "../i18n/en";
import { zhCN } from "../i18n/zh-CN";
import {
  formatActor,
  formatBytes,
  formatClock,
  formatClockMs,
  formatCount,
  formatDuration,
  formatMoment,
  formatTick,
  splitDuration,
} from "./format";

let english: TFunction;
let chinese: TFunction;
beforeAll(async () => {
  await i18next.init({
    lng: "en",
    resources: { en: { translation: en }, "zh-CN": { translation: zhCN } },
    interpolation: { escapeValue: false },
  });
  english = i18next.getFixedT("en");
  chinese = i18next.getFixedT("zh-CN");
});

/** Thin spaces as plain ones, so that the table below can be read. */
const plain = (text: string) => text.replaceAll("\u2009", " ");

describe("a duration", () => {
  it.each([
    [null, "–", "–"],
    [undefined, "–", "–"],
    [Number.NaN, "–", "–"],
    [-5, "0 ms", "0 毫秒"],
    [0.4, "0 ms", "0 毫秒"],
    [1, "1 ms", "1 毫秒"],
    [99.4, "99 ms", "99 毫秒"],
    [99.6, "0.1 s", "0.1 秒"],
    [8_340, "8.3 s", "8.3 秒"],
    [99_940, "99.9 s", "99.9 秒"],
    [99_950, "1 min 40 s", "1 分 40 秒"],
    [128_000, "2 min 08 s", "2 分 08 秒"],
    [3_599_600, "1 h 00 min", "1 小时 00 分"],
    [4_320_000, "1 h 12 min", "1 小时 12 分"],
    [90_000_000, "25 h 00 min", "25 小时 00 分"],
  ])("of %s ms reads %s and %s", (ms, inEnglish, inChinese) => {
    expect(plain(formatDuration(ms, english))).toBe(inEnglish);
    expect(plain(formatDuration(ms, chinese))).toBe(inChinese);
  });

  it("has a thin space before its unit", () => {
    expect(formatDuration(42_600, english)).toBe("42.6\u2009s");
  });

  it("in large type has its unit apart, up to the first minute and a half", () => {
    expect(splitDuration(42_600, english)).toEqual({ figure: "42.6", unit: "s" });
    expect(splitDuration(-1, chinese)).toEqual({ figure: "0.0", unit: "秒" });
    expect(splitDuration(37.4, english, true)).toEqual({ figure: "37", unit: "ms" });
    expect(splitDuration(1_200, english, true)).toEqual({ figure: "1.2", unit: "s" });
    expect(splitDuration(128_000, english)).toEqual({ figure: "2\u2009min 08\u2009s", unit: "" });
  });
});

it.each([
  [0, 400, "0\u2009ms"],
  [250, 900, "250\u2009ms"],
  [500, 3_000, "0.5\u2009s"],
  [40_000, 50_000, "40\u2009s"],
  [1_200_000, 6_000_000, "20\u2009min"],
  [21_600_000, 86_400_000, "6\u2009h"],
])("%d ms on an axis of %d is %s", (ms, span, words) => {
  expect(formatTick(ms, span, english)).toBe(words);
});

describe("a time", () => {
  const at = "2026-03-09T09:04:01.082+08:00";

  it("is UTC, whatever zone it was written in or the reader is in", () => {
    expect(formatClock(at)).toBe("01:04:01");
    expect(formatClockMs(Date.parse(at))).toBe("01:04:01.082");
  });

  it("has its date only on another day", () => {
    expect(formatMoment(at, Date.parse("2026-03-09T23:59:59Z"))).toBe("01:04:01");
    expect(formatMoment(at, Date.parse("2026-03-10T00:00:00Z"))).toBe("2026-03-09 01:04:01");
  });
});

it.each([
  [0, "0 B"],
  [1_023, "1023 B"],
  [1_024, "1.0 KiB"],
  [10_240, "10 KiB"],
  [1_572_864, "1.5 MiB"],
  [5_368_709_120, "5.0 GiB"],
  [2 ** 50, "1024 TiB"],
])("a size of %s bytes reads %s", (bytes, text) => {
  expect(plain(formatBytes(bytes))).toBe(text);
});

it("a count has its thousands apart", () => {
  expect(formatCount(1_284)).toBe("1,284");
});

it.each([
  ["local:ada", "ada", "ada"],
  ["key:ops", "key ops", "密钥 ops"],
  ["key:a:b", "key a:b", "密钥 a:b"],
  ["runwright", "runwright", "runwright"],
  ["local:", "local:", "local:"],
])("the actor %s is called %s and %s", (actor, inEnglish, inChinese) => {
  expect(formatActor(actor, english)).toBe(inEnglish);
  expect(formatActor(actor, chinese)).toBe(inChinese);
});
