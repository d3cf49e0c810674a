"""The queue: 200 runs of three priorities, two keys and one plain workflow, understood at a glance, and live."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_a_thumb, fits_in_width
from tests.fixtures.api import Api, python, workflow
from tests.fixtures.server import RunningServer, serving

expect.set_options(timeout=PATIENCE_MS)

UNTIL_FILE = "import os, time\ndef main(gate):\n    while not os.path.exists(gate):\n        time.sleep(0.02)"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples", RUNWRIGHT_ATTEMPT_LIMIT="4") as running:
        yield running


@pytest.fixture(scope="module")
def gate(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four slots taken, 200 that wait: 80 of a plain workflow, 60 for each of two cities that take one at a time."""
    gate = tmp_path_factory.mktemp("gate") / "open"
    api = Api(server.url)
    step = python("s", UNTIL_FILE, args={"gate": str(gate)})
    cities = api.save(
        {**workflow("city-report", step), "settings": {"concurrency": {"limit": 1, "key": "${inputs.city}"}}}
    )
    plain = api.save(workflow("nightly-import", step))

    def run(flow: str, priority: int, **inputs: str) -> None:
        api.post(f"/workflows/{flow}/execute", {"inputs": inputs, "priority": priority}, 202)

    gate.touch()  # so many runs that it can be said when the next ones start
    for _ in range(6):
        api.finish(api.run(cities, city="Oslo"))
        api.finish(api.run(plain))
    gate.unlink()
    for city in ("Seattle", "Tokyo"):
        run(cities, 0, city=city)
    for _ in range(2):
        run(plain, 0)
    for n in range(80):
        run(plain, (0, 0, 10, 50)[n % 4])
    for n in range(120):
        run(cities, (0, 10)[n % 2], city=("Seattle", "Tokyo")[n // 60])
    api.close()
    return gate


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_two_hundred_that_wait_are_understood_at_a_glance(
    open_page: OpenPage, picture: Picture, gate: Path, locale: str
) -> None:
    assert not gate.exists()
    page = open_page("/queue", locale=locale)
    now = page.locator(".queue-figures")
    expect(now.get_by_role("meter")).to_have_attribute("aria-valuenow", "4")
    expect(now.get_by_role("listitem")).to_have_count(2 + 3)
    expect(now.get_by_role("listitem").nth(0)).to_contain_text("80")
    expect(now.get_by_role("listitem").nth(1)).to_contain_text("120")
    for n, (priority, count) in enumerate([(50, 20), (10, 80), (0, 100)], 2):
        expect(now.get_by_role("listitem").nth(n)).to_contain_text(str(priority))
        expect(now.get_by_role("listitem").nth(n)).to_contain_text(str(count))
    rows = page.locator("tr[data-execution]")
    expect(rows).to_have_count(100)
    expect(rows.first).to_contain_text("nightly-import")
    expect(rows.first.locator("td").nth(3)).to_have_text("50")
    expect(rows.first.locator(".queue-starts")).to_have_text(re.compile(r"\d"))
    keyed = page.locator("tr[data-cause='key_limit']").first
    expect(keyed).to_contain_text("Seattle" if locale == "en-US" else "已到上限 1")
    picture(page, f"queue-{locale}")
    accessible(page)
    fits_in_width(page)


def test_a_phone_and_the_dark_show_it_as_well(open_page: OpenPage, picture: Picture, gate: Path) -> None:
    assert not gate.exists()
    phone = open_page("/queue", phone=True)
    expect(phone.locator("tr[data-execution]").first).to_be_visible()
    picture(phone, "queue-phone")
    fits_in_width(phone)
    fits_a_thumb(phone)
    accessible(phone)
    dark = open_page("/queue", scheme="dark")
    expect(dark.locator("tr[data-execution]").first).to_be_visible()
    accessible(dark)
    picture(dark, "queue-dark")


def test_who_holds_a_place_is_one_press_away(open_page: OpenPage, gate: Path) -> None:
    assert not gate.exists()
    page = open_page("/executions")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    page.locator("tr[data-cause='key_limit'] a[href^='/executions/']").nth(1).click()
    expect(page.locator("[data-execution-status='running']")).to_be_visible()


def test_several_are_held_and_let_go_after_a_preview(open_page: OpenPage, picture: Picture, gate: Path) -> None:
    page = open_page("/queue")
    rows = page.locator("tr[data-execution]")
    for n in range(3):
        rows.nth(n).get_by_role("checkbox").check()
    page.get_by_role("toolbar", name="3 selected").get_by_role("button", name="Hold 3…").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("region", name="3 will wait until they are released")).to_be_visible()
    accessible(page)
    picture(page, "queue-hold-preview")
    sheet.get_by_role("button", name="Hold them").click()
    expect(sheet.locator("[data-outcome=done]")).to_have_count(3)
    sheet.get_by_role("button", name="Close").last.click()
    held = page.locator("tr[data-cause=held]")
    page.get_by_role("button", name="Show more").click()  # they stand behind all who have a place
    expect(held).to_have_count(3)
    for n in range(3):
        held.nth(n).get_by_role("checkbox").check()
    page.get_by_role("toolbar").get_by_role("button", name="Release 3…").click()
    sheet.get_by_role("button", name="Release them").click()
    expect(sheet.locator("[data-outcome=done]")).to_have_count(3)
    sheet.get_by_role("button", name="Close").last.click()
    expect(held).to_have_count(0)


def test_it_empties_by_itself(open_page: OpenPage, picture: Picture, gate: Path, server: RunningServer) -> None:
    page = open_page("/queue")
    expect(page.locator("tr[data-execution]")).to_have_count(100)
    gate.touch()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    api = Api(server.url)
    assert [one["status"] for one in api.get("/executions", status="failed")["items"]] == []
    api.close()
    picture(page, "queue-empty")
