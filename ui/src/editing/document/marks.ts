/** Notes and groups of the canvas put in, changed and taken out. Each function gives the text after. */

import { type Document, isMap, isSeq, YAMLMap, YAMLSeq } from "yaml";
import { noteKey } from "../../graph/marks";
import { freeId, type Point, rounded } from "./nodes";
import { edited, mapOf, written } from "./text";

type List = "notes" | "groups";

export function addNote(text: string, note: { text: string; position: Point }): { text: string; id: string } {
  let id = "";
  const changed = edited(text, (document) => {
    const notes = marksList(document, "notes");
    id = freeId("note", idsOf(notes));
    notes.add(mapOf(document, { id, text: note.text, position: rounded(note.position) }));
  });
  return { text: changed, id };
}

/** The steps leave the groups they were in. */
export function addGroup(text: string, nodes: readonly string[], title: string): string {
  return edited(text, (document) => {
    dropMembers(document, nodes);
    const groups = marksList(document, "groups");
    groups.add(mapOf(document, { id: freeId("group", idsOf(groups)), title, nodes: [...nodes] }));
  });
}

/** undefined takes the field out. */
export function setMark(text: string, list: List, id: string, field: string, value: unknown): string {
  return edited(text, (document) => {
    const mark = markIn(document, list, id);
    if (value === undefined) mark?.delete(field);
    else mark?.set(field, written(document, value));
  });
}

export function removeMarks(text: string, list: List, ids: readonly string[]): string {
  return edited(text, (document) => {
    const marks = marksIn(document, list);
    if (!marks) return;
    marks.items = marks.items.filter((mark) => !(isMap(mark) && ids.includes(String(mark.get("id")))));
    tidy(document);
  });
}

/** Steps that are gone are in no group. */
export function dropMembers(document: Document, ids: readonly string[]): void {
  const groups = marksIn(document, "groups");
  if (!groups) return;
  groups.items = groups.items.filter((group) => {
    const members = isMap(group) ? group.get("nodes", true) : null;
    if (!isSeq(members)) return true;
    const before = members.items.length;
    members.items = members.items.filter((member) => !ids.includes(String(member)));
    return members.items.length > 0 || before === 0;
  });
  tidy(document);
}

export function renameMember(document: Document, id: string, name: string): void {
  for (const group of marksIn(document, "groups")?.items ?? []) {
    const members = isMap(group) ? group.get("nodes", true) : null;
    if (!isSeq(members)) continue;
    members.items.forEach((member, index) => {
      if (String(member) === id) members.set(index, name);
    });
  }
}

/** Of a clip: the notes among `keys`, and the groups whose steps are all among them. */
export function keepMarks(document: Document, keys: readonly string[]): void {
  const notes = marksIn(document, "notes");
  if (notes)
    notes.items = notes.items.filter((note) => isMap(note) && keys.includes(noteKey(String(note.get("id")))));
  const groups = marksIn(document, "groups");
  if (groups)
    groups.items = groups.items.filter(
      (group) => isMap(group) && membersOf(group).every((id) => keys.includes(id)),
    );
  tidy(document);
}

export function membersOf(group: YAMLMap): string[] {
  const members = group.get("nodes", true);
  return isSeq(members) ? members.items.map(String) : [];
}

export function markIn(document: Document, list: List, id: string): YAMLMap | null {
  const found = marksIn(document, list)?.items.find((mark) => isMap(mark) && mark.get("id") === id);
  return (found as YAMLMap | undefined) ?? null;
}

export function marksIn(document: Document, list: List): YAMLSeq | null {
  const found = document.getIn(["canvas", list], true);
  return isSeq(found) ? found : null;
}

export function marksList(document: Document, list: List): YAMLSeq {
  const found = marksIn(document, list);
  if (found) return found;
  if (!isMap(document.get("canvas", true))) document.set("canvas", new YAMLMap());
  const made = new YAMLSeq();
  document.setIn(["canvas", list], made);
  return made;
}

export function idsOf(marks: YAMLSeq): string[] {
  return marks.items.flatMap((mark) => (isMap(mark) ? [String(mark.get("id"))] : []));
}

/** An empty list says nothing that its absence does not. */
function tidy(document: Document): void {
  for (const list of ["notes", "groups"] as const) {
    if (marksIn(document, list)?.items.length === 0) document.deleteIn(["canvas", list]);
  }
  const canvas = document.get("canvas", true);
  if (isMap(canvas) && canvas.items.length === 0) document.delete("canvas");
}
