"""Where the pictures are taken: a server of its own on an empty data directory, and pages of one device on it."""

import shutil
import signal
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.fixtures.api import Api
from tests.fixtures.postgres import new_folder
from tests.fixtures.server import RunningServer, launch

Device = Literal["desktop", "phone"]
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
PATIENCE_MS = 20_000
SLOTS = 6
"""Attempts at once: few, so that one workflow fills them and the next run waits."""

ENVIRONMENT = {"RUNWRIGHT_ATTEMPT_LIMIT": str(SLOTS), "LOGNAME": "li.wei"}
"""The name is what the pages show as who started a run."""


@dataclass(kw_only=True)
class Stage:
    """What a scene acts on. `made` remembers ids by name, so that scenes share runs and workflows."""

    browser: Browser
    device: Device
    server: RunningServer
    api: Api
    folder: Path
    made: dict[str, str] = field(default_factory=dict[str, str])
    contexts: list[BrowserContext] = field(default_factory=list[BrowserContext])

    def open(self, path: str, *, url: str | None = None) -> Page:
        """A fresh visitor on that page, in English and light, once nothing loads any more."""
        page = self.blank(url=url)
        page.goto(path)
        settle(page)
        return page

    def blank(self, *, url: str | None = None) -> Page:
        context = self.browser.new_context(
            base_url=url or self.server.url,
            locale="en-US",
            color_scheme="light",
            reduced_motion="reduce",
            viewport=SIZES[self.device],  # pyright: ignore[reportArgumentType] - a TypedDict of two ints
            has_touch=self.device == "phone",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        return context.new_page()

    def leave(self) -> None:
        """Close every page; what a scene left unsaved is nobody's."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()

    def once(self, name: str, make: Callable[[], str]) -> str:
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def kill(self) -> None:
        self.server.end(signal.SIGKILL)

    def revive(self) -> None:
        """At the same address, on the same data."""
        port = str(urlsplit(self.server.url).port)
        self.server = launch(self.server.data_dir, ["--port", port], ENVIRONMENT)


def settle(page: Page) -> None:
    """Wait until the page has loaded what it shows and has drawn it."""
    page.wait_for_selector("main h1, main h2, main .crumbs, main [role=alert]")
    page.wait_for_function("() => !document.querySelector('.skeleton, [aria-busy=true]')")
    page.wait_for_timeout(250)  # a graph is fitted twice: as it is drawn, and once its box has its size


@contextmanager
def stage(browser: Browser, device: Device, arguments: Sequence[str] = ()) -> Generator[Stage]:
    """A server with the examples, ended with all that it started."""
    made = new_folder()
    # Under a name of its own: sessions of tests sweep away what looks like theirs and is not locked, as after a kill.
    folder = made.rename(made.with_name(f"runwright-pictures-{device}-{made.name[-8:]}"))
    try:
        server = launch(folder / "state", arguments, ENVIRONMENT)
        api = Api(server.url)
        one = Stage(browser=browser, device=device, server=server, api=api, folder=folder)
        try:
            yield one
        finally:
            one.leave()
            api.close()
            one.server.end()
            one.server.end(signal.SIGKILL)
            with DataDirectory(folder / "state").open(for_postgres=True) as directory:
                EmbeddedPostgres(directory).stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
