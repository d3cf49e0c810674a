/** Words of the command palette, and of what a new workflow begins from. */
export const findingEn = {
  palette: {
    open: "Find",
    title: "Find and do anything",
    hint: "A command, a workflow, #12…",
    none: "Nothing has “{{q}}” in its name.",
    count_one: "{{count}} entry",
    count_other: "{{count}} entries",
    theme: "Theme: {{theme}}",
    group: {
      screen: "On this screen",
      go: "Everywhere",
      workflows: "Workflows",
      executions: "Latest executions",
    },
  },
  template: {
    title: "Templates",
    search: "Search templates",
    steps: "Steps",
    begin: "Begin with this",
    none: "No template has “{{q}}” in its words.",
    notHere: "not on this server",
    off: "This server does not run {{kinds}} steps.",
    empty: "Empty canvas",
    emptyText: "Nothing on it: drag steps onto it and connect them.",
    draft: "What you left unsaved",
    draftText: "A new workflow, last changed {{at}} UTC, kept in this browser.",
    "two-steps": { title: "Two steps", text: "One step makes a value, the next one takes it." },
    "weather-report": {
      title: "Report of a year",
      text: "Three statistics side by side, then a page with a chart.",
    },
    "file-to-figures": {
      title: "File to figures (ETL)",
      text: "Reads rows from a file, cleans and counts them by SQL, gives a CSV file.",
    },
    "http-with-retry": {
      title: "HTTP with retries",
      text: "Asks an address, asks again when it is busy, and has a way for no answer.",
    },
    "ask-before-sending": {
      title: "Ask before sending",
      text: "Counts, asks a person, then sends or keeps.",
    },
    "year-by-year": {
      title: "For each item",
      text: "One step for each item of a list, two at a time; one that fails stops no other.",
    },
    "wait-and-look-again": {
      title: "Wait and look again",
      text: "Looks, waits without holding a worker, looks again and compares.",
    },
    "two-years": {
      title: "Workflows as steps",
      text: "Runs another workflow twice at once and compares; it needs weather-report.",
    },
    "sort-letters": {
      title: "Language model",
      text: "A model sorts a letter and answers a complaint; offline with a stand-in.",
    },
    "shell-words": {
      title: "Shell commands",
      text: "Commands of the system with values, exit codes and JSON.",
    },
  },
  next: {
    text: "v{{version}} is saved. What runs is the version that you call ready.",
    run: "Run v{{version}}…",
    own: "Or make one of your own",
    ownText: "From an empty canvas or a template: draw it, save it, run it. A minute is enough.",
  },
} as const;
