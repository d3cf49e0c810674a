/** 18 px box, 1.5 px stroke, round ends. Decoration: a word stands beside it or labels the button. */

import type { ReactNode } from "react";

const PATHS = {
  workflows: (
    <>
      <rect x="2" y="3" width="5" height="4" rx="1" />
      <rect x="11" y="3" width="5" height="4" rx="1" />
      <rect x="11" y="11" width="5" height="4" rx="1" />
      <path d="M7 5h4M9 5v8h2" />
    </>
  ),
  executions: <path d="M3 4.5h12M3 9h7M3 13.5h5M12 10.5v5l3.8-2.5Z" />,
  queue: (
    <>
      <circle cx="4" cy="4.5" r="1.5" fill="currentColor" />
      <circle cx="4" cy="9" r="1.5" />
      <circle cx="4" cy="13.5" r="1.5" />
      <path d="M8.5 4.5H15M8.5 9H15M8.5 13.5H13" />
    </>
  ),
  language: (
    <path d="M2 4.5h8M6 2.5v2M8.5 4.5C8 8 5.5 10.5 2.5 11.5M4 7c1 2 3 3.6 5 4.3M9.5 15.5 12.8 8l3.2 7.5M10.6 13.2h4.3" />
  ),
  moon: <path d="M14.5 10.8A6 6 0 0 1 7.2 3.5a6 6 0 1 0 7.3 7.3Z" />,
  sun: (
    <>
      <circle cx="9" cy="9" r="3.2" />
      <path d="M9 1.5v1.6M9 14.9v1.6M1.5 9h1.6M14.9 9h1.6M3.7 3.7l1.1 1.1M13.2 13.2l1.1 1.1M14.3 3.7l-1.1 1.1M4.8 13.2l-1.1 1.1" />
    </>
  ),
  auto: (
    <>
      <circle cx="9" cy="9" r="6" />
      <path d="M9 3v12a6 6 0 0 0 0-12Z" fill="currentColor" />
    </>
  ),
  search: (
    <>
      <circle cx="8" cy="8" r="4.5" />
      <path d="m11.5 11.5 3.5 3.5" />
    </>
  ),
  play: <path d="M6 4v10l8-5Z" fill="currentColor" />,
  pause: <path d="M6.5 5v8M11.5 5v8" />,
  stop: <rect x="5" y="5" width="8" height="8" rx="1.5" />,
  back: <path d="m11 4-5 5 5 5" />,
  next: <path d="m7 4 5 5-5 5" />,
  down: <path d="m4 7 5 5 5-5" />,
  up: <path d="M4 9.5 9 4.5l5 5M9 4.5v10" />,
  fit: <path d="M3 6.5V3h3.5M11.5 3H15v3.5M15 11.5V15h-3.5M6.5 15H3v-3.5" />,
  copy: (
    <>
      <rect x="6.5" y="6.5" width="8.5" height="8.5" rx="1.5" />
      <path d="M11.5 6.5V4A1.5 1.5 0 0 0 10 2.5H4A1.5 1.5 0 0 0 2.5 4v6A1.5 1.5 0 0 0 4 11.5h2.5" />
    </>
  ),
  download: <path d="M9 2.5v8.5M5.5 8 9 11.5 12.5 8M3 15h12" />,
  check: <path d="m4 9.5 3.2 3.2L14 5.5" />,
  wrap: <path d="M3 5h12M3 9h9.5a2.5 2.5 0 0 1 0 5H9M10.8 12.2 9 14l1.8 1.8M3 14h3" />,
  upload: <path d="M9 11V2.5M5.5 6 9 2.5 12.5 6M3 15h12" />,
  plus: <path d="M9 3.5v11M3.5 9h11" />,
  minus: <path d="M3.5 9h11" />,
  history: <path d="M3 9a6 6 0 1 0 2-4.5L3 6.2M3 2.8v3.4h3.4M9 5.5V9l2.4 1.6" />,
  save: <path d="m4 9.5 3.5 3.5L14 5.5" />,
  keyboard: (
    <>
      <rect x="1.5" y="4.5" width="15" height="9.5" rx="1.5" />
      <path d="M4.5 7.5h.1M7.5 7.5h.1M10.5 7.5h.1M13.5 7.5h.1M5.5 11h7" />
    </>
  ),
  workflow: (
    <>
      <rect x="2" y="3" width="6" height="5" rx="1" />
      <rect x="10" y="10" width="6" height="5" rx="1" />
      <path d="M5 8v4.5h5" />
    </>
  ),
  approval: (
    <path d="M6 9V4.5a1.2 1.2 0 0 1 2.4 0V8M8.4 8V3.4a1.2 1.2 0 0 1 2.4 0V8M10.8 8V4.5a1.2 1.2 0 0 1 2.4 0v6a5 5 0 0 1-9.2 2.6L2.6 10a1.2 1.2 0 0 1 2-1.2L6 10.4V9" />
  ),
  wait: <path d="M5 2.5h8M5 15.5h8M5.8 2.5v2.2L9 9l3.2-4.3V2.5M5.8 15.5v-2.2L9 9l3.2 4.3v2.2" />,
  compare: <path d="M3 3.5h4.5v11H3ZM10.5 3.5H15v11h-4.5ZM5.2 6.5v2M12.8 6.5v2M12.8 10v1.5" />,
  close: <path d="m4.5 4.5 9 9m0-9-9 9" />,
  external: <path d="M10.5 3H15v4.5M15 3 8.5 9.5M13 10.5V15H3V5h4.5" />,
  file: <path d="M10.5 2.5h-6v13h9v-10Zm0 0v3h3" />,
  python: <path d="M6.5 5 2.5 9l4 4M11.5 5l4 4-4 4" />,
  sql: (
    <>
      <ellipse cx="9" cy="4.5" rx="5.5" ry="2" />
      <path d="M3.5 4.5v9c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2v-9M3.5 9c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2" />
    </>
  ),
  transform: <path d="M3 6h11M11 3l3 3-3 3M15 12H4M7 9l-3 3 3 3" />,
  http: (
    <>
      <circle cx="9" cy="9" r="6.2" />
      <path d="M2.8 9h12.4M9 2.8c2 2 2.6 4 2.6 6.2S11 13.2 9 15.2C7 13.2 6.4 11.2 6.4 9S7 4.8 9 2.8Z" />
    </>
  ),
  shell: <path d="M2.5 3.5h13v11h-13ZM5.5 7 8 9.2 5.5 11.4M9.5 11.5h3" />,
  llm: (
    <>
      <path d="M8 3.5 9.6 8 14 9.6 9.6 11.2 8 15.7 6.4 11.2 2 9.6 6.4 8Z" />
      <path d="M14 2v3.6M12.2 3.8h3.6" />
    </>
  ),
  map: <path d="M9 2.5 16 6 9 9.5 2 6ZM3 9l6 3 6-3M3 12l6 3 6-3" />,
  key: (
    <>
      <circle cx="6" cy="12" r="3" />
      <path d="m8.2 9.8 6.3-6.3M12 6l2.5 2.5M14.5 3.5l1 1" />
    </>
  ),
  triggers: (
    <>
      <circle cx="9" cy="10" r="5.5" />
      <path d="M9 7v3l2 1.5M6.5 2 3.5 4.2M11.5 2l3 2.2" />
    </>
  ),
  undo: <path d="M6.5 4 3 7.5 6.5 11M3.5 7.5h7a4 4 0 0 1 0 8H7" />,
  redo: <path d="m11.5 4 3.5 3.5-3.5 3.5M14.5 7.5h-7a4 4 0 0 0 0 8H11" />,
  note: <path d="M3 3h12v8l-4 4H3ZM11 15v-4h4M6 6.5h6M6 9.5h3" />,
  group: (
    <>
      <path d="M2.5 5.5v-3h3M12.5 2.5h3v3M15.5 12.5v3h-3M5.5 15.5h-3v-3" />
      <path d="M5.5 6h4v3h-4ZM8.5 9.5h4v3h-4Z" />
    </>
  ),
  tidy: <path d="M2.5 6.5h4v5h-4ZM11.5 2.5h4v5h-4ZM11.5 10.5h4v5h-4ZM6.5 9H9M11.5 5H9v8h2.5" />,
  remove: <path d="M3 5h12M7 5V3h4v2M4.5 5l.8 10h7.4l.8-10M7.5 8v4.5M10.5 8v4.5" />,
  "align-left": <path d="M3 2.5v13M6 4.5h9v3H6ZM6 10.5h5v3H6Z" />,
  "align-center": <path d="M9 2.5v2M9 7.5v3M9 13.5v2M4 4.5h10v3H4ZM6 10.5h6v3H6Z" />,
  "align-right": <path d="M15 2.5v13M3 4.5h9v3H3ZM7 10.5h5v3H7Z" />,
  "align-top": <path d="M2.5 3h13M4.5 6h3v9h-3ZM10.5 6h3v5h-3Z" />,
  "align-middle": <path d="M2.5 9h2M7.5 9h3M13.5 9h2M4.5 4h3v10h-3ZM10.5 6h3v6h-3Z" />,
  "align-bottom": <path d="M2.5 15h13M4.5 3h3v9h-3ZM10.5 7h3v5h-3Z" />,
  "align-across": <path d="M2.5 3v12M15.5 3v12M7 5h4v8H7Z" />,
  "align-down": <path d="M3 2.5h12M3 15.5h12M5 7h8v4H5Z" />,
  step: <rect x="3.5" y="4.5" width="11" height="9" rx="1.5" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {PATHS[name]}
    </svg>
  );
}

/** Kinds with an icon of their own name. */
const KIND = {
  python: 1,
  sql: 1,
  transform: 1,
  http: 1,
  wait: 1,
  approval: 1,
  map: 1,
  workflow: 1,
  shell: 1,
  llm: 1,
} as const;

export function kindIcon(kind: string): IconName {
  return kind in KIND ? (kind as IconName) : "step";
}
