/**
 * Problems of a definition in the reader's language, by code. The server writes English, and its sentence knows
 * the case, so an English reader gets that one; here are the Chinese ones, and both for what this page finds
 * before the server is asked. These words come with the editor, not with the first view.
 */

import type { ProblemItem } from "../api/types";

interface Words {
  text: string;
  fix: string;
}

type Params = Readonly<Record<string, string | number>>;

export const OWN: Record<string, { en: Words; zh: Words }> = {
  yaml_duplicate_key: {
    en: { text: "The same field stands twice here.", fix: "Take one of them out." },
    zh: { text: "同一个字段写了两次。", fix: "请删掉其中一个。" },
  },
  yaml_tab_as_indent: {
    en: { text: "A tab cannot indent YAML.", fix: "Use two spaces." },
    zh: { text: "YAML 不能用制表符缩进。", fix: "请用两个空格。" },
  },
  yaml_bad_indent: {
    en: {
      text: "This line is not indented as its neighbours are.",
      fix: "Move it under the field it belongs to.",
    },
    zh: { text: "这一行的缩进与前后不一致。", fix: "请与同级字段对齐。" },
  },
  yaml_missing_char: {
    en: { text: "A character is missing here: {{reason}}.", fix: "Close what was opened." },
    zh: { text: "这里少了一个符号（{{reason}}）。", fix: "请把打开的引号或括号闭合。" },
  },
  yaml_non_string_key: {
    en: { text: "A field's name must be a text.", fix: "Put the name in quotes." },
    zh: { text: "字段名必须是文本。", fix: "请给字段名加上引号。" },
  },
  yaml_multiple_docs: {
    en: { text: "A second document begins here.", fix: "A workflow is one document: take out the line ---." },
    zh: { text: "这里开始了第二个文档。", fix: "一个工作流只能是一个文档：请删掉 --- 这一行。" },
  },
  yaml_alias: {
    en: { text: "References ({{reason}}) are not taken.", fix: "Write the value out." },
    zh: { text: "不支持引用（{{reason}}）。", fix: "请把值直接写出来。" },
  },
  yaml_not_finite: {
    en: { text: "{{reason}} is no number that JSON knows.", fix: "Write a number, or a text in quotes." },
    zh: { text: "JSON 里没有 {{reason}} 这个数。", fix: "请写普通的数字，或加引号写成文本。" },
  },
  yaml_big_integer: {
    en: { text: "{{reason}} is too long: as a number it would lose digits.", fix: "Put it in quotes." },
    zh: { text: "{{reason}} 太长，作为数字会丢失精度。", fix: "请加引号写成文本。" },
  },
  yaml_too_deep: {
    en: { text: "The text is nested too deeply.", fix: "Write it flatter." },
    zh: { text: "嵌套太深。", fix: "请减少层级。" },
  },
  yaml_syntax: {
    en: { text: "This cannot be read as YAML: {{reason}}", fix: "Mend this place." },
    zh: { text: "这里不是正确的 YAML（{{reason}}）", fix: "请改正这一处。" },
  },
};

/** Sentences for what the server's validation finds. */
export const CHINESE: Record<string, Words> = {
  not_an_object: { text: "这里应该是一个对象。", fix: "请按“字段: 值”来写。" },
  not_a_list: { text: "这里应该是一个列表。", fix: "请每项以 - 开头来写。" },
  bad_api_version: { text: "不认识这个格式版本。", fix: "请写 runwright/v1。" },
  bad_text: { text: "这里应该是 1 到 2,000 个字符的文本。", fix: "请写一段文本。" },
  no_nodes: { text: "工作流没有步骤。", fix: "请至少加一个节点。" },
  too_many_nodes: { text: "节点超过了 {{limit}} 个。", fix: "请拆成几个工作流。" },
  not_supported_yet: { text: "{{field}} 属于这个格式，但目前还不支持。", fix: "请先去掉它。" },
  unknown_field: { text: "这里没有 {{field}} 这个字段。", fix: "按 Ctrl+空格 可以看到有哪些字段。" },
  schedule_is_trigger: {
    text: "何时启动不属于工作流的定义。",
    fix: "请去掉它，改为新建一个触发器（“触发器”页面、runwright triggers 或 POST /api/v1/triggers）。",
  },
  bad_mark_id: { text: "标识由 1 到 63 个字母、数字、_ 或 - 组成，且不能重复。", fix: "请换一个标识。" },
  bad_mark_text: { text: "{{field}} 必须是不超过 {{limit}} 个字符的文本。", fix: "请写一段文本。" },
  bad_place: { text: "{{field}} 必须有 {{names}}，单位是像素。", fix: "请写成例如 {x: 160, y: 80}。" },
  unknown_member: { text: "这个工作流里没有节点 {{id}}。", fix: "请把它从分组里去掉。" },
  grouped_twice: { text: "{{id}} 已经在一个分组里。", fix: "请只留在一个分组里。" },
  bad_labels: { text: "标签必须是“名称: 文本”（名称最多 63 个字符，文本最多 255 个）。", fix: "请这样写。" },
  bad_inputs: { text: "inputs 必须是一个对象的 JSON Schema。", fix: "请写 type: object。" },
  out_of_range: { text: "{{field}} 必须在 {{low}} 到 {{high}} 之间。", fix: "请改成这个范围内的值。" },
  bad_choice: { text: "{{field}} 只能是 {{allowed}} 之一。", fix: "请从中选一个。" },
  bad_resource: {
    text: "“{{field}}”不是资源名：由小写字母、数字和下划线组成，以字母开头。",
    fix: "请写 cpu、memory_mb、gpu，或操作员在上限中给出的名称。",
  },
  bad_node_id: {
    text: "节点的 id 以字母或下划线开头，最多 63 个字母、数字和下划线。",
    fix: "请换一个这样的 id。",
  },
  duplicate_node_id: { text: "有两个节点叫 {{node}}。", fix: "请改掉其中一个的 id。" },
  dangling_edge: { text: "连线的 {{end}} 指向不存在的节点：{{name}}。", fix: "请写一个节点的 id。" },
  duplicate_edge: { text: "这两个节点之间有两条连线。", fix: "请把条件合并到一条连线里。" },
  cycle: { text: "节点 {{node}} 在一个环里。", fix: "请去掉环上的一条连线。" },
  unknown_kind: { text: "没有 {{kind}} 这种节点。", fix: "按 Ctrl+空格 可以看到有哪些类型。" },
  bad_condition: { text: "条件必须是一个表达式 ${...}。", fix: "例如 ${inputs.ok}。" },
  bad_schema: {
    text: "这里不是能用的 JSON Schema。",
    fix: "请按 JSON Schema（2020-12）来写；$ref 只能指向 #/$defs/…，pattern 不用环视和反向引用。",
  },
  bad_default: { text: "{{name}} 的默认值不符合它自己的类型。", fix: "请改成正确的默认值，或去掉它。" },
  expression_too_long: { text: "表达式太长。", fix: "请把计算放到 python 节点里。" },
  expression_syntax: { text: "表达式 {{expression}} 读不懂。", fix: "请改正；表达式的语言是 JSONata。" },
  expression_empty: { text: "表达式是空的。", fix: "请在 ${ 和 } 之间写点什么。" },
  expression_unclosed: { text: "表达式没有闭合。", fix: "请加上 }；如果要写 ${ 本身，请写 $${。" },
  expression_not_an_ancestor: {
    text: "表达式读取步骤 {{step}}，但没有哪个叫 {{step}} 的步骤一定在它之前。",
    fix: "请从 {{step}} 连线到这里，或改正名字。",
  },
  expression_unknown_name: {
    text: "表达式里的 {{name}} 永远是空的：能用的只有 inputs、steps 和 execution。",
    fix: "输入请写 inputs.{{name}}，步骤的结果请写 steps.<id>.output。",
  },
  expression_steps_dynamic: { text: "steps 后面没有写明步骤的 id。", fix: "请写 steps.<id>.output。" },
  expression_whole_scope: {
    text: "表达式一次读取了全部内容。",
    fix: "请写明需要什么：inputs.<名称> 或 steps.<id>.output。",
  },
  expression_function_refused: {
    text: "表达式 {{expression}} 用了不允许的函数：每次计算必须得到同样的结果。",
    fix: "请放到 python 节点里做，它的结果会被记录。",
  },
  expression_unknown_variable: {
    text: "表达式 {{expression}} 里有一个变量，既不是内置函数，也没有赋值。",
    fix: "请改正名字，或先赋值：($name := ...; ...)。",
  },
  python_code_or_callable: {
    text: "python 节点要么写 code，要么写 callable，只能有一个。",
    fix: "请在 code 里写函数 main，或用 包.模块:函数 指定一个函数。",
  },
  python_callable_syntax: { text: "{{name}} 不是函数的名字。", fix: "请写 包.模块:函数。" },
  python_argument_twice: { text: "{{name}} 在 args 和 files 里都有。", fix: "请给其中一个换个名字。" },
  python_syntax: { text: "代码编译不过：{{reason}}。", fix: "请改正那一行。" },
  python_no_main: {
    text: "代码里没有名为 main 的函数。",
    fix: "请加上 def main(...):，它的返回值就是输出。",
  },
  python_unknown_argument: { text: "main 没有参数 {{name}}。", fix: "请给 main 加上它，或从节点里去掉。" },
  python_missing_argument: {
    text: "main 需要参数 {{name}} 的值。",
    fix: "请写进 args，或给参数一个默认值。",
  },
  file_path: {
    text: "文件路径 {{path}} 不能用。",
    fix: "请写相对于服务的文件目录的路径，例如 data/weather.csv。",
  },
  sql_table_rows: { text: "表 {{name}} 不是由行组成的列表。", fix: "例如 ${steps.load.output.rows}。" },
  sql_table_twice: { text: "{{name}} 既是表又是文件。", fix: "请改掉其中一个的名字。" },
  http_url: { text: "网址不对。", fix: "请写成例如 https://example.com/path。" },
  http_header: { text: "请求头 {{name}} 不能用。", fix: "请改名或去掉。" },
  http_body_not_sent: { text: "{{method}} 请求没有正文。", fix: "请用 POST，或去掉 body。" },
  shell_not_allowed: {
    text: "这个服务不允许运行 shell 命令。",
    fix: "服务的管理者可以用设置 allow_shell（RUNWRIGHT_ALLOW_SHELL=true）允许它。",
  },
  map_too_deep: {
    text: "map 里套 map 最多 {{limit}} 层。",
    fix: "请把里面的 map 做成单独的工作流（类型 workflow）。",
  },
  kind_not_loaded: {
    text: "节点类型 {{kind}} 不能用：{{reason}}",
    fix: "请用 runwright doctor 查看原因，修好或移除这个包，然后重新启动服务。",
  },
  shell_no_command: { text: "命令是空的。", fix: "请写要运行的命令。" },
  shell_env_name: { text: "变量 {{name}} 不能用。", fix: "请改名或去掉；RUNWRIGHT_ 开头的由服务设置。" },
  llm_prompt_or_messages: {
    text: "llm 节点要么写 prompt，要么写 messages，只能有一个。",
    fix: "请在 prompt 里写问题，或在 messages 里写整个对话。",
  },
  llm_system_in_messages: {
    text: "有 messages 时不能再写 system。",
    fix: "请写成第一条消息：{role: system, content: ...}。",
  },
  llm_key_not_allowed: {
    text: "变量 {{name}} 不能用作密钥，或不能发往这台主机。",
    fix: "服务的管理者可以用设置 llm_key_variables 允许它。",
  },
  wait_seconds_or_until: {
    text: "wait 节点要么写 seconds，要么写 until，只能有一个。",
    fix: "请写等多少秒，或等到何时。",
  },
  wait_time: { text: "{{text}} 不是带时区的时间。", fix: "请写成例如 2027-01-31T08:00:00Z。" },
  nul: { text: "文本里有 NUL 字符。", fix: "请去掉它。" },
  lone_surrogate: { text: "文本里有半个字符。", fix: "请去掉它。" },
};

/** Sentences for a config against the schema of its kind, by the schema's rule. */
export const CHINESE_RULES: Record<string, Words> = {
  additionalProperties: { text: "这里没有 {{field}} 这个字段。", fix: "按 Ctrl+空格 可以看到有哪些字段。" },
  required: { text: "缺少字段 {{field}}。", fix: "请把它补上。" },
  type: { text: "值的类型应该是 {{wanted}}。", fix: "请改成这个类型的值。" },
  enum: { text: "只能是 {{wanted}} 之一。", fix: "请从中选一个。" },
  const: { text: "只能是 {{wanted}}。", fix: "请这样写。" },
  minimum: { text: "不能小于 {{wanted}}。", fix: "请写大一些的值。" },
  maximum: { text: "不能大于 {{wanted}}。", fix: "请写小一些的值。" },
  exclusiveMinimum: { text: "必须大于 {{wanted}}。", fix: "请写大一些的值。" },
  exclusiveMaximum: { text: "必须小于 {{wanted}}。", fix: "请写小一些的值。" },
  minLength: { text: "至少要有 {{wanted}} 个字符。", fix: "请写长一些。" },
  maxLength: { text: "最多 {{wanted}} 个字符。", fix: "请写短一些。" },
  minItems: { text: "至少要有 {{wanted}} 项。", fix: "请加上。" },
  maxItems: { text: "最多 {{wanted}} 项。", fix: "请减少一些。" },
  maxProperties: { text: "最多 {{wanted}} 个字段。", fix: "请减少一些。" },
  pattern: { text: "格式不符合要求（{{wanted}}）。", fix: "请按这个格式来写。" },
};

export interface ToldProblem {
  text: string;
  fix: string;
}

export function tellProblem(problem: ProblemItem, language: string): ToldProblem {
  const params: Params = { ...problem.params, ...(problem.node ? { node: problem.node } : {}) };
  if (language.startsWith("en")) return { text: problem.message, fix: problem.advice };
  const words = problem.code === "bad_config" ? CHINESE_RULES[String(params.rule)] : CHINESE[problem.code];
  return (words && filled(words, params)) ?? { text: problem.message, fix: problem.advice };
}

export function tellTextProblem(
  { code, reason }: { code: string; reason: string },
  language: string,
): ToldProblem {
  const words = OWN[code] ?? OWN.yaml_syntax!;
  return filled(language.startsWith("en") ? words.en : words.zh, { reason })!;
}

/** null when a value the sentence needs was not sent: then the server's own sentence says more. */
function filled({ text, fix }: Words, params: Params): ToldProblem | null {
  let complete = true;
  const fill = (sentence: string) =>
    sentence.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      complete &&= params[name] !== undefined;
      return String(params[name]);
    });
  const told = { text: fill(text), fix: fill(fix) };
  return complete ? told : null;
}
