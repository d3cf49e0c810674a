/** Chinese of the screens where runs are watched and listed; the keys of watch.en.ts. */
export const watchZhCN = {
  hand: { done: "已复制", failed: "浏览器不允许复制" },
  logs: {
    step: "日志所属步骤",
    everyStep: "全部步骤",
    wrap: "长行自动换行",
    copy: "复制显示的日志",
    download: "下载全部日志",
    giveUp: "放弃下载",
    reading: "已读取 {{done}} / {{total}} 行",
    link: "第 {{line}} 行的链接",
    toTheEnd: "到最新一行",
  },
};
