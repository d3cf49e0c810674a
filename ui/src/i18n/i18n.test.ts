import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import i18next from "i18next";
import { describe, expect, it, vi } from "vitest";
import { CATEGORIES } from "../api/problem";
import { EVENT_TYPES } from "../execution/events";
import { en } from "./en";
import { changeLanguage, LANGUAGES, loadWords, preferredLanguage, startI18n } from "./index";
import { zhCN } from "./zh-CN";

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

const english = flat(en);
const chinese = flat(zhCN);
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
const single = (key: string) => key.replace(/_(one|other)$/, "");

const SOURCES = resolve(process.cwd(), "src");
const code = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^i18n|^test|schema\.ts$/.test(name))
  .map((name) => readFileSync(join(SOURCES, name), "utf8"))
  .join("\n");

/** Keys the code names in full: in `t("a.b")`, or in a table of words. */
const named = new Set([...code.matchAll(/"([a-zA-Z]+(?:\.[a-zA-Z_]+)+)"/g)].map((match) => match[1]!));
/** Keys the code puts together: t(`a.${b}.c`) may name any key of that form. */
const composed = [...code.matchAll(/`([a-zA-Z]+\.[^`\s]*\$\{[^`]*)`/g)].map((match) => {
  const parts = match[1]!.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\."));
  return new RegExp(`^${parts.join("[^.]+")}$`);
});

describe("the two languages", () => {
  it("have the same keys", () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("name the same values in every sentence", () => {
    for (const [key, text] of english)
      expect([key, placeholders(chinese.get(key)!)]).toEqual([key, placeholders(text)]);
  });

  it("have no empty sentence", () => {
    for (const [key, text] of [...english, ...chinese]) expect(text.trim(), key).not.toBe("");
  });

  it("are written in their own script", () => {
    for (const [key, text] of english) {
      if (key.startsWith("nav.language")) continue; // names both languages
      expect(text, key).not.toMatch(/[\u3400-\u9fff]/);
    }
    const words = [...chinese].filter(([, text]) => /[a-z]{3,}/i.test(text.replace(/\{\{\w+\}\}/g, "")));
    for (const [key, text] of words) expect(text, key).toMatch(/[\u3400-\u9fff]|^(Runwright|UTC|Ctrl ↵)$/);
  });

  it("have both plural forms wherever they have one", () => {
    for (const key of english.keys()) {
      if (key.endsWith("_one")) expect(english.has(`${single(key)}_other`), key).toBe(true);
    }
  });
});

describe("the code", () => {
  it("names no sentence that does not exist", () => {
    const known = new Set([...english.keys()].map(single));
    const sections = new Set([...known].map((key) => key.split(".")[0]));
    const missing = [...named].filter((key) => sections.has(key.split(".")[0]) && !known.has(key));
    // Names of events and of topics look like keys of a section.
    const events: readonly string[] = [...EVENT_TYPES, "workflow.created"];
    expect(missing.filter((key) => !events.includes(key))).toEqual([]);
  });

  it("uses every sentence", () => {
    const unused = [...english.keys()].filter((key) => {
      const plain = single(key);
      return !named.has(plain) && !composed.some((form) => form.test(plain));
    });
    expect(unused).toEqual([]);
  });

  it("has words only for refusals and failures that the server sends, and for its own", () => {
    const root = resolve(process.cwd(), "..");
    const python = ["domain", "application", "infrastructure", "interfaces"].flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".py"))
        .map((name) => readFileSync(join(root, room, name), "utf8")),
    );
    const sent = python.join("\n");
    // A refusal of what is not there puts its code together: NotFound("workflow version", ...).
    const composes = (code: string) =>
      sent.includes(`NotFound("${code.replace(/_not_found$/, "").replaceAll("_", " ")}"`);
    const never = Object.keys(en.errors).filter(
      (code) => code !== "network" && !sent.includes(`"${code}"`) && !composes(code),
    );
    expect(never).toEqual([]);
  });

  it("has a label and an advice for every category of failure", () => {
    expect(Object.keys(en.category).sort()).toEqual([...CATEGORIES].sort());
  });
});

describe("the language", () => {
  it.each([
    ["zh-CN", ["en-US"], "zh-CN"],
    ["en", ["zh-CN"], "en"],
    [null, ["de-DE", "zh-Hant-TW", "en"], "zh-CN"],
    [null, ["en-GB", "zh"], "en"],
    [null, ["de-DE"], "en"],
    ["klingon", ["zh"], "zh-CN"],
  ])("remembered as %s in a browser of %s is %s", (remembered, offered, language) => {
    expect(preferredLanguage(remembered, offered)).toBe(language);
  });

  it("is remembered, and the page says which it is", () => {
    changeLanguage("zh-CN");
    expect(document.documentElement.lang).toBe("zh-CN");
    expect(startI18n().t("run.start")).toBe("运行");
    expect(preferredLanguage(undefined, ["en"])).toBe("zh-CN");
  });

  it("can be changed where storage is switched off", () => {
    const off = () => {
      throw new DOMException("off", "SecurityError");
    };
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(off);
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(off);
    changeLanguage("zh-CN");
    expect(startI18n().language).toBe("zh-CN");
    expect(preferredLanguage(undefined, ["en"])).toBe("en");
  });

  it("that is not here yet comes when it is chosen; until it has come the other stays", async () => {
    changeLanguage("en");
    i18next.removeResourceBundle("zh-CN", "translation");
    changeLanguage("zh-CN");
    expect(document.documentElement.lang).toBe("en");
    await vi.waitFor(() => expect(startI18n().t("run.start")).toBe("运行"));
    expect(document.documentElement.lang).toBe("zh-CN");
    await loadWords(); // there is nothing left to load
    expect(LANGUAGES.every((language) => i18next.hasResourceBundle(language, "translation"))).toBe(true);
  });

  it("never papers over a missing sentence with the other language", () => {
    expect(startI18n().options.fallbackLng).toEqual(false);
  });
});
