"""The whole of it, as a person does it: the weather workflow is drawn from nothing, saved, run, broken, understood,
mended and retried from where it failed. By mouse in English, by keyboard in Chinese; from the failure on on a phone."""

import copy
import re
from typing import Any

import yaml
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_in_width
from tests.browser.test_drawing import box, drag, edges, put
from tests.browser.test_editing import checked, definition_of, id_in, saved_as
from tests.browser.test_watching import status
from tests.fixtures.api import Api, Json
from tests.fixtures.server import ROOT

expect.set_options(timeout=PATIENCE_MS)

WANTED: Json = yaml.safe_load((ROOT / "examples" / "weather.yaml").read_text("utf-8"))
STEPS: dict[str, Json] = {node["id"]: node for node in WANTED["nodes"]}
EDGES: list[tuple[str, str]] = [(edge["from"], edge["to"]) for edge in WANTED["edges"]]
PLACES = {
    "load": (0.5, 0.08), "clean": (0.5, 0.24), "temperature": (0.17, 0.42), "rain": (0.5, 0.42), "wind": (0.83, 0.42),
    "summary": (0.5, 0.6), "report": (0.5, 0.78),
}  # fmt: skip
"""Where each is dropped, as a share of the canvas."""
INPUTS = {"year": ("whole", "2015"), "pace_s": ("number", "0")}
RIGHT, BROKEN = "table = tabulate(temperature, rain, wind)", "table = tabulated(temperature, rain, wind)"

EN = {
    "step": "Step",
    "workflow": "Form of the workflow",
    "form": "Form of step {0}",
    "name": "Name",
    "of": "Name of the workflow",
    "code": "Code",
    "query": "Query",
    "expression": "Expression",
    "args": "Arguments",
    "files": "Files",
    "tables": "Tables",
    "add": "Add",
    "row": "Name, {0}",
    "value": "Value of {0}",
    "more": "more field",
    "result": "Result",
    "input": "Add an input",
    "input_name": "Name of input {0}",
    "type": "Type of input {0}",
    "default": "Default",
    "details": "Label, default, required",
    "whole": "Whole number",
    "number": "Number",
    "join": "Where several edges arrive",
    "all": "It starts only when all were taken",
    "behaviour": "Time limit, retries",
    "delete": "Delete",
    "save": "Save as",
    "ready": "Make v{0} ready",
    "run": "Run…",
    "start": "Run it",
    "retry": "Retry…",
    "confirm": "Run 1 step again",
    "version": "Version",
    "compare": "Compare with…",
    "before": "The run before, of this execution",
    "because": "report is set up differently: its settings changed between v2 and v3.",
}
ZH = {
    "step": "步骤",
    "workflow": "工作流的表单",
    "form": "步骤 {0} 的表单",
    "name": "名称",
    "of": "工作流名称",
    "code": "代码",
    "query": "查询语句",
    "expression": "表达式",
    "args": "参数",
    "files": "文件",
    "tables": "表",
    "add": "添加",
    "row": "{0}的名称",
    "value": "{0} 的值",
    "more": "个字段",
    "result": "结果",
    "input": "添加输入",
    "input_name": "输入 {0} 的名称",
    "type": "输入 {0} 的类型",
    "default": "默认值",
    "details": "标签、默认值、是否必填",
    "whole": "整数",
    "number": "数字",
    "join": "有多条连线到达时",
    "all": "全部走通才开始",
    "behaviour": "时限、重试与失败",
    "delete": "删除",
    "save": "保存",
    "ready": "将 v{0} 设为可运行",
    "run": "运行…",
    "start": "运行",
    "retry": "重试…",
    "confirm": "重新运行 1 步",
    "version": "版本",
    "compare": "与…对比",
    "before": "本执行的上一次运行",
    "because": "report 的设置不同",
}


def form_of(page: Page, words: dict[str, str], step: str) -> Locator:
    return page.get_by_role("form", name=words["form"].format(step), exact=True)


def write(page: Page, text: str) -> None:
    """In place of what is in the field that has the focus."""
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def shown(value: Any) -> str:
    return value if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1_000)


def as_wanted(definition: Json) -> None:
    """What was drawn is what the example says, but for places and the words of the inputs."""
    drawn = {node["id"]: node for node in definition["nodes"]}
    assert set(drawn) == set(STEPS)
    for step, wanted in STEPS.items():
        for field, value in wanted["config"].items():
            got = drawn[step]["config"][field]
            assert (got.strip() == value.strip()) if isinstance(value, str) else (got == value), (step, field, got)
    assert sorted((edge["from"], edge["to"]) for edge in definition["edges"]) == sorted(EDGES)
    assert {name: field["type"] for name, field in definition["inputs"]["properties"].items()} == {
        "year": "integer", "pace_s": "number",
    }  # fmt: skip
    assert drawn["summary"]["join"] == "all"
    assert definition["output"] == WANTED["output"]


# ── by mouse ──


def fill_by_mouse(page: Page, words: dict[str, str], step: str) -> None:
    """The form of the step that was just dropped."""
    kind = STEPS[step]["kind"]
    form = page.get_by_role("form", name=re.compile(re.escape(words["form"].format(kind).split(kind)[0])))
    name = form.get_by_role("textbox", name=words["name"], exact=True)
    name.click()
    write(page, step)
    name.press("Enter")
    form = form_of(page, words, step)
    expect(form).to_be_visible()
    more = form.locator("summary", has_text=words["more"])
    if more.count():
        more.click()
    for field, value in STEPS[step]["config"].items():
        if isinstance(value, str) or field == "expression":
            form.get_by_role("textbox", name=words[field], exact=True).click()
            write(page, shown(value))
            continue
        group = form.locator(".field").filter(has=page.locator(".field-name", has_text=re.compile(f"^{words[field]}")))
        for key, own in value.items():
            group.get_by_role("button", name=words["add"], exact=True).click()
            page.keyboard.insert_text(key)
            page.keyboard.press("Enter")
            expect(group.get_by_role("textbox", name=words["value"].format(key), exact=True)).to_be_focused()
            page.keyboard.insert_text(shown(own))


def test_the_weather_workflow_is_drawn_by_mouse_run_broken_and_mended(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    page, words = open_page("/workflows/new"), EN
    checked(page)
    box(page, "greet").click()
    page.get_by_role("button", name=words["delete"], exact=True).click()
    form = page.get_by_role("form", name=words["workflow"])
    form.get_by_role("textbox", name=words["of"]).fill("weather-by-mouse")
    form.get_by_role("button", name="Remove input who").click()
    for name, (kind, default) in INPUTS.items():
        form.get_by_role("button", name=words["input"]).click()
        field = form.get_by_role("textbox", name=words["input_name"].format("input"))
        field.fill(name)
        field.press("Enter")
        form.get_by_role("combobox", name=words["type"].format(name)).select_option(label=words[kind])
        group = form.get_by_role("group", name=name, exact=True)
        group.get_by_text(words["details"]).click()
        group.get_by_role("textbox", name=words["default"]).fill(default)
    for step, place in PLACES.items():
        put(page, STEPS[step]["kind"], *place)
        fill_by_mouse(page, words, step)
    for start, end in EDGES:
        drag(page, box(page, start).locator(".source"), box(page, end).locator(".target"))
    expect(edges(page)).to_have_count(len(EDGES))
    box(page, "summary").click()
    form = form_of(page, words, "summary")
    form.get_by_text(words["behaviour"]).click()
    form.get_by_role("combobox", name=words["join"]).select_option(label=words["all"])
    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    result = page.get_by_role("form", name=words["workflow"]).get_by_role("textbox", name=words["result"], exact=True)
    result.click()
    write(page, WANTED["output"])
    checked(page)
    expect(page.locator("[data-problem]")).to_have_count(0)
    picture(page, "story-drawn-en-light")
    accessible(page)
    page.get_by_role("button", name=re.compile(words["save"])).click()
    as_wanted(definition_of(api, id_in(page)))
    saved_as(page, 1)
    run_break_and_mend(page, words, picture, "story-mouse-en")


# ── by keyboard ──


_FOCUS = """() => {
  const at = document.activeElement, own = at.closest('.field')?.querySelector('.field-name');
  const words = at.ariaLabel ?? at.labels?.[0]?.firstChild?.textContent ?? at.textContent ?? own?.textContent ?? '';
  return [words.trim(), at.closest('.cm-editor') !== null];
}"""
_SELECTED = "() => [...document.querySelectorAll('.node.selected')].map(({dataset}) => dataset.step).join()"


def tab_to(page: Page, name: str) -> None:
    """Tab until the field or button with this name has the focus; out of code by Esc."""
    in_code = page.evaluate(_FOCUS)[1]
    for _ in range(80):
        if in_code:
            page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        words, in_code = page.evaluate(_FOCUS)
        if words.startswith(name):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def fill_by_keyboard(page: Page, words: dict[str, str], step: str) -> None:
    """The form of the step that was just added and is selected."""
    page.locator(".canvas-panel").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-first]")).to_be_focused()
    write(page, step)
    page.keyboard.press("Enter")
    form = form_of(page, words, step)
    expect(form).to_be_visible()
    config = STEPS[step]["config"]
    for field in sorted(config, key=lambda name: name not in ("code", "query", "expression")):
        value = config[field]
        if isinstance(value, str) or field == "expression":
            tab_to(page, words[field])
            write(page, shown(value))
            continue
        more = form.locator("details:not([open]) > summary", has_text=words["more"])
        group = form.locator(".field").filter(has=page.locator(".field-name", has_text=re.compile(f"^{words[field]}")))
        if not group.is_visible() and more.count():
            tab_to(page, "还有")
            page.keyboard.press("Enter")
        for taken in group.locator(".map-row").all():  # what the starter put there
            taken.get_by_role("button").focus()
            page.keyboard.press("Enter")
        for key, own in value.items():
            group.get_by_role("button", name=words["add"], exact=True).focus()
            page.keyboard.press("Enter")
            page.keyboard.insert_text(key)
            page.keyboard.press("Enter")
            expect(group.get_by_role("textbox", name=words["value"].format(key), exact=True)).to_be_focused()
            page.keyboard.insert_text(shown(own))


def test_the_weather_workflow_is_drawn_by_keyboard_run_broken_and_mended(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    page, words = open_page("/workflows/new", locale="zh-CN", scheme="dark"), ZH
    checked(page)
    canvas = page.locator(".canvas-panel")
    canvas.focus()
    for key in ("ArrowRight", "Delete"):
        page.keyboard.press(key)
    expect(box(page, "greet")).to_have_count(0)
    kinds = {"python": "python", "sql": "sql", "transform": "zh"}
    for step, after in (
        ("load", None), ("clean", "load"), ("temperature", "clean"), ("rain", "clean"), ("wind", "clean"),
        ("summary", "rain"), ("report", "summary"),
    ):  # fmt: skip
        select(page, after)
        page.keyboard.press("/")
        page.get_by_role("combobox", name="添加步骤").fill(
            {"transform": "数据转换"}.get(STEPS[step]["kind"], kinds[STEPS[step]["kind"]])
        )
        page.keyboard.press("Enter")
        fill_by_keyboard(page, words, step)
    for start in ("temperature", "wind"):
        select(page, start)
        page.keyboard.press("c")
        page.keyboard.insert_text("summary")
        page.keyboard.press("Enter")
    expect(edges(page)).to_have_count(len(EDGES))
    select(page, "summary")
    page.keyboard.press("Enter")
    form = form_of(page, words, "summary")
    tab_to(page, words["behaviour"])
    page.keyboard.press("Enter")
    tab_to(page, words["join"])
    page.keyboard.press("ArrowDown")
    expect(form.get_by_role("combobox", name=words["join"])).to_have_value("all")
    canvas.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name=words["workflow"])
    expect(form).to_be_visible()
    expect(form.get_by_role("textbox", name=words["of"])).to_be_focused()
    write(page, "weather-by-keyboard")
    tab_to(page, "移除输入 who")
    page.keyboard.press("Enter")
    for name, (kind, default) in INPUTS.items():
        form.get_by_role("button", name=words["input"]).focus()
        page.keyboard.press("Enter")
        form.get_by_role("textbox", name=words["input_name"].format("input")).focus()
        write(page, name)
        page.keyboard.press("Enter")
        choice = form.get_by_role("combobox", name=words["type"].format(name))
        choice.focus()
        for reached in ("number", "whole"):
            page.keyboard.press("ArrowDown")
            expect(choice).to_have_value(reached)
            if reached == kind:
                break
        tab_to(page, words["details"])
        page.keyboard.press("Enter")
        tab_to(page, words["default"])
        page.keyboard.insert_text(default)
    tab_to(page, words["result"])
    write(page, WANTED["output"])
    checked(page)
    expect(page.locator("[data-problem]")).to_have_count(0)
    picture(page, "story-drawn-zh-dark")
    accessible(page)
    page.keyboard.press("Control+s")
    as_wanted(definition_of(api, id_in(page)))
    saved_as(page, 1)
    run_break_and_mend(page, words, picture, "story-keyboard-zh")


def select(page: Page, step: str | None) -> None:
    """By the arrows of the canvas: along the graph, and from each step aside."""
    ways = [(along, aside) for along in ("ArrowRight", "ArrowDown") for aside in ("ArrowUp", "ArrowLeft")]
    for along, aside in ways:
        for far in range(1, len(STEPS) + 1):
            page.locator(".canvas-panel").focus()
            page.keyboard.press("Escape")
            if step is None:
                return
            for key in [*[along] * far, aside, *[OPPOSITE[aside]] * 2]:
                page.keyboard.press(key)
                if page.evaluate(_SELECTED) == step:
                    return
    raise AssertionError(f"{step} is not reached by the arrows")


OPPOSITE = {"ArrowUp": "ArrowDown", "ArrowLeft": "ArrowRight"}


# ── and what comes after ──


def press(page: Page, button: str) -> None:
    found = page.get_by_role("button", name=button, exact=True)
    expect(found).to_be_enabled()
    found.focus()
    page.keyboard.press("Enter")


def change_code(page: Page, words: dict[str, str], old: str, new: str, version: int) -> None:
    box(page, "report").click()
    field = form_of(page, words, "report").get_by_role("textbox", name=words["code"], exact=True)
    field.click()
    write(page, STEPS["report"]["config"]["code"].replace(old, new))
    checked(page)
    page.keyboard.press("Control+s")
    saved_as(page, version)
    make_ready(page, words, version)


def make_ready(page: Page, words: dict[str, str], version: int) -> None:
    press(page, words["ready"].format(version))
    expect(page.get_by_role("button", name=words["ready"].format(version))).to_have_count(0)


def run_break_and_mend(page: Page, words: dict[str, str], picture: Picture, name: str) -> None:
    editor = page.url
    make_ready(page, words, 1)
    run(page, words)
    status(page, "completed")
    for step in STEPS:
        expect(page.locator(f".node[data-step={step}]")).to_have_attribute("data-status", "completed")
    picture(page, f"{name}-completed")

    page.goto(editor)
    checked(page)
    change_code(page, words, RIGHT, BROKEN, 2)
    run(page, words)
    status(page, "failed")
    card = page.get_by_role("alert").filter(has_text="NameError")
    expect(card).to_contain_text("tabulated")
    expect(card).to_contain_text("report")
    picture(page, f"{name}-failed")
    accessible(page)
    failed = page.url

    page.goto(editor)
    checked(page)
    change_code(page, words, BROKEN, RIGHT, 3)
    page.goto(failed)
    status(page, "failed")
    press(page, words["retry"])
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name=words["version"]).select_option("3")
    expect(dialog.locator("[data-action=reuse]")).to_have_count(len(STEPS) - 1)
    picture(page, f"{name}-retry")
    dialog.get_by_role("button", name=words["confirm"]).click()
    status(page, "completed")
    accessible(page, iframes=False)

    press(page, words["compare"])
    page.get_by_role("dialog").get_by_role("button", name=re.compile(words["before"])).click()
    expect(page.locator(".node.compared.differs[data-step=report]")).to_be_visible()
    expect(page.locator(".node.compared.same")).to_have_count(len(STEPS) - 1)
    expect(page.locator("main")).to_contain_text(words["because"])
    picture(page, f"{name}-compared")
    accessible(page, iframes=False)


def run(page: Page, words: dict[str, str]) -> None:
    press(page, words["run"])
    page.get_by_role("dialog").get_by_role("button", name=words["start"]).click()


# ── on a phone ──


def test_on_a_phone_a_failure_is_understood_mended_and_retried(open_page: OpenPage, api: Api, picture: Picture) -> None:
    definition = copy.deepcopy(WANTED) | {"name": "weather-on-a-phone"}
    report = next(node for node in definition["nodes"] if node["id"] == "report")
    report["config"]["code"] = report["config"]["code"].replace(RIGHT, BROKEN)
    execution_id = api.run(api.save(definition), year=2015, pace_s=0)
    api.finish(execution_id)
    page, words = open_page(f"/executions/{execution_id}", locale="zh-CN", phone=True), ZH
    status(page, "failed")
    failure = page.get_by_role("alert").filter(has_text="NameError")
    expect(failure).to_contain_text("tabulated")
    picture(page, "story-phone-zh-failed")
    fits_in_width(page)
    accessible(page)
    failure.get_by_role("link", name="打开工作流").tap()

    checked(page)
    page.get_by_role("tab", name=words["step"], exact=True).tap()
    page.locator(".step-list").get_by_role("button", name="report").tap()
    field = form_of(page, words, "report").get_by_role("textbox", name=words["code"], exact=True)
    field.tap()
    write(page, STEPS["report"]["config"]["code"])
    checked(page)
    page.get_by_role("button", name="保存为 v2").tap()
    saved_as(page, 2)
    page.get_by_role("button", name=words["ready"].format(2)).tap()
    expect(page.get_by_role("button", name=words["ready"].format(2))).to_have_count(0)
    fits_in_width(page)

    page.goto(f"/executions/{execution_id}")
    page.get_by_role("button", name=words["retry"], exact=True).tap()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name=words["version"]).select_option("2")
    expect(dialog.locator("[data-action=reuse]")).to_have_count(len(STEPS) - 1)
    picture(page, "story-phone-zh-retry")
    fits_in_width(page)
    dialog.get_by_role("button", name=words["confirm"]).tap()
    status(page, "completed")
    picture(page, "story-phone-zh-completed")
