/** What jsdom lacks of a browser, a server that refuses what no test answered for, and English to begin with. */

import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll } from "vitest";
import { changeLanguage, startI18n } from "../i18n";
import { en } from "../i18n/en";
import { zhCN } from "../i18n/zh-CN";
import { FakeEventSource } from "./FakeEventSource";
import { setWidth } from "./screen";
import { server } from "./server";
import { computedStyle } from "./styles";

startI18n("en", { en, "zh-CN": zhCN });
// jsdom loads no style sheet, so nothing is hidden by one: asking each ancestor's style only costs time. A
// wait ends as soon as it can; the bound is for a machine with other things to do.
configure({ defaultHidden: true, asyncUtilTimeout: 10_000 });

class NoResize implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** React Flow reads the zoom of its viewport from a matrix. */
class Unscaled {
  readonly m22 = 1;
}

Object.assign(globalThis, {
  ResizeObserver: NoResize,
  DOMMatrixReadOnly: Unscaled,
  EventSource: FakeEventSource,
});

// jsdom lays nothing out: these sizes let the virtual list show its rows and the graph its boxes.
const HEIGHTS: Record<string, number> = { "log-lines": 360, "log-slot": 18 };
const height = {
  configurable: true,
  get(this: HTMLElement) {
    return HEIGHTS[this.className] ?? 64;
  },
};
const width = { configurable: true, get: () => 172 };
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: height,
  clientHeight: height,
  offsetWidth: width,
  clientWidth: width,
});
// The editor measures its lines by ranges.
const nowhere = () => ({ x: 0, y: 0, width: 0, height: 0, top: 0, right: 0, bottom: 0, left: 0 }) as DOMRect;
Range.prototype.getBoundingClientRect = nowhere;
Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
window.getComputedStyle = computedStyle;
Element.prototype.scrollIntoView = () => {};
Element.prototype.scrollTo = () => {};

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  cleanup();
  server.resetHandlers();
  FakeEventSource.all.length = 0;
  changeLanguage("en");
  localStorage.clear();
  setWidth(1440);
});
afterAll(() => server.close());

setWidth(1440);
