/**
 * Every command of the page by where it works, with its keys: the one list behind the `?` sheet and the command
 * palette. The words are `keys.<place>.<what>`. What has no keys stands in the palette only.
 */
export const KEYS = {
  everywhere: {
    palette: ["Ctrl", "K"],
    workflows: ["g", "w"],
    executions: ["g", "e"],
    queue: ["g", "q"],
    triggers: ["g", "t"],
    create: ["g", "n"],
    language: [],
    theme: [],
    sheet: ["?"],
    send: ["Ctrl", "Enter"],
    leave: ["Esc"],
  },
  list: {
    down: ["j"],
    up: ["k"],
    open: ["Enter"],
    mark: ["x"],
    stop: ["s"],
    clear: ["Esc"],
  },
  execution: {
    newer: ["["],
    older: ["]"],
    step: ["↑", "↓"],
    choose: ["Enter"],
    find: ["/"],
    pause: ["p"],
    stop: ["s"],
    retry: ["r"],
    workflow: [],
  },
  editor: {
    save: ["Ctrl", "S"],
    run: [],
    versions: [],
    yaml: [],
    complete: ["Ctrl", "Space"],
    find: ["Ctrl", "F"],
    undo: ["Ctrl", "Z"],
    tab: ["Esc", "Tab"],
  },
  canvas: {
    add: ["/"],
    step: ["↑", "↓", "←", "→"],
    nudge: ["Shift", "↑"],
    open: ["Enter"],
    connect: ["c"],
    remove: ["Del"],
    duplicate: ["Ctrl", "D"],
    copy: ["Ctrl", "C"],
    paste: ["Ctrl", "V"],
    group: ["Ctrl", "G"],
    note: ["n"],
    undo: ["Ctrl", "Z"],
    redo: ["Ctrl", "Shift", "Z"],
    all: ["Ctrl", "A"],
    tidy: ["t"],
    fit: ["f"],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

export type Place = keyof typeof KEYS;
/** Also the key of its words. */
export type CommandId = { [P in Place]: `keys.${P}.${keyof (typeof KEYS)[P] & string}` }[Place];

export function keysOf(id: CommandId): readonly string[] {
  const [, place, what] = id.split(".") as [string, Place, never];
  return KEYS[place][what];
}

/** The place of a command in the table. */
const PLACES = new Map(
  Object.entries(KEYS)
    .flatMap(([place, commands]) => Object.keys(commands).map((what) => `keys.${place}.${what}`))
    .map((id, place) => [id, place]),
);
export const placeOf = (id: CommandId): number => PLACES.get(id)!;

/** Where the key that others call Ctrl is Cmd. */
export const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.platform);

/** What stands on the key itself. */
export const capOf = (key: string): string => (key === "Ctrl" && isMac() ? "⌘" : key);
