import { redo, undo } from "@codemirror/commands";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState, Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { Knowledge } from "./completion";
import type { Mark } from "./marks";
import { parts, type Wishes, wished, wishes } from "./setup";

export interface EditorHandle {
  /** Put the cursor there, in sight, and the focus into the editor. */
  goTo(from: number, to?: number): void;
  /** The same without the focus: it stays on the canvas. */
  show(from: number, to?: number): void;
  undo(): void;
  redo(): void;
}

interface Props extends Wishes {
  text: string;
  /** Rises when `text` comes from outside and takes the place of what was written. */
  edition?: number;
  marks?: readonly Mark[];
  known?: Knowledge | null;
  onChange?: (text: string) => void;
  onCursor?: (offset: number) => void;
  ref?: Ref<EditorHandle>;
}

const NONE: readonly Mark[] = [];

/**
 * CodeMirror holds the text; what is typed is told by `onChange`. Only a new edition puts another text in, as one
 * step that undo takes back: were each drawing to do so, a late one would undo what was typed since.
 */
export function YamlEditor({
  text,
  edition = 0,
  marks = NONE,
  known = null,
  onChange,
  onCursor,
  ref,
  ...wanted
}: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  // Read when the editor calls back: it is made once, these change with each drawing.
  const latest = useRef({ onChange, onCursor, known });
  latest.current = { onChange, onCursor, known };
  const first = useRef({ text, wanted });

  useEffect(() => {
    const listener = EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
      if (update.selectionSet || update.docChanged)
        latest.current.onCursor?.(update.state.selection.main.head);
    });
    const extensions = [wishes.of(wished(first.current.wanted)), parts(() => latest.current.known), listener];
    const made = new EditorView({
      parent: host.current!,
      state: EditorState.create({ doc: first.current.text, extensions }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  const put = useRef({ edition, text });
  put.current.text = text;
  useEffect(() => {
    if (put.current.edition === edition) return;
    put.current.edition = edition;
    const state = view.current!.state;
    view.current!.dispatch({
      changes: { from: 0, to: state.doc.length, insert: put.current.text },
      annotations: Transaction.userEvent.of("input.replace"),
    });
  }, [edition]);

  const { label, description, language, readOnly, wraps } = wanted;
  useEffect(() => {
    const effects = wishes.reconfigure(wished({ label, description, language, readOnly, wraps }));
    view.current!.dispatch({ effects });
  }, [label, description, language, readOnly, wraps]);

  useEffect(() => {
    const { state } = view.current!;
    const inside = (offset: number) => Math.min(offset, state.doc.length);
    const diagnostics = marks.map((mark) => ({
      from: inside(mark.from),
      to: inside(mark.to),
      severity: mark.severity,
      message: `${mark.text} ${mark.fix}`.trim(),
    }));
    view.current!.dispatch(setDiagnostics(state, diagnostics));
  }, [marks]);

  useImperativeHandle(ref, () => {
    const show = (from: number, to = from) => {
      const editor = view.current!;
      const most = editor.state.doc.length;
      editor.dispatch({
        selection: { anchor: Math.min(from, most), head: Math.min(to, most) },
        effects: EditorView.scrollIntoView(Math.min(from, most), { y: "center" }),
      });
    };
    return {
      show,
      goTo(from, to = from) {
        show(from, to);
        view.current!.focus();
      },
      undo: () => void undo(view.current!),
      redo: () => void redo(view.current!),
    };
  });

  return <div className="yaml" ref={host} />;
}
