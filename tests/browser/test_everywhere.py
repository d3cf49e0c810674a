"""What holds on every screen: both languages, both themes, a phone, a screen reader, and states nobody hopes for."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_a_thumb, fits_in_width
from tests.fixtures.api import Api, python, workflow
from tests.fixtures.server import RunningServer

expect.set_options(timeout=PATIENCE_MS)

STALLED = "import time\ndef main(step):\n    print('begun')\n    step.progress(0.4, 'reading')\n    time.sleep(300)"
BROKEN = "def main():\n    raise ValueError('no such city')"


@pytest.fixture(scope="module")
def paths(server: RunningServer) -> dict[str, str]:
    """Screen -> its address, with something to see on each."""
    api = Api(server.url)
    weather = next(item for item in api.get("/workflows")["items"] if item["name"] == "weather-report")
    completed = api.run(weather["id"], pace_s=0)
    api.finish(completed)
    failed = api.run(api.save(workflow("broken", python("load", BROKEN), python("after", "def main(): pass"))))
    api.finish(failed)
    stopped = api.run(api.save(workflow("ended", python("a", STALLED))))
    api.wait_for_event(stopped, lambda kind, _: kind == "execution.step_logged")
    api.post(f"/executions/{stopped}/stop", {"grace_s": 0})
    api.finish(stopped)
    running = api.run(api.save(workflow("running", python("a", STALLED), python("b", "def main(): pass"))))
    api.wait_for_event(running, lambda kind, _: kind == "execution.step_logged")
    draft = api.post("/workflows", {"name": "unfinished", "definition": {"nodes": [], "edges": []}}, 201)
    api.close()
    return {
        "workflows": "/workflows",
        "workflow": f"/workflows/{weather['id']}",
        "draft": f"/workflows/{draft['id']}",
        "executions": "/executions",
        "completed": f"/executions/{completed}",
        "failed": f"/executions/{failed}",
        "stopped": f"/executions/{stopped}",
        "running": f"/executions/{running}",
        "missing": "/executions/0190ecb9-7a4a-7d3c-8a53-000000000000",
        "nowhere": "/no/such/page",
    }


SCREENS = (
    "workflows",
    "workflow",
    "draft",
    "executions",
    "completed",
    "failed",
    "stopped",
    "running",
    "missing",
    "nowhere",
)


def settled(page: Page) -> Page:
    """Once nothing is loading any more."""
    page.wait_for_selector("main h1, main h2, main .crumbs, main [role=alert]")
    expect(page.locator("[aria-busy=true], .skeleton")).to_have_count(0)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_no_accessibility_violation(
    open_page: OpenPage, paths: dict[str, str], picture: Picture, screen: str, scheme: str
) -> None:
    locale = "en-US" if scheme == "light" else "zh-CN"
    page = settled(open_page(paths[screen], locale=locale, scheme=scheme, quiet=screen != "missing"))  # type: ignore[arg-type]
    picture(page, f"{screen}-{locale[:2]}-{scheme}")
    accessible(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_phone_scrolls_one_way_and_targets_fit_a_thumb(
    open_page: OpenPage, paths: dict[str, str], picture: Picture, screen: str
) -> None:
    page = settled(open_page(paths[screen], locale="zh-CN", phone=True, quiet=screen != "missing"))
    picture(page, f"{screen}-zh-phone")
    fits_in_width(page)
    fits_a_thumb(page)


def test_an_unknown_execution_and_an_unknown_page_say_so_with_a_way_out(
    open_page: OpenPage, paths: dict[str, str]
) -> None:
    page = settled(open_page(paths["missing"], quiet=False))
    expect(page.get_by_role("alert")).to_contain_text("Not found")
    page.locator("main").get_by_role("link", name="Executions").click()
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    page.goto(paths["nowhere"])
    expect(page.get_by_role("heading", name="There is no such page").last).to_be_visible()
    page.get_by_role("link", name="To the workflows").click()
    expect(page.get_by_role("heading", name="Workflows")).to_be_visible()


def test_a_draft_says_why_it_cannot_run(open_page: OpenPage, paths: dict[str, str]) -> None:
    page = settled(open_page(paths["draft"]))
    expect(page.get_by_role("button", name="Run")).to_be_disabled()
    expect(page.get_by_text("No version is ready to run: 1 to mend")).to_be_visible()


def test_everything_on_the_way_of_a_run_is_reached_by_keyboard(open_page: OpenPage, paths: dict[str, str]) -> None:
    page = settled(open_page(paths["workflow"]))
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    _tab_to(page, lambda: page.evaluate("document.activeElement.textContent.startsWith('Run')"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Year")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-execution-status]")).to_be_visible()
    _tab_to(page, lambda: page.evaluate("document.activeElement.closest('[data-step-row]') !== null"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-step-row].selected")).to_have_count(1)


def _tab_to(page: Page, there: Callable[[], bool]) -> None:
    for _ in range(60):
        if there():
            return
        page.keyboard.press("Tab")
    raise AssertionError("not reached by 60 presses of Tab")


@pytest.mark.parametrize(("locale", "title"), [("en-US", "Keyboard"), ("zh-CN", "键盘")])
def test_question_mark_shows_the_keys(open_page: OpenPage, picture: Picture, locale: str, title: str) -> None:
    page = settled(open_page("/workflows", locale=locale))
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name=title)
    expect(sheet.locator("kbd").first).to_be_visible()
    picture(page, f"keys-{locale}")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/executions$"))
