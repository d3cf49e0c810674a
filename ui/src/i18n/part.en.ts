/** Of executions that run a part of a workflow for one step, and of samples. */
export const partEn = {
  part: {
    run: "up to {{step}}",
    given: "only {{step}}",
    runTitle: "Partial: {{step}} and the steps before it ran, no others.",
    givenTitle: "Partial: only {{step}} ran; the steps that it reads gave outputs from elsewhere.",
    outside: "not run here",
    givenShort: "output given",
    givenBecause: {
      given_sample: "did not run: its sample output",
      given_execution: "did not run: what it gave in an earlier execution",
    },
    try: "Try this step",
    only: "Run this step",
    until: "Run up to here",
    onlyHint: "Only this step: the steps that it reads give their samples, or what they gave the last time.",
    untilHint: "The steps before it, then this one; nothing behind it.",
    dialog: { run: "Run {{name}} up to {{step}}", given: "Run only {{step}} of {{name}}" },
    off: {
      new: "Save the workflow first: a saved version is what runs.",
      unsaved: "Save first: the saved version is what runs, without what you have just changed.",
      problems: "The saved version has problems. Correct and save it: only a version without errors runs.",
      paused: "The workflow is paused. Resume it to run its steps.",
      archived: "The workflow is archived: nothing of it runs any more.",
    },
    see: "Execution #{{number}}",
    result: "Result of the step",
    noOutput: "It gave nothing.",
    sample: "Sample output",
    sampleHint:
      "JSON. Given to later steps when only they run; other executions do not look at it. Nothing: no sample.",
    sampleWrong: "This is not JSON yet; the sample stays as it was.",
    takeLast: "Take from last run",
    takeNone: "No execution of this workflow has an output of this step yet.",
    takeLarge: "What it gave in #{{number}} is larger than a sample can be; write a shorter one.",
    taken: "Taken from execution #{{number}}.",
  },
} as const;
