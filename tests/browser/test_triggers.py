"""Triggers on the page: one is made by hand and fires before one's eyes; a webhook is called as the page says."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_a_thumb, fits_in_width
from tests.fixtures.api import Api, python, workflow
from tests.fixtures.server import RunningServer, serving

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples") as running:
        yield running


@pytest.fixture(scope="module")
def flow(server: RunningServer) -> Iterator[str]:
    api = Api(server.url)
    city = {"type": "object", "properties": {"city": {"type": "string", "default": "Oslo"}}}
    yield api.save(workflow("report", python("s", "def main(): return 1"), inputs=city))
    api.close()


def test_a_trigger_is_made_and_fires_before_ones_eyes(open_page: OpenPage, picture: Picture, flow: str) -> None:
    page = open_page(f"/workflows/{flow}")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Triggers").click()
    page.get_by_role("button", name="New trigger").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("Often")
    form.get_by_label("Cron text").fill("0 25 * * *")
    expect(form.get_by_text(re.compile("25 is no hour"))).to_be_visible()
    form.get_by_label("Cron text").fill("30 6 1 * *")
    expect(form.locator(".trigger-preview li")).to_have_count(5)
    accessible(page)
    picture(page, "trigger-form")
    form.get_by_role("button", name="Every so often").click()
    form.get_by_label("Every", exact=True).fill("1")
    form.get_by_label("Unit").select_option("1")
    form.get_by_role("button", name="Create trigger").click()
    row = page.locator("tr[data-trigger]")
    expect(row).to_contain_text("Every second")
    last = row.get_by_role("link", name=re.compile("UTC"))
    expect(last).to_be_visible()
    first = last.get_attribute("href")
    expect(last).not_to_have_attribute("href", first or "")  # the list is live
    row.get_by_role("switch").click(force=True)
    expect(row).to_contain_text("paused")
    accessible(page)
    last.click()
    expect(page.get_by_text("completed").first).to_be_visible()


def test_a_webhook_is_called_with_what_the_page_shows(
    open_page: OpenPage, picture: Picture, flow: str, server: RunningServer
) -> None:
    page = open_page(f"/triggers?workflow={flow}", locale="zh-CN", phone=True)
    page.get_by_role("button", name="新建触发器").click()
    form = page.get_by_role("dialog")
    form.get_by_label("名称").fill("From the shop")
    form.get_by_role("button", name="被调用时").click()
    form.get_by_role("button", name="创建触发器").click()
    shown = page.get_by_role("dialog")
    address, secret = (shown.locator("pre").nth(n).inner_text() for n in (0, 1))
    accessible(page)
    picture(page, "trigger-secret")
    assert address.startswith(server.url)
    called = httpx.post(address, json={"city": "Rome"}, headers={"authorization": f"Bearer {secret}"})
    assert called.status_code == 202, called.text
    shown.get_by_role("button", name="我已保存").click()
    fits_in_width(page)
    fits_a_thumb(page)
    page.goto(f"{server.url}/executions/{called.json()['execution_id']}")
    expect(page.get_by_text("已完成").first).to_be_visible()
