import { type LanguageSupport, StreamLanguage } from "@codemirror/language";
import type { Extension } from "@codemirror/state";

/** Each comes when it is first written in. */
const LANGUAGES: Record<string, () => Promise<Extension>> = {
  python: async (): Promise<LanguageSupport> => (await import("@codemirror/lang-python")).python(),
  sql: async () => {
    const { sql, PostgreSQL } = await import("@codemirror/lang-sql");
    return sql({ dialect: PostgreSQL, upperCaseKeywords: false });
  },
  shell: async () =>
    StreamLanguage.define({
      token(stream) {
        if (stream.match(/#.*/)) return "comment";
        if (stream.match(/"(?:[^"\\]|\\.)*"?|'[^']*'?/)) return "string";
        if (stream.match(/\$\{?\w+\}?/)) return "variableName.special";
        if (stream.match(/(?:if|then|else|fi|for|in|do|done|while|case|esac)\b/)) return "keyword";
        if (!stream.match(/[\w./-]+/)) stream.next();
        return null;
      },
    }),
};

export async function languageOf(name: string): Promise<Extension> {
  return (await LANGUAGES[name]?.()) ?? [];
}
