import type { Messages } from "./index";

export const findingZh: Pick<Messages, "palette" | "template" | "next"> = {
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
  template: {
    title: "模板",
    search: "搜索模板",
    steps: "步骤",
    begin: "用它开始",
    none: "没有模板含有“{{q}}”。",
    notHere: "此服务器不可用",
    off: "此服务器不运行以下类型的步骤：{{kinds}}。",
    empty: "空白画布",
    emptyText: "上面什么都没有：把步骤拖上去，再连起来。",
    draft: "未保存的内容",
    draftText: "一个新工作流，最后修改于 {{at}} UTC，保留在此浏览器中。",
    "two-steps": { title: "两个步骤", text: "一个步骤产生值，下一个步骤使用它。" },
    "weather-report": { title: "年度报告", text: "并行算出三组统计，再生成带图表的页面。" },
    "file-to-figures": {
      title: "从文件到数字（ETL）",
      text: "从文件读取行，用 SQL 清洗和统计，给出 CSV 文件。",
    },
    "http-with-retry": {
      title: "带重试的 HTTP 请求",
      text: "请求一个地址，对方繁忙时重试，没有应答时走另一条路。",
    },
    "ask-before-sending": { title: "发送前审批", text: "先统计，再请人决定，然后发送或保留。" },
    "year-by-year": {
      title: "逐项处理",
      text: "对列表的每一项运行一个步骤，每次两项；某一项失败不影响其他项。",
    },
    "wait-and-look-again": {
      title: "等待后再看",
      text: "看一次，等待（不占用工作进程），再看一次并比较。",
    },
    "two-years": {
      title: "工作流作为步骤",
      text: "同时运行另一个工作流两次并比较；需要 weather-report。",
    },
    "sort-letters": {
      title: "大语言模型",
      text: "模型给信件分类，并回复投诉；自带一个代替模型的小程序，可离线运行。",
    },
    "shell-words": { title: "Shell 命令", text: "带值、退出码和 JSON 的系统命令。" },
  },
  next: {
    text: "v{{version}} 已保存。运行的是设为可运行的版本。",
    run: "运行 v{{version}}…",
    own: "或者做一个自己的",
    ownText: "从空白画布或模板开始：画好、保存、运行，一分钟就够。",
  },
};
