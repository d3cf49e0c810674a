/** The editor's parts. What changes while it lives (language, read-only, wrapping) sits in compartments. */

import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { completionSource, type Knowledge } from "./completion";
import { look } from "./look";
import { CHINESE_PHRASES } from "./phrases";

export interface Wishes {
  label: string;
  description: string | undefined;
  language: string;
  readOnly: boolean;
  wraps: boolean;
}

export const wishes = new Compartment();

export function wished({ label, description, language, readOnly, wraps }: Wishes): Extension {
  const attributes: Record<string, string> = { "aria-label": label, spellcheck: "false" };
  if (description) attributes["aria-describedby"] = description;
  if (readOnly) attributes["aria-readonly"] = "true";
  return [
    EditorView.contentAttributes.of({ tabindex: "0", ...attributes }),
    EditorState.readOnly.of(readOnly),
    language.startsWith("zh") ? EditorState.phrases.of(CHINESE_PHRASES) : [],
    wraps ? EditorView.lineWrapping : [],
  ];
}

export function parts(known: () => Knowledge | null): Extension {
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightActiveLine(),
    history(),
    bracketMatching(),
    highlightSelectionMatches(),
    lintGutter(),
    yaml(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    autocompletion({ override: [completionSource(known)], icons: false, activateOnTyping: true }),
    // Escape and then Tab leaves: CodeMirror lets the Tab after an Escape go.
    keymap.of([
      ...completionKeymap,
      ...lintKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
    look,
  ];
}
