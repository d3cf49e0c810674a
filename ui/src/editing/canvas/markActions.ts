/** What can be done with notes and groups; each is one change of the text. */

import type { Definition } from "../../api/types";
import { around, isStep, marksIn, NOTE_SIZE, noteKey, noteOf } from "../../graph/marks";
import { addGroup, addNote, removeMarks, setMark } from "../document/marks";
import { moveNodes, type Point } from "../document/nodes";
import { GRID, type Places } from "./places";

interface Means {
  change: (make: (text: string) => string, joins?: boolean) => boolean;
  drawn: () => Definition;
  placesNow: () => Places;
  /** The text with every step's place in it. */
  placed: (text: string) => string;
  select: (ids: readonly string[]) => void;
}

export function markActions({ change, drawn, placesNow, placed, select }: Means) {
  return {
    addNote(text: string, near: readonly string[]) {
      const position = placeOfNote(drawn(), placesNow(), near);
      let made = "";
      change((before) => {
        // What it stands beside is not to move away from it.
        const added = addNote(placed(before), { text, position });
        made = added.id;
        return added.text;
      });
      if (made) select([noteKey(made)]);
    },
    setNote: (key: string, field: "text" | "color", value: string) =>
      change((text) => setMark(text, "notes", noteOf(key), field, value), true),
    resizeNote(id: string, { width, height }: { width: number; height: number }, at: Point) {
      const size = { width: Math.round(width), height: Math.round(height) };
      change((text) => moveNodes(setMark(text, "notes", id, "size", size), new Map([[noteKey(id), at]])));
    },
    group(keys: readonly string[], title: string) {
      const steps = keys.filter(isStep);
      if (steps.length === 0) return;
      change((text) => addGroup(text, steps, title));
      select(steps);
    },
    ungroup: (id: string) => change((text) => removeMarks(text, "groups", [id])),
    setGroup: (id: string, field: "title" | "color", value: string) =>
      change((text) => setMark(text, "groups", id, field, value), true),
  };
}

/** Above what is selected, else above all; beside the notes that stand there. */
function placeOfNote(definition: Definition, places: Places, near: readonly string[]): Point {
  const chosen = near.flatMap((key) => places.get(key) ?? []);
  const all = chosen.length > 0 ? chosen : [...places.values()];
  const notes = marksIn(definition).notes;
  if (all.length === 0 && notes.length === 0) return { x: 0, y: 0 };
  const corners = all.length > 0 ? all : notes.map(({ position }) => position);
  const boxes = marksIn(definition).groups.flatMap((group) => around(group, (id) => places.get(id)) ?? []);
  const y = Math.min(...[...corners, ...boxes].map((place) => place.y)) - NOTE_SIZE.height - 2 * GRID;
  let x = Math.min(...corners.map((place) => place.x));
  const isTaken = () =>
    notes.some(
      ({ position, size }) =>
        position.x < x + NOTE_SIZE.width &&
        x < position.x + size.width &&
        position.y < y + NOTE_SIZE.height &&
        y < position.y + size.height,
    );
  while (isTaken()) x += GRID;
  return { x: Math.round(x), y: Math.round(y) };
}
