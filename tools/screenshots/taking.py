"""Takes the pictures of one device, one shot after another. In a module of its own: a spawned process imports it."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.fixtures.chromium import CHROMIUM_FLAGS, find_chromium
from tests.fixtures.server import ROOT
from tools.screenshots.shots import SHOTS, Language, Scheme, Shot
from tools.screenshots.small import small_png
from tools.screenshots.stage import Device, Stage, stage

LANGUAGE_BUTTON = re.compile("Switch to Chinese|切换到英文")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One file: a shot in one language, theme and device; `small` those that are kept in the repository."""

    shot: str
    device: Device
    language: Language
    scheme: Scheme
    file: Path
    small: bool = False


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A shot that could not be taken, and why in one line."""

    shot: str
    device: Device
    why: str


def take(device: Device, pictures: Sequence[Picture]) -> list[Trouble]:
    """All pictures of one device, in the order of the table. Runs in a process of its own."""
    os.chdir(ROOT)
    troubles: list[Trouble] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        try:
            with stage(browser, device) as here:
                troubles += _take_all(here, pictures)
        except pytest.fail.Exception as refused:  # what `launch` says when the server does not start
            troubles.append(_trouble("the server", device, refused))
        browser.close()
    return troubles


def _take_all(here: Stage, pictures: Sequence[Picture]) -> Iterator[Trouble]:
    wanted = {picture.shot for picture in pictures}
    for shot in SHOTS:
        # The history is made by its scene, whether its picture is wanted or not.
        if shot.name not in wanted and shot.name != "workflows":
            continue
        try:
            take_one(here, shot, [picture for picture in pictures if picture.shot == shot.name])
        except Exception as error:  # one state that cannot be reached is no reason to take no other
            yield _trouble(shot.name, here.device, error)


def _trouble(shot: str, device: Device, error: BaseException) -> Trouble:
    return Trouble(shot=shot, device=device, why=" ".join(str(error).split())[:300])


def take_one(here: Stage, shot: Shot, pictures: Sequence[Picture]) -> None:
    scene = shot.scene(here)
    try:
        with closing(scene):
            for page in scene:
                for picture in pictures:
                    dress(page, picture.language, picture.scheme)
                    if shot.press:
                        page.locator(shot.press).click()
                        page.wait_for_timeout(150)
                    picture.file.parent.mkdir(parents=True, exist_ok=True)
                    png = page.screenshot(animations="disabled")
                    picture.file.write_bytes(small_png(png, page) if picture.small else png)
    finally:
        here.leave()


def dress(page: Page, language: Language, scheme: Scheme) -> None:
    """Another language and theme, in place."""
    page.emulate_media(color_scheme=scheme)
    page.mouse.move(0, 0)
    if page.evaluate("document.documentElement.lang") != language:
        button = page.get_by_role("button", name=LANGUAGE_BUTTON, include_hidden=True)
        button.evaluate("button => button.click()")  # also behind a dialog
        page.wait_for_function("wanted => document.documentElement.lang === wanted", arg=language)
    page.wait_for_timeout(120)
