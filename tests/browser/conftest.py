"""A real Chromium on a real server.

    def test_page(open_page: OpenPage): page = open_page("/workflows", locale="zh-CN"); expect(page...).to_be_visible()

Every page fails its test when the browser's console shows an error the test did not expect (`quiet=False` allows
them). Pictures that a person should look at go to test-results/screens/ (`picture`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.fixtures.api import Api
from tests.fixtures.chromium import CHROMIUM_FLAGS
from tests.fixtures.server import ROOT, RunningServer, serving

PICTURES = ROOT / "test-results" / "screens"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 30_000
"""What a loaded machine may take until a page shows something; a wait ends as soon as it does."""


class OpenPage(Protocol):
    def __call__(
        self,
        path: str = "/",
        *,
        locale: str = "en-US",
        scheme: Literal["light", "dark"] = "light",
        phone: bool = False,
        quiet: bool = True,
        url: str | None = None,
    ) -> Page: ...


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving(RUNWRIGHT_ATTEMPT_LIMIT="8") as running:
        yield running


@pytest.fixture
def api(server: RunningServer) -> Iterator[Api]:
    client = Api(server.url)
    yield client
    client.close()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser, server: RunningServer) -> Iterator[OpenPage]:
    contexts: list[BrowserContext] = []
    loud: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            loud.append(message.text)

    def open_one(
        path: str = "/",
        *,
        locale: str = "en-US",
        scheme: Literal["light", "dark"] = "light",
        phone: bool = False,
        quiet: bool = True,
        url: str | None = None,
    ) -> Page:
        context = browser.new_context(
            base_url=url or server.url,
            locale=locale,
            color_scheme=scheme,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        if quiet:
            page.on("console", heard)
            page.on("pageerror", lambda error: loud.append(str(error)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not loud, "the browser's console is not quiet"


@pytest.fixture
def picture() -> "Picture":
    return Picture()


class Picture:
    """Keeps what the page shows as a PNG, to be looked at by a person."""

    def __call__(self, page: Page, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
