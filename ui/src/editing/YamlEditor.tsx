import { isolateHistory, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
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
  /** Put the cursor there, in sight, and leave the focus where it is. */
  reveal(from: number): void;
  undo(): void;
  redo(): void;
}

/** Whether something can be taken back, or put back. */
export interface History {
  undo: boolean;
  redo: boolean;
}

interface Props extends Wishes {
  text: string;
  /** Rises when `text` comes from outside and takes the place of what was written. */
  edition?: number;
  /** Whether the new edition is taken back together with the one before, as letters typed in a row are. */
  joins?: boolean;
  marks?: readonly Mark[];
  known?: Knowledge | null;
  onChange?: (text: string) => void;
  onCursor?: (offset: number) => void;
  onHistory?: (history: History) => void;
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
  joins = false,
  marks = NONE,
  known = null,
  onChange,
  onCursor,
  onHistory,
  ref,
  ...wanted
}: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  // Read when the editor calls back: it is made once, these change with each drawing.
  const latest = useRef({ onChange, onCursor, onHistory, known });
  latest.current = { onChange, onCursor, onHistory, known };
  const first = useRef({ text, wanted });

  useEffect(() => {
    const listener = EditorView.updateListener.of((update) => {
      if (update.docChanged) {
        latest.current.onChange?.(update.state.doc.toString());
        latest.current.onHistory?.({ undo: undoDepth(update.state) > 0, redo: redoDepth(update.state) > 0 });
      }
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

  const put = useRef({ edition, text, joins });
  put.current = { ...put.current, text, joins };
  useEffect(() => {
    if (put.current.edition === edition) return;
    put.current.edition = edition;
    const { text: other, joins: typed } = put.current;
    const changes = difference(view.current!.state.doc.toString(), other);
    if (!changes) return;
    view.current!.dispatch({
      changes,
      // Without a user's event the history joins what follows each other, and no completion opens behind the form.
      annotations: typed ? [] : [Transaction.userEvent.of("input.replace"), isolateHistory.of("full")],
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

  useImperativeHandle(ref, () => ({
    goTo(from, to = from) {
      const editor = view.current!;
      const most = editor.state.doc.length;
      // Before the cursor moves: where it is counts for the canvas while somebody is in the text.
      editor.focus();
      editor.dispatch({
        selection: { anchor: Math.min(from, most), head: Math.min(to, most) },
        effects: EditorView.scrollIntoView(Math.min(from, most), { y: "center" }),
      });
    },
    reveal(from) {
      const anchor = Math.min(from, view.current!.state.doc.length);
      view.current!.dispatch({
        selection: { anchor },
        effects: EditorView.scrollIntoView(anchor, { y: "center" }),
      });
    },
    undo: () => void undo(view.current!),
    redo: () => void redo(view.current!),
  }));

  return <div className="yaml" ref={host} />;
}

/** The one stretch in which two texts differ: what is around it keeps cursor and marks. */
function difference(before: string, after: string) {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) };
}
