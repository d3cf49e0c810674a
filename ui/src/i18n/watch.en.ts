/** English of the screens where runs are watched and listed. Every key is also in watch.zh-CN.ts. */
export const watchEn = {
  hand: { done: "Copied", failed: "The browser does not allow copying" },
  logs: {
    step: "Step of the lines",
    everyStep: "Every step",
    wrap: "Wrap long lines",
    copy: "Copy the lines shown",
    download: "Download the whole log",
    giveUp: "Give the download up",
    reading: "reading {{done}} of {{total}} lines",
    link: "Link to line {{line}}",
    toTheEnd: "To the end",
  },
} as const;
