"""A person draws a workflow: on the canvas by mouse and by keyboard, and in the forms beside it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_a_thumb, fits_in_width
from tests.browser.test_editing import checked, definition_of, id_in, saved_as, text_of, two
from tests.browser.test_watching import status
from tests.fixtures.api import Api, Json

expect.set_options(timeout=PATIENCE_MS)

NOW = "document.querySelector('.cm-content').cmTile.view.state.doc.toString()"
OUTPUT = "${steps.%s.output}"


def box(page: Page, step: str) -> Locator:
    return page.locator(f".react-flow__node[data-id={step}]")


def edges(page: Page) -> Locator:
    return page.locator(".react-flow__edge")


def form(page: Page, step: str) -> Locator:
    return page.get_by_role("form", name=re.compile(f"{step}"))


def drag(page: Page, start: Locator, end: Locator) -> None:
    """By the mouse, as a hand does: in steps."""
    ends = [place.bounding_box() for place in (start, end)]
    (a, b) = [(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2) for at in ends if at is not None]
    page.mouse.move(*a)
    page.mouse.down()
    page.mouse.move((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, steps=4)
    page.mouse.move(*b, steps=4)
    page.mouse.up()


def put(page: Page, kind: str, across: float, down: float) -> None:
    """A kind from the palette onto the canvas, at a share of its width and height."""
    canvas = page.locator(".canvas.edits")
    size = canvas.bounding_box()
    assert size is not None
    place = {"x": size["width"] * across, "y": size["height"] * down}
    page.locator(f"[data-kind={kind}]").drag_to(canvas, target_position=place)  # type: ignore[arg-type]


def run_it(page: Page) -> None:
    page.get_by_role("button", name="Make v1 ready").click()
    page.get_by_role("button", name="Run…").click()
    page.get_by_role("dialog").get_by_role("button", name="Run it").click()
    status(page, "completed")


def test_two_steps_are_drawn_from_nothing_by_mouse_saved_and_run(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    page = open_page("/workflows/new")
    checked(page)
    box(page, "greet").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Drag a step from the left to here")).to_be_visible()
    picture(page, "canvas-empty-en-light")

    put(page, "python", 0.3, 0.4)
    expect(box(page, "python")).to_be_visible()
    put(page, "transform", 0.7, 0.4)
    expect(box(page, "transform")).to_be_visible()
    drag(page, box(page, "python").locator(".source"), box(page, "transform").locator(".target"))
    expect(edges(page)).to_have_count(1)
    field = form(page, "transform").get_by_role("textbox", name="Expression")
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(OUTPUT % "python")
    checked(page)
    expect(page.locator("[data-problem]")).to_have_count(0)
    picture(page, "canvas-drawn-en-light")
    accessible(page)

    page.get_by_role("button", name="Save as new workflow").click()
    definition = definition_of(api, id_in(page))
    assert definition["edges"] == [{"from": "python", "to": "transform"}]
    assert [node["position"]["y"] % 16 for node in definition["nodes"]] == [0, 0], "on the grid"
    saved_as(page, 1)
    run_it(page)
    expect(page.locator(".node[data-step=transform]")).to_have_attribute("data-status", "completed")


def test_two_steps_are_drawn_from_nothing_by_keyboard_saved_and_run(open_page: OpenPage, api: Api) -> None:
    page = open_page("/workflows/new")
    checked(page)
    page.locator(".canvas-panel").focus()
    for key in ("ArrowRight", "Delete", "/"):
        page.keyboard.press(key)
    page.keyboard.type("pyth")
    page.keyboard.press("Enter")
    expect(form(page, "python")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("trans")
    page.keyboard.press("Enter")
    expect(edges(page)).to_have_count(1)
    page.keyboard.press("Enter")
    name = form(page, "transform").get_by_role("textbox", name="Name")
    expect(name).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("last")
    page.keyboard.press("Enter")
    expect(box(page, "last")).to_be_visible()
    checked(page)
    page.keyboard.press("Control+s")
    definition = definition_of(api, id_in(page))
    assert [(edge["from"], edge["to"]) for edge in definition["edges"]] == [("python", "last")]
    saved_as(page, 1)
    for button in ("Make v1 ready", "Run…"):
        expect(page.get_by_role("button", name=button)).to_be_enabled()
        page.get_by_role("button", name=button).focus()
        page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("textbox", name="Who")).to_be_focused()
    page.keyboard.press("Control+Enter")
    status(page, "completed")


def test_what_is_drawn_is_taken_back_and_put_back_step_by_step(open_page: OpenPage, api: Api) -> None:
    page = open_page(f"/workflows/{api.save(two('undone', edges=[]))}")
    checked(page)
    texts = [text_of(page)]

    def done() -> None:
        page.wait_for_function(f"text => {NOW} !== text", arg=texts[-1])
        texts.append(text_of(page))

    drag(page, box(page, "load").locator(".source"), box(page, "after").locator(".target"))
    done()
    page.get_by_role("button", name="Insert a step between load and after").first.click()
    page.keyboard.type("wait")
    page.keyboard.press("Enter")
    done()
    expect(edges(page)).to_have_count(2)
    box(page, "wait").click()
    page.keyboard.press("Control+d")
    done()
    expect(box(page, "wait_2")).to_be_visible()
    page.keyboard.press("Delete")
    done()
    page.keyboard.press("Control+a")
    page.keyboard.press("Shift+ArrowDown")
    done()
    assert texts[4] == texts[2]
    assert text_of(page).count("position:") == 3

    def shows(text: str) -> None:
        page.wait_for_function(f"text => {NOW} === text", arg=text)

    for text in reversed(texts[:-1]):
        page.keyboard.press("Control+z")
        shows(text)
    for text in texts[1:]:
        page.keyboard.press("Control+Shift+z")
        shows(text)
    page.get_by_role("button", name="Arrange automatically").click()
    page.wait_for_function(f"() => !{NOW}.includes('position')")


def test_a_step_that_is_moved_moves_alone(open_page: OpenPage, api: Api) -> None:
    """Once one is placed by hand all are: where they stood, downwards as well as across."""
    page = open_page(f"/workflows/{api.save(two('moved'))}")
    checked(page)
    before = box(page, "after").bounding_box()
    moved = box(page, "load").bounding_box()
    assert before is not None
    assert moved is not None
    page.mouse.move(moved["x"] + 60, moved["y"] + 30)
    page.mouse.down()
    page.mouse.move(moved["x"] + 100, moved["y"] - 50, steps=6)
    page.mouse.up()
    page.wait_for_function(f"() => {NOW}.split('position:').length === 3")
    after = box(page, "after").bounding_box()
    assert after is not None
    assert abs(after["x"] - before["x"]) <= 16, "at most to the grid"
    assert abs(after["y"] - before["y"]) <= 16


def test_steps_are_carried_into_another_workflow(open_page: OpenPage, api: Api) -> None:
    page = open_page(f"/workflows/{api.save(two('source'))}")
    checked(page)
    box(page, "load").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    page.goto(f"/workflows/{api.save(two('target'))}")
    checked(page)
    page.locator(".canvas-panel").focus()
    page.keyboard.press("Control+v")
    expect(box(page, "after_2")).to_be_visible()
    expect(edges(page)).to_have_count(2)


def test_an_expression_shows_what_it_gives_in_the_last_run(open_page: OpenPage, api: Api, picture: Picture) -> None:
    definition: Json = two("tried")
    definition["nodes"][0]["config"]["code"] = "def main():\n    return {'rows': [1, 2, 3]}"
    definition["nodes"][1] = {"id": "sum", "kind": "transform", "config": {"expression": OUTPUT % "load"}}
    definition["edges"] = [{"from": "load", "to": "sum"}]
    workflow_id = api.save(definition)
    api.finish(api.run(workflow_id))
    page = open_page(f"/workflows/{workflow_id}", locale="zh-CN", scheme="dark")
    checked(page)
    box(page, "sum").click()
    tried = page.locator("[data-tried]")
    expect(tried).to_contain_text('{"rows":[1,2,3]}')
    field = form(page, "sum").get_by_role("textbox", name="表达式")
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("${$sum(steps.")
    suggestions = page.locator(".cm-tooltip-autocomplete [role=option]")
    expect(suggestions).to_have_text(["load"])
    suggestions.click()
    page.keyboard.type(".output.rows")
    expect(tried).to_contain_text("6")
    picture(page, "form-tried-zh-dark")
    accessible(page)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("${$sum('a')}")
    expect(page.locator("[data-tried=error]")).to_be_visible()


def test_what_is_wrong_stands_at_the_field_while_it_is_typed(open_page: OpenPage, api: Api, picture: Picture) -> None:
    page = open_page(f"/workflows/{api.save(two('wrong'))}", locale="zh-CN")
    checked(page)
    box(page, "load").click()
    field = form(page, "load").get_by_role("textbox", name="代码")
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("def min():\n    return 1\n")
    problem = page.locator("[data-field-problem=error]")
    expect(problem).to_contain_text("代码里没有名为 main 的函数。")
    expect(page.locator(".node[data-step=load]")).to_have_attribute("data-mark", "error")
    picture(page, "form-problem-zh-light")
    accessible(page)
    page.keyboard.press("Control+z")
    expect(problem).to_have_count(0)


@pytest.mark.parametrize("wanted", ["等待", "dd", "wait"])
def test_a_kind_is_found_in_both_languages_and_by_pinyin(open_page: OpenPage, wanted: str) -> None:
    page = open_page("/workflows/new", locale="zh-CN")
    checked(page)
    page.locator(".canvas-panel").focus()
    page.keyboard.press("/")
    page.get_by_role("combobox", name="添加步骤").fill(wanted)
    expect(page.get_by_role("option").first).to_contain_text("等待")
    page.keyboard.press("Enter")
    expect(box(page, "wait")).to_be_visible()


def test_on_a_phone_steps_are_a_list_with_a_form(open_page: OpenPage, api: Api, picture: Picture) -> None:
    page = open_page(f"/workflows/{api.save(two('电话表单'))}", locale="zh-CN", phone=True)
    checked(page)
    page.get_by_role("tab", name="步骤", exact=True).tap()
    page.locator(".step-list").get_by_role("button", name="after").tap()
    expect(form(page, "after")).to_be_visible()
    picture(page, "form-zh-phone")
    fits_in_width(page)
    fits_a_thumb(page)
    page.get_by_role("button", name="添加步骤").tap()
    page.get_by_role("combobox", name="添加步骤").fill("http")
    page.get_by_role("option").first.tap()
    expect(page.locator(".step-list").get_by_role("button", name="http")).to_be_visible()
    accessible(page)


def test_steps_are_put_into_a_group_and_a_note_beside_them(open_page: OpenPage, api: Api, picture: Picture) -> None:
    workflow_id = api.save(two("noted"))
    page = open_page(f"/workflows/{workflow_id}", locale="zh-CN")
    checked(page)
    page.locator(".canvas-panel").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+g")
    name = page.get_by_role("form", name="分组的表单").get_by_role("textbox", name="分组名称")
    expect(name).to_be_focused()
    name.fill("每日装载")
    page.get_by_role("radio", name="蓝").check()
    group = page.locator(".sketch.group")
    expect(group).to_have_attribute("data-color", "blue")
    page.get_by_role("button", name="添加便签").click()
    text = page.get_by_role("form", name="便签的表单").get_by_role("textbox", name="内容")
    text.fill("**每天早上**运行\n\n- 先装载\n- 再汇总")
    note = page.locator(".sketch.note")
    expect(note.locator("strong")).to_have_text("每天早上")
    page.wait_for_function(f"() => {NOW}.includes('先装载')")
    picture(page, "canvas-notes-zh-light")
    accessible(page)

    at = note.bounding_box()
    assert at is not None
    page.mouse.move(at["x"] + 30, at["y"] + 20)
    page.mouse.down()
    page.mouse.move(at["x"] + 30, at["y"] - 44, steps=6)
    page.mouse.up()
    checked(page)
    page.keyboard.press("Control+s")
    saved_as(page, 2)
    canvas = definition_of(api, workflow_id)["canvas"]
    assert [(one["title"], one["nodes"], one["color"]) for one in canvas["groups"]] == [
        ("每日装载", ["load", "after"], "blue")
    ]
    placed = min(node["position"]["y"] for node in definition_of(api, workflow_id)["nodes"])
    assert canvas["notes"][0]["position"]["y"] < placed - 96 - 64, "it was drawn upwards"
    # A run shows them as well; the title of a group selects its steps.
    page.get_by_role("button", name="每日装载").click()
    page.get_by_role("button", name="解散分组").click()
    expect(group).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(group).to_have_count(1)
    api.post(f"/workflows/{workflow_id}/ready", {})
    execution_id = api.run(workflow_id)
    api.finish(execution_id)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/executions/{execution_id}")
    expect(page.locator(".sketch.group .group-title")).to_have_text("每日装载")
    expect(page.locator(".sketch.note strong")).to_have_text("每天早上")
    picture(page, "run-notes-zh-light")
