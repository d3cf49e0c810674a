/** CodeMirror in the page's tokens: one look for both themes, since the tokens change by themselves. */

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--done-t)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--run-t)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--ink3)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.typeName, tags.labelName, tags.attributeValue], color: "var(--retry-t)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--ink2)" },
]);

const box = {
  border: "1px solid var(--line2)",
  borderRadius: "8px",
  backgroundColor: "var(--surface)",
  color: "var(--ink)",
  boxShadow: "var(--shadow)",
};

const theme = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--ink)" },
  // The gutter has a ground of its own and would cover a ring drawn by the editor's outline.
  "&.cm-focused": { outline: "none" },
  "&.cm-focused::after": {
    content: '""',
    position: "absolute",
    inset: "0",
    border: "2px solid var(--accent)",
    pointerEvents: "none",
    zIndex: "5",
  },
  ".cm-scroller": {
    fontFamily: "var(--mono)",
    fontVariantLigatures: "none",
    fontSize: "12px",
    lineHeight: "20px",
  },
  ".cm-content": { caretColor: "var(--accent)", padding: "8px 0" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink3)", border: "0" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--sunken) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", color: "inherit" },
  "& ::selection": { backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent)" },
  ".cm-selectionMatch": { backgroundColor: "var(--retry-s)" },
  ".cm-searchMatch": { backgroundColor: "var(--retry-s)", outline: "1px solid var(--retry)" },
  ".cm-tooltip": box,
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--mono)",
    fontSize: "12px",
    maxHeight: "15em",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", lineHeight: "20px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--ink)",
    boxShadow: "inset 2px 0 var(--accent)",
  },
  ".cm-completionDetail": { color: "var(--ink3)", fontStyle: "normal", fontFamily: "var(--sans)" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)", fontWeight: "600" },
  ".cm-completionIcon": { display: "none" },
  ".cm-tooltip.cm-completionInfo": {
    ...box,
    padding: "8px 10px",
    maxWidth: "280px",
    font: "12px / 18px var(--sans)",
    color: "var(--ink2)",
  },
  ".cm-diagnostic": { padding: "6px 10px", font: "13px / 20px var(--sans)", borderLeft: "3px solid" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--fail)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--retry)" },
  ".cm-lintRange": {
    backgroundImage: "none",
    textDecoration: "underline wavy 1.5px",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-error": { textDecorationColor: "var(--fail)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--retry-glyph)" },
  ".cm-gutter-lint": { width: "18px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 2px", display: "flex", alignItems: "center" },
  ".cm-lint-marker": { width: "12px", height: "12px", content: '""' },
  ".cm-lint-marker-error": {
    content: '""',
    backgroundColor: "var(--fail)",
    clipPath: "polygon(50% 0, 100% 50%, 50% 100%, 0 50%)",
  },
  ".cm-lint-marker-warning": {
    content: '""',
    backgroundColor: "var(--retry-glyph)",
    clipPath: "polygon(50% 6%, 100% 94%, 0 94%)",
  },
  ".cm-panels": { backgroundColor: "var(--bg)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panel.cm-search": { padding: "8px 28px 8px 12px", font: "12px / 16px var(--sans)" },
  ".cm-panel.cm-search label": { fontSize: "12px" },
  ".cm-textfield": {
    border: "1px solid var(--field)",
    borderRadius: "6px",
    backgroundColor: "var(--surface)",
    minHeight: "28px",
    fontSize: "12px",
  },
  ".cm-button": {
    border: "1px solid var(--line2)",
    borderRadius: "6px",
    background: "var(--surface)",
    color: "var(--ink)",
    minHeight: "28px",
    fontSize: "12px",
  },
});

export const look: Extension = [theme, syntaxHighlighting(colours)];
