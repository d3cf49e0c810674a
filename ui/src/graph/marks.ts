/** Notes beside the steps, and groups of steps: what a definition's `canvas` says. Sizes in px. Pure. */

import type { Definition } from "../api/types";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout";

export const COLOURS = ["yellow", "green", "blue", "violet", "red", "grey"] as const;
export type Colour = (typeof COLOURS)[number];

export interface NoteMark {
  id: string;
  text: string;
  position: { x: number; y: number };
  size: { width: number; height: number };
  color: Colour;
}

export interface GroupMark {
  id: string;
  title: string;
  nodes: readonly string[];
  color: Colour;
}

export interface Marks {
  notes: readonly NoteMark[];
  groups: readonly GroupMark[];
}

export const NOTE_SIZE = { width: 224, height: 96 };
/** Between a group's line and its boxes; above is room for its title. */
const ROOM = 16;
const TITLE = 28;
const NOTE = "note:";
const GROUP = "group:";

/** On the canvas ids of notes are told from those of steps, which have no colon. */
export const noteKey = (id: string): string => NOTE + id;
export const groupKey = (id: string): string => GROUP + id;
export const isNote = (key: string): boolean => key.startsWith(NOTE);
export const isStep = (key: string): boolean => !key.includes(":");
export const noteOf = (key: string): string => key.slice(NOTE.length);

type Loose = Record<string, unknown>;

/** Of a definition half written, what can be drawn. */
export function marksIn({ canvas, nodes = [] }: Pick<Definition, "canvas" | "nodes">): Marks {
  const { notes, groups } = (isObject(canvas) ? canvas : {}) as { notes?: unknown; groups?: unknown };
  const known = new Set(nodes.map(({ id }) => id));
  const grouped = new Set<string>();
  return {
    notes: named(notes).flatMap((note) => {
      const position = pair(note.position, "x", "y");
      if (!position) return [];
      const size = pair(note.size, "width", "height") ?? NOTE_SIZE;
      const text = typeof note.text === "string" ? note.text : "";
      return [{ id: note.id, text, position, size, color: colourOf(note.color, "yellow") } as NoteMark];
    }),
    groups: named(groups).flatMap((group) => {
      const wanted: unknown[] = Array.isArray(group.nodes) ? group.nodes : [];
      const members = wanted.filter(
        (id): id is string => typeof id === "string" && known.has(id) && !grouped.has(id),
      );
      for (const id of members) grouped.add(id);
      const title = typeof group.title === "string" ? group.title : "";
      return members.length === 0
        ? []
        : [{ id: group.id, title, nodes: [...new Set(members)], color: colourOf(group.color, "grey") }];
    }),
  };
}

/** The box around a group's steps; null where none of them is drawn. */
export function around({ nodes }: GroupMark, placeOf: (id: string) => { x: number; y: number } | undefined) {
  const places = nodes.flatMap((id) => placeOf(id) ?? []);
  if (places.length === 0) return null;
  const x = Math.min(...places.map((place) => place.x)) - ROOM;
  const y = Math.min(...places.map((place) => place.y)) - ROOM - TITLE;
  return {
    x,
    y,
    width: Math.max(...places.map((place) => place.x)) + NODE_WIDTH + ROOM - x,
    height: Math.max(...places.map((place) => place.y)) + NODE_HEIGHT + ROOM - y,
  };
}

function named(items: unknown): (Loose & { id: string })[] {
  const found = new Map<string, Loose & { id: string }>();
  for (const item of Array.isArray(items) ? (items as unknown[]) : []) {
    if (isObject(item) && typeof item.id === "string" && !found.has(item.id))
      found.set(item.id, item as Loose & { id: string });
  }
  return [...found.values()];
}

function pair<A extends string, B extends string>(value: unknown, one: A, other: B) {
  const { [one]: a, [other]: b } = (isObject(value) ? value : {}) as Loose;
  return Number.isFinite(a) && Number.isFinite(b)
    ? ({ [one]: a, [other]: b } as Record<A | B, number>)
    : null;
}

const colourOf = (value: unknown, otherwise: Colour): Colour =>
  COLOURS.find((colour) => colour === value) ?? otherwise;

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
