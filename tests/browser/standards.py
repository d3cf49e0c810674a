"""What every screen must stand: no accessibility violation, no sideways scroll, targets that fit a thumb."""

from typing import Any

from playwright.sync_api import Page

from tests.fixtures.server import ROOT

_AXE = (ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js").read_text()
# What is no violation is neither gathered nor sent: that was most of the time.
_VIOLATIONS = """
async (iframes) => {
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
  const {violations} = await axe.run(document, {runOnly, iframes, resultTypes: ['violations']});
  return violations.map(({id, nodes}) => [id, nodes.map(({html}) => html.slice(0, 200))]);
}
"""
_SIDEWAYS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_SMALL_TARGETS = """
() => [...document.querySelectorAll('button, select, [role=tab], .rail a')]
  .filter((element) => element.checkVisibility() && !element.closest('.react-flow'))
  .filter((element) => element.getBoundingClientRect().height < 44)
  .map((element) => `${element.textContent || element.ariaLabel} ${element.getBoundingClientRect().height}`)
"""


def accessible(page: Page, *, iframes: bool = True) -> None:
    """No violation of axe's rules; `iframes=False` where a step's report is shown, which is not ours."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    found: list[Any] = page.evaluate(_VIOLATIONS, iframes)
    assert found == [], found


def fits_in_width(page: Page) -> None:
    """Nothing scrolls sideways."""
    assert not page.evaluate(_SIDEWAYS), "no sideways scroll"


def fits_a_thumb(page: Page) -> None:
    """Nothing that is tapped is lower than 44 px."""
    small: list[str] = page.evaluate(_SMALL_TARGETS)
    assert small == [], f"too low for a thumb: {small}"
