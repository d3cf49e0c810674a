import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { look } from "../look";
import { languageOf } from "./languages";
import { type Names, namesSource, template } from "./template";

interface Props {
  text: string;
  language: string;
  /** One line, as an input has it. */
  single?: boolean;
  label: string;
  describedBy?: string | undefined;
  wrong?: boolean;
  readOnly: boolean;
  /** What `${...}` can name; null where the text holds no expression. */
  names: Names | null;
  onChange: (text: string) => void;
}

const fromOutside = Annotation.define<boolean>();

/** No key makes another line; a value that came with several can be changed and shortened. */
const oneLine = EditorState.transactionFilter.of((change) => {
  const longer = change.docChanged && change.newDoc.lines > Math.max(1, change.startState.doc.lines);
  return longer && !change.annotation(fromOutside) ? [] : change;
});

/** A field for code. It has no history of its own: undo is that of the whole text (useUndoKeys). */
export function CodeField(props: Props) {
  const { text, language, single = false, label, describedBy, wrong = false, readOnly, names } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const first = useRef({ text, hasNames: names !== null });
  const parts = useRef({ language: new Compartment(), attributes: new Compartment() });

  useEffect(() => {
    const { language: spoken, attributes } = parts.current;
    const known = () => latest.current.names ?? { inputs: [], steps: [] };
    const made = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [
          spoken.of(first.current.hasNames ? template : []),
          attributes.of([]),
          bracketMatching(),
          closeBrackets(),
          indentUnit.of("    "),
          EditorView.lineWrapping,
          single
            ? [
                oneLine,
                EditorView.clipboardInputFilter.of((text) => text.trimEnd().replace(/\s*\n\s*/g, " ")),
              ]
            : [],
          first.current.hasNames
            ? autocompletion({ override: [namesSource(known)], icons: false })
            : autocompletion(),
          keymap.of([...completionKeymap, ...defaultKeymap, ...(single ? [] : [indentWithTab])]),
          look,
          EditorView.updateListener.of((update) => {
            const own = !update.transactions.some((change) => change.annotation(fromOutside));
            if (update.docChanged && own) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [single]);

  useEffect(() => {
    let wanted = true;
    if (!first.current.hasNames)
      void languageOf(language).then((spoken) => {
        if (wanted) view.current?.dispatch({ effects: parts.current.language.reconfigure(spoken) });
      });
    return () => {
      wanted = false;
    };
  }, [language]);

  useEffect(() => {
    const attributes: Record<string, string> = { "aria-label": label, tabindex: "0", spellcheck: "false" };
    if (describedBy) attributes["aria-describedby"] = describedBy;
    if (wrong) attributes["aria-invalid"] = "true";
    view.current?.dispatch({
      effects: parts.current.attributes.reconfigure([
        EditorView.contentAttributes.of(attributes),
        EditorState.readOnly.of(readOnly),
      ]),
    });
  }, [label, describedBy, wrong, readOnly]);

  useEffect(() => {
    const editor = view.current!;
    if (editor.state.doc.toString() === text) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: text },
      annotations: fromOutside.of(true),
    });
  }, [text]);

  return (
    <div ref={host} className={`code-field ${single ? "single" : ""}`} data-wrong={wrong || undefined} />
  );
}
