import i18next from "i18next";
import { describe, expect, it } from "vitest";
import { problem } from "../test/server";
import { Refused } from "./client";
import { tell, tellError } from "./problem";

const english = i18next.getFixedT("en");
const chinese = i18next.getFixedT("zh-CN");
const failure = { message: "it broke", advice: "Mend line 3." };

describe("a failure is told", () => {
  it("by its code, in the reader's language", () => {
    const told = { ...failure, code: "python_exception", category: "step", type: "KeyError" };
    expect(tell(told, english, "en")).toMatchObject({
      category: "The step’s code failed",
      title: "the code raised KeyError",
      message: "it broke",
    });
    expect(tell(told, chinese, "zh-CN").title).toBe("代码抛出了 KeyError");
  });

  it("with the server's advice where the page has none for the code, if the reader reads English", () => {
    const told = { ...failure, code: "something_new", category: "capacity" };
    expect(tell(told, english, "en-GB")).toMatchObject({ title: null, advice: "Mend line 3." });
    expect(tell(told, chinese, "zh-CN").advice).toBe("稍等片刻，同样的请求之后可能会通过。");
  });

  it("by its category when the server gives no advice", () => {
    const told = { code: "x", category: "timeout", message: "", advice: "" };
    expect(tell(told, english, "en").advice).toMatch(/time limit/);
  });

  it("as internal when a newer server has a category this page does not know", () => {
    expect(tell({ ...failure, code: "x", category: "weather" }, english, "en").category).toMatch(
      /inside Runwright/,
    );
  });
});

describe("an error is told", () => {
  it("with the request's id when the server refused", () => {
    const error = new Refused(problem("queue_full", { category: "capacity" }));
    expect(tellError(error, english, "en")).toMatchObject({
      title: "the queue is full",
      message: "The server says queue_full.",
      requestId: "req-1",
    });
  });

  it("as the page's own otherwise", () => {
    expect(tellError(new Error("oh"), english, "en")).toMatchObject({ message: "oh", requestId: "" });
    expect(tellError("thrown text", english, "en").message).toBe("thrown text");
  });
});
