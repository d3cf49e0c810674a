// @vitest-environment node

import { describe, expect, it } from "vitest";
import { plain, spans } from "./ansi";

describe("colours of a terminal", () => {
  it.each([
    ["plain", [{ text: "plain" }]],
    ["\u001b[31mred\u001b[0m not", [{ text: "red", color: 1 }, { text: " not" }]],
    ["\u001b[1;4;92mok\u001b[m", [{ text: "ok", bold: true, underline: true, color: 10 }]],
    [
      "\u001b[38;5;9ma\u001b[38;5;196mb\u001b[48;5;244mc",
      [
        { text: "a", color: 9 },
        { text: "b", color: "rgb(255 0 0)" },
        { text: "c", color: "rgb(255 0 0)", background: "rgb(128 128 128)" },
      ],
    ],
    [
      "\u001b[38;2;1;2;3mx\u001b[39;7my\u001b[27;103mz",
      [
        { text: "x", color: "rgb(1 2 3)" },
        { text: "y", inverse: true },
        { text: "z", background: 11 },
      ],
    ],
    [
      "\u001b[38:2::1:2:3mx\u001b[38:2:4:5:6my",
      [
        { text: "x", color: "rgb(1 2 3)" },
        { text: "y", color: "rgb(4 5 6)" },
      ],
    ],
    [
      "\u001b[1;2;3;9mx\u001b[22;23;29my",
      [{ text: "x", bold: true, dim: true, italic: true, strike: true }, { text: "y" }],
    ],
    [
      "\u001b[4:3mwavy\u001b[4:0m\u001b[21mdouble\u001b[24m",
      [
        { text: "wavy", underline: true },
        { text: "double", underline: true },
      ],
    ],
    ["\u001b[38;5;999mx\u001b[38;9;1my", [{ text: "x" }, { text: "y", bold: true }]],
  ])("%j", (text, wanted) => {
    expect(spans(text)).toEqual(wanted);
  });

  it("and nothing else of what a terminal obeys", () => {
    const text =
      "\u001b]8;;https://example.com\u0007link\u001b]8;;\u001b\\ \u001b[2K\u001b[1Gdone\u001b7\r\u0007\u001b";
    expect(
      spans(text)
        .map((span) => span.text)
        .join(""),
    ).toBe("link done");
    expect(plain(text)).toBe("link done");
    expect(plain("a\tb 中文 <b>")).toBe("a\tb 中文 <b>");
  });

  it("taken out leave the same text, whatever stands there", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % below;
    };
    const pieces = [
      "\u001b",
      "[",
      "38;2;",
      "5;",
      "m",
      "]",
      "\u0007",
      "x",
      "7",
      "中",
      ";",
      ":",
      "48",
      "\\",
      "\n",
    ];
    for (let round = 0; round < 2_000; round += 1) {
      const text = Array.from({ length: random(14) }, () => pieces[random(pieces.length)]).join("");
      expect(
        spans(text)
          .map((span) => span.text)
          .join(""),
      ).toBe(plain(text));
    }
  });
});
