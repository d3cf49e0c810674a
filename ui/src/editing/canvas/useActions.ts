/** What can be done on the canvas. Each action is one change of the text, and so one step of undo. */

import { useMemo, useRef } from "react";
import type { Definition } from "../../api/types";
import { isPlaced, layoutAll } from "../../graph/layout";
import { isNote, noteOf } from "../../graph/marks";
import type { NodeKindItem } from "../completion";
import { copy, duplicate, paste } from "../document/clipboard";
import { connect, disconnect, setEdge, whyNotConnect } from "../document/edges";
import { addInput, removeInput, renameInput, setRequired } from "../document/inputs";
import { removeMarks } from "../document/marks";
import {
  addNode,
  forgetPlaces,
  idsIn,
  moveNodes,
  type Point,
  removeNodes,
  renameKey,
  setField,
  setParam,
} from "../document/nodes";
import { renameNode } from "../document/rename";
import { open, Unreadable } from "../document/text";
import type { Editing } from "../useEditing";
import { markActions } from "./markActions";
import { type Places, placeFor, placesOf, snapped } from "./places";
import { starterOf } from "./starters";
import type { Ends, Selecting, Selection } from "./useSelection";

export interface Where {
  /** Where it was dropped. */
  at?: Point;
  after?: string | undefined;
  /** The edge it comes into. */
  into?: Ends | undefined;
}

export function useActions(
  editing: Editing,
  definition: Definition,
  /** In which it is drawn while nobody has placed it. */
  direction: "LR" | "TB",
  selecting: Selecting,
) {
  const latest = useRef({ editing, definition, direction, selecting });
  latest.current = { editing, definition, direction, selecting };
  return useMemo(() => {
    const drawn = () => latest.current.definition;
    const placesNow = (): Places => placesOf(drawn(), latest.current.direction);
    /** Nothing happens where the text cannot be read: the canvas says so then. */
    const change = (make: (text: string) => string, joins = false): boolean => {
      try {
        latest.current.editing.change(make(latest.current.editing.now()), joins);
        return true;
      } catch (error) {
        if (error instanceof Unreadable) return false;
        throw error;
      }
    };
    /** A graph that somebody places is placed wholly: else what was not touched would move. */
    const placed = (text: string, places: Places) => {
      const notesAlone = places.size > 0 && [...places.keys()].every(isNote);
      if (isPlaced(drawn()) || notesAlone) return moveNodes(text, places);
      const others = [...placesNow()].map(([id, place]) => [id, snapped(place)] as const);
      return moveNodes(text, new Map([...others, ...places]));
    };
    const isThere = (id: string): boolean => {
      try {
        return idsIn(open(latest.current.editing.now())).includes(id);
      } catch {
        return false;
      }
    };
    const select = (ids: readonly string[]) => latest.current.selecting.selectNodes(ids);
    return {
      ...markActions({ change, drawn, placesNow, placed: (text) => placed(text, new Map()), select }),
      add(kind: NodeKindItem, { at, into, ...where }: Where = {}): string | null {
        // What was selected may have been taken out a moment ago.
        const after = where.after !== undefined && isThere(where.after) ? where.after : undefined;
        const config = starterOf(kind, into?.from ?? after ?? null);
        const pinned = at !== undefined || isPlaced(drawn());
        const position =
          at ??
          (pinned
            ? placeFor(
                placesNow(),
                layoutAll(drawn(), latest.current.direction).direction,
                into?.from ?? after,
                into?.to,
              )
            : undefined);
        let made: string | null = null;
        change((text) => {
          const fixed = at && !isPlaced(drawn()) ? placed(text, new Map()) : text;
          const wanted = { kind: kind.kind, config, ...(position && { position }), ...(after && { after }) };
          const added = addNode(fixed, into ? { ...wanted, into } : wanted);
          made = added.id;
          return added.text;
        });
        if (made !== null) select([made]);
        return made;
      },
      remove({ nodes, edge }: Selection) {
        if (edge) change((text) => disconnect(text, [edge]));
        else if (nodes.length > 0) {
          const notes = nodes.filter(isNote).map(noteOf);
          change((text) => removeMarks(removeNodes(text, nodes), "notes", notes));
        }
        select([]);
      },
      connect(from: string, to: string) {
        if (whyNotConnect(drawn(), from, to) === null) change((text) => connect(text, from, to));
      },
      disconnect: (ends: Ends) => change((text) => disconnect(text, [ends])),
      move: (places: Places) => change((text) => placed(text, places)),
      tidy: () => change(forgetPlaces),
      duplicate(ids: readonly string[]) {
        let copies: readonly string[] = [];
        change((text) => {
          const made = duplicate(text, ids);
          copies = made?.ids ?? [];
          return made?.text ?? text;
        });
        select(copies);
      },
      /** null where the text cannot be read. */
      copied(ids: readonly string[]): string | null {
        try {
          return copy(latest.current.editing.now(), ids);
        } catch {
          return null;
        }
      },
      /** Whether the clip held steps. */
      paste(clip: string): boolean {
        let ids: readonly string[] | null = null;
        change((text) => {
          const made = paste(text, clip);
          ids = made?.ids ?? null;
          return made?.text ?? text;
        });
        if (ids) select(ids);
        return ids !== null;
      },
      rename(id: string, name: string) {
        change((text) => renameNode(text, id, name));
        // Until the text is read it has its old name: without it the form would go, and the focus with it.
        select([id, name]);
      },
      set: (id: string, pointer: string, value: unknown) =>
        change((text) => setParam(text, id, pointer, value), true),
      renameKey: (id: string, pointer: string, old: string, name: string) =>
        change((text) => renameKey(text, id, pointer, old, name)),
      /** A field of the workflow itself, or what a pointer without its first `/` leads to in it. */
      setTop: (field: string, value: unknown) => change((text) => setField(text, `/${field}`, value), true),
      addInput: () => change((text) => addInput(text).text),
      renameInput: (old: string, name: string) => change((text) => renameInput(text, old, name)),
      removeInput: (name: string) => change((text) => removeInput(text, name)),
      setRequired: (name: string, needed: boolean) => change((text) => setRequired(text, name, needed)),
      setEdge: (ends: Ends, field: "when" | "label", value: string) =>
        change((text) => setEdge(text, ends, field, value), true),
    };
  }, []);
}

export type Acting = ReturnType<typeof useActions>;
