/** Words of the command palette. */
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
} as const;
