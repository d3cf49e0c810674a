"""A person finds the way: by the command palette, by saved views, from templates, and from nothing to a first run."""

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_a_thumb, fits_in_width
from tests.browser.test_editing import checked
from tests.browser.test_watching import status
from tests.fixtures.api import Api, python, workflow
from tests.fixtures.server import serving

expect.set_options(timeout=PATIENCE_MS)

HELLO = workflow("hello-palette", python("a", "def main(): return 1"))


def palette(page: Page) -> Locator:
    return page.get_by_role("combobox", name=re.compile("Find and do anything|查找并执行任何操作"))


def find(page: Page, text: str) -> Locator:
    """The palette, opened by its keys, with this typed into it; what is chosen."""
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_focused()
    page.keyboard.type(text)
    return page.locator(".palette-list").get_by_role("option", selected=True)


def test_a_workflow_is_found_run_and_left_by_the_palette_alone(open_page: OpenPage, api: Api) -> None:
    workflow_id = api.save(HELLO)
    page = open_page("/queue")
    expect(page.get_by_role("heading", name="Queue", exact=True)).to_be_visible()
    expect(find(page, "hello-pal")).to_contain_text("hello-palette")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(workflow_id))
    expect(page.get_by_role("button", name="Run…")).to_be_enabled()
    expect(find(page, "run…")).to_contain_text("Run…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Run hello-palette")).to_be_visible()
    page.keyboard.press("Control+Enter")
    status(page, "completed")
    expect(find(page, "retry it")).to_contain_text("Retry it")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=re.compile("^Retry #1"))
    expect(dialog).to_be_visible()
    expect(dialog.locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(find(page, "#1")).to_contain_text("#1")
    page.keyboard.press("Escape")
    expect(palette(page)).to_have_count(0)


def test_the_palette_opens_from_the_text_of_the_editor_and_gives_the_focus_back(open_page: OpenPage) -> None:
    page = open_page("/workflows/new")
    checked(page)
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_focused()
    page.keyboard.press("Control+k")
    expect(palette(page)).to_have_count(0)
    expect(page.locator(".cm-content").first).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_palette_is_accessible_in_both_languages(open_page: OpenPage, picture: Picture, scheme: str) -> None:
    locale = "en-US" if scheme == "light" else "zh-CN"
    page = open_page("/executions", locale=locale, scheme=scheme)  # type: ignore[arg-type]
    expect(page.locator("main h1")).to_be_visible()
    find(page, "")
    picture(page, f"palette-{locale[:2]}-{scheme}")
    accessible(page)


def test_the_palette_fills_a_phone_and_fits_a_thumb(open_page: OpenPage, picture: Picture) -> None:
    page = open_page("/workflows", locale="zh-CN", phone=True)
    page.get_by_role("button", name="查找").tap()
    expect(palette(page)).to_be_focused()
    size = page.get_by_role("dialog").bounding_box()
    assert size is not None
    assert (size["width"], size["height"]) == (390, 844)
    picture(page, "palette-zh-phone")
    fits_in_width(page)
    fits_a_thumb(page)
    page.get_by_role("option", name="前往队列").tap()
    expect(page).to_have_url(re.compile("/queue$"))


MINUTE_S = 60


@pytest.mark.parametrize("way", ["drawn", "template"])
def test_from_the_empty_start_to_a_finished_run_of_an_own_workflow_takes_less_than_a_minute(
    open_page: OpenPage, picture: Picture, way: str
) -> None:
    with serving() as fresh:
        begun = time.monotonic()
        page = open_page("/", url=fresh.url)
        expect(page.get_by_role("heading", name="Run your first workflow")).to_be_visible()
        page.locator("main").get_by_role("link", name="New workflow").last.click()
        if way == "drawn":
            page.get_by_role("button", name="Empty canvas").click()
            expect(page.get_by_text("Drag a step from the left")).to_be_visible()
            for kind in ("Python", "Transform"):
                page.get_by_role("navigation", name="Kinds of step").get_by_role("button", name=kind).click()
            expect(page.locator(".react-flow__edge")).to_have_count(1)
        else:
            page.get_by_role("button", name="Two steps").click()
            page.get_by_role("button", name="Begin with this").click()
        checked(page)
        expect(page.locator("[data-problem]")).to_have_count(0)
        page.get_by_role("button", name="Save as new workflow").click()
        expect(page.get_by_text("v1 is saved. What runs is the version that you call ready.")).to_be_visible()
        picture(page, f"first-saved-{way}")
        page.get_by_role("button", name="Run v1…").click()
        page.get_by_role("dialog").get_by_role("button", name="Run it").click()
        status(page, "completed")
        expect(page.locator("[data-step-row][data-status=completed]")).to_have_count(2)
        took = time.monotonic() - begun
        picture(page, f"first-finished-{way}")
    print(f"from the empty start to a finished run of two steps, {way}: {took:.1f} s")
    assert took < MINUTE_S


def test_templates_are_chosen_by_keyboard_and_on_a_phone(open_page: OpenPage, picture: Picture) -> None:
    page = open_page("/workflows")
    expect(page.get_by_role("heading", name="Workflows", exact=True)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Two steps")).to_be_visible()
    picture(page, "templates-en-light")
    accessible(page)
    page.keyboard.press("/")
    page.keyboard.type("etl")
    expect(page.locator(".template-card")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="File to figures")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Begin with this")).to_be_focused()
    accessible(page)
    page.keyboard.press("Enter")
    checked(page)
    expect(page.locator(".react-flow__node")).to_have_count(4)
    expect(page.locator("[data-problem]")).to_have_count(0)

    phone = open_page("/workflows/start", locale="zh-CN", scheme="dark", phone=True)
    phone.get_by_role("button", name="两个步骤").tap()
    expect(phone.get_by_role("button", name="用它开始")).to_be_visible()
    picture(phone, "template-zh-phone")
    fits_in_width(phone)
    fits_a_thumb(phone)
    accessible(phone)
    phone.get_by_role("button", name="用它开始").tap()
    expect(phone.get_by_role("button", name="保存为新工作流")).to_be_enabled()


def test_a_filter_becomes_a_view_that_the_list_opens_with(open_page: OpenPage, api: Api, picture: Picture) -> None:
    api.finish(api.run(api.save(workflow("for-views", python("a", "def main(): raise ValueError('no')")))))
    page = open_page("/executions")
    menu = page.locator("details.views")
    expect(menu.locator("summary")).to_have_text("View: All")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Failed in 24 hours").click()
    expect(page).to_have_url(re.compile(r"/executions\?status=failed&since=24h$"))
    expect(page.get_by_role("link", name="for-views").first).to_be_visible()
    page.get_by_role("searchbox").fill("for-views")
    menu.locator("summary").click()
    menu.get_by_role("textbox", name="Save this filter as a view").fill("Broken views")
    page.keyboard.press("Enter")
    expect(menu.locator("summary")).to_have_text("View: Broken views")
    picture(page, "views-en-light")
    accessible(page)
    menu.get_by_role("button", name="Manage views…").click()
    sheet = page.get_by_role("dialog", name="Views")
    sheet.get_by_role("combobox", name="The list opens with").select_option("Broken views")
    picture(page, "views-sheet-en-light")
    accessible(page)
    page.keyboard.press("Escape")
    page.goto("/queue")
    expect(page.get_by_role("heading", name="Queue", exact=True)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"q=for-views$"))
    expect(menu.locator("summary")).to_have_text("View: Broken views")


@pytest.mark.parametrize(("locale", "failed"), [("zh-CN", "24 小时内失败"), ("en-US", "Failed in 24 hours")])
def test_views_fit_a_phone(open_page: OpenPage, picture: Picture, locale: str, failed: str) -> None:
    page = open_page("/executions?status=running&waits=yes", locale=locale, scheme="dark", phone=True)
    page.locator("details.views summary").tap()
    expect(page.get_by_role("link", name=failed)).to_be_visible()
    menu = page.locator(".views .menu-body").bounding_box()
    assert menu is not None
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= 390
    picture(page, f"views-{locale[:2]}-phone")
    fits_in_width(page)
    fits_a_thumb(page)
    accessible(page)
