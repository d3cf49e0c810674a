"""The canvas: a workflow of two steps drawn from nothing by mouse, and again by keyboard, saved and run."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible
from tests.fixtures.server import RunningServer, serving

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples") as running:
        yield running


def saved_and_run(page: Page, save: str, run: str) -> None:
    expect(page.locator("[data-check=checked]")).to_have_text(re.compile("no problems|没有问题"))
    page.get_by_role("button", name=save).click()
    expect(page).to_have_url(re.compile(r"/workflows/[0-9a-f-]{36}$"))
    page.get_by_role("button", name=re.compile("Make v1 ready|将 v1 设为可运行")).click()
    page.get_by_role("button", name=run).click()
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.locator("[data-status=completed]").first).to_be_visible()
    expect(page.locator(".react-flow__node [data-status=completed]")).to_have_count(2)


def test_two_steps_are_drawn_by_mouse_saved_and_run(open_page: OpenPage, picture: Picture) -> None:
    page = open_page("/workflows/new")
    step = page.get_by_role("button", name="Step", exact=True)
    step.click()
    page.get_by_label("Find a kind of step").fill("transform")
    page.get_by_role("option", name=re.compile("Transform")).click()
    expect(page.locator("[data-step=transform]")).to_be_visible()
    # By the mouse from one box to the other.
    source = page.locator(".react-flow__node:has([data-step=greet]) .react-flow__handle.source")
    target = page.locator(".react-flow__node:has([data-step=transform]) .react-flow__handle.target")
    source.drag_to(target)
    edge = page.locator(".react-flow__edge")
    expect(edge).to_have_count(1)
    expect(page.locator(".cm-content")).to_contain_text("{from: greet, to: transform}")
    accessible(page)
    picture(page, "canvas-two-steps")
    # It goes, and comes back.
    page.get_by_role("button", name="Undo").click()
    expect(edge).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    expect(edge).to_have_count(1)
    # One more in between, and away again.
    page.get_by_role("button", name="Add a step between greet and transform").click()
    page.get_by_role("option", name=re.compile("Wait")).click()
    expect(edge).to_have_count(2)
    page.locator(".react-flow__node:has([data-step=wait])").click()
    page.get_by_role("button", name="Remove wait").click()
    expect(edge).to_have_count(0)
    page.locator(".react-flow__node:has([data-step=greet])").click()
    page.get_by_label("Connect greet to").select_option("transform")
    # Another name goes into the edge.
    page.get_by_label("Name of greet").fill("hello")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-content")).to_contain_text("{from: hello, to: transform}")
    saved_and_run(page, "Save as new workflow", "Run…")


def test_and_again_by_keyboard_in_chinese(open_page: OpenPage, picture: Picture) -> None:
    page = open_page("/workflows/new", locale="zh-CN")
    first = page.locator(".react-flow__node:has([data-step=greet])")
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-step=greet]")).to_have_class(re.compile("selected"))
    first.focus()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name=re.compile("查找步骤种类"))).to_be_focused()
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()
    page.keyboard.type("zh")  # 转换 by its initials
    picture(page, "canvas-quick-add-zh")
    page.keyboard.press("Enter")
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    expect(page.locator("[data-step=transform]")).to_have_class(re.compile("selected"))
    added = page.locator(".react-flow__node:has([data-step=transform])")
    added.focus()
    page.keyboard.press("Control+d")
    expect(page.locator("[data-step=transform_2]")).to_be_visible()
    page.locator(".react-flow__node:has([data-step=transform_2])").focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-step=transform_2]")).to_have_count(0)
    accessible(page)
    saved_and_run(page, "保存为新工作流", "运行…")
