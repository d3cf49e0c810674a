/**
 * Names of the fields in the reader's language. The server writes English; here are the Chinese ones, by the key that
 * the schema gives. They come with the editor, not with the first view.
 */

import type { Field } from "./fields";

const CHINESE: Record<string, Record<string, readonly [title: string, hint: string]>> = {
  python: {
    code: ["代码", "定义函数 main，它的返回值就是输出。参数 step 可报告进度、写日志。"],
    callable: ["函数", "代替代码：服务旁安装的模块中的函数，写作 包.模块:函数。"],
    args: ["参数", "函数每个参数的值，可以写 ${...}。"],
    files: ["文件", "代码读取的文件：以该名称作为参数，值为文件的绝对路径。"],
  },
  sql: {
    query: ["查询语句", "DuckDB 语句，最后一句的行就是输出。这里不写 ${...}，值由“表”和“查询参数”传入。"],
    tables: ["表", "表名 → 行的列表，通常是 ${steps.load.output.rows} 这样的表达式。"],
    params: ["查询参数", "语句中 $名称 的值，可以写 ${...}。"],
    files: ["文件", "表名 → 服务文件目录中的 CSV、TSV、Parquet 或 JSON 文件。"],
  },
  transform: {
    expression: ["表达式", "任意值，其中的文本可以写 ${...}；替换之后就是输出。"],
  },
  http: {
    method: ["方法", "GET、HEAD、OPTIONS 在工作进程丢失后可以自动重发，其他方法不会。"],
    url: ["网址", "http 或 https，可以写 ${...}。内网地址需在设置中允许。"],
    query: ["查询参数", "网址中 ? 之后的参数，可以写 ${...}；列表会重复该名称。"],
    headers: ["请求头", "值可以写 ${...}。"],
    body: ["正文", "文本原样发送，其他值按 JSON 发送，可以写 ${...}。"],
    expect: ["视为成功的状态码", "不填则为 200 到 299。"],
    follow_redirects: ["跟随重定向", "最多 5 次，每次都像第一个网址一样检查。"],
  },
  wait: {
    seconds: ["秒数", "最多 366 天；写数字，或得出数字的表达式。"],
    until: ["直到", "带时区的时间，例如 2027-01-31T08:00:00+08:00，或表达式。"],
  },
  approval: {
    message: ["要问的话", "审批人看到的内容；${...} 可显示前面步骤的值。"],
    form: ["表单", "审批时填写内容的 JSON Schema（object），填写的内容就是答复。"],
    on_reject: ["被拒绝时", "fail：步骤失败。continue：照常完成，approved 为 false，由条件决定去向。"],
  },
  workflow: {
    workflow: ["工作流", "工作流的名称或 id。"],
    inputs: ["输入", "运行它所用的输入，可以写 ${...}。"],
    version: ["版本", "它的某个可运行版本；不填则用最新的。"],
  },
  map: {
    items: ["列表", "得出列表的表达式 ${...}，或列表本身。"],
    node: ["每项运行的步骤", "写 kind 和 config；其中的表达式可用 item，以及从 0 起的 index。"],
    max_parallel: ["同时运行", "最多同时运行多少项；不填则由服务的余量决定。"],
    on_item_error: [
      "某项失败时",
      'fail：第一项失败就失败。continue：继续，失败项为 null。也可写 {max: 5} 或 {max: "10%"}。',
    ],
  },
  shell: {
    command: ["命令", "文本由 /bin/sh 运行；列表则是程序及其参数。这里不写 ${...}，值由环境变量和输入传入。"],
    env: ["环境变量", "除 PATH、HOME、LANG 外的变量，可以写 ${...}。"],
    stdin: ["标准输入", "文本原样传入，其他值按 JSON，可以写 ${...}。"],
    output: ["输出方式", "标准输出作为文本、读作 JSON，或只留日志。"],
    ok_codes: ["视为成功的退出码", "不填则只有 0。"],
  },
  llm: {
    url: ["接口地址", "接口的起始地址，例如 http://127.0.0.1:11434/v1。内网地址需在设置中允许。"],
    model: ["模型", "服务端所用的名称，可以写 ${...}。"],
    prompt: ["提示词", "要问的内容，可以写 ${...}；不是文本的值按 JSON 写入。"],
    system: ["系统提示词", "在提示词之前说明如何回答，可以写 ${...}。"],
    messages: ["消息", "代替提示词：{role, content} 的列表，或得出列表的表达式。"],
    temperature: ["温度", "0 最稳定，越大越多样；不填则由服务端决定。"],
    max_tokens: ["最多 token 数", "回答的长度上限；不填则由服务端决定。"],
    response_format: ["回答的格式", "text、json，或回答必须符合的 JSON Schema。"],
    headers: ["请求头", "值可以写 ${...}。密钥不写在这里。"],
    api_key_env: ["存放密钥的环境变量", "服务器上的变量名，其值作为 bearer token 发送。"],
    stream: ["逐步显示", "回答边生成边写入日志。"],
    max_wait_s: ["最长等待秒数", "服务端繁忙时总共等待多久。"],
  },
};

export function fieldWords(
  { name, schema }: Field,
  language: string,
): { title: string; hint: string | undefined } {
  const [kind = "", field = ""] = schema["x-key"]?.split(".") ?? [];
  const own = language.startsWith("zh") ? CHINESE[kind]?.[field] : undefined;
  return own ? { title: own[0], hint: own[1] } : { title: schema.title ?? name, hint: schema.description };
}
