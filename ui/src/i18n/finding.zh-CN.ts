import type { Messages } from "./index";

export const findingZh: Pick<Messages, "palette"> = {
  palette: {
    open: "查找",
    title: "查找并执行任何操作",
    hint: "操作、工作流、#12…",
    none: "没有名称含“{{q}}”的内容。",
    count_one: "{{count}} 项",
    count_other: "{{count}} 项",
    theme: "外观：{{theme}}",
    group: {
      screen: "当前页面",
      go: "所有页面",
      workflows: "工作流",
      executions: "最近的执行",
    },
  },
};
