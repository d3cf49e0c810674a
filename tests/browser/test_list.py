"""The list of executions: it stays true by itself, its filter is its address, keys walk it, and many are stopped at
once after a preview."""

import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotSeen

from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_a_thumb, fits_in_width
from tests.browser.test_watching import UNTIL_FILE, status
from tests.fixtures.api import Api, python, until, workflow
from tests.fixtures.postgres import new_folder
from tests.fixtures.server import RunningServer, launch

expect.set_options(timeout=PATIENCE_MS)

EASY = "def main():\n    return 1"
BROKEN = "def main():\n    raise ValueError('no such city')"
UNMOVED = """
import os, signal, time
def main(gate):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("on", flush=True)
    while not os.path.exists(gate):
        time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGKILL)
"""
"""Is asked to stop and goes on."""
IDS = "() => [...document.querySelectorAll('[data-execution]')].map((row) => row.dataset.execution)"


def run(api: Api, workflow_id: str, **labels: str) -> str:
    return api.post(f"/workflows/{workflow_id}/execute", {"labels": labels}, 202)["execution_id"]


def row(page: Page, execution_id: str) -> Locator:
    return page.locator(f"[data-execution='{execution_id}']")


def shows(page: Page, *executions: str) -> None:
    """Exactly these rows, in this order, as soon as the page has them."""
    with suppress(NotSeen):
        page.wait_for_function(f"ids => JSON.stringify(({IDS})()) === JSON.stringify(ids)", arg=list(executions))
    assert page.evaluate(IDS) == list(executions)


def at(page: Page, search: str) -> None:
    """What the list's address asks for."""
    wanted = f"/executions?{search}" if search else "/executions"
    with suppress(NotSeen):
        page.wait_for_function("search => location.pathname + location.search === search", arg=wanted)
    assert page.evaluate("location.pathname + location.search") == wanted


def focused(page: Page) -> str | None:
    """The row that has the focus."""
    return page.evaluate("document.activeElement.closest('[data-execution]')?.dataset.execution ?? null")


def chooser(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


@dataclass(frozen=True, kw_only=True)
class Past:
    """Runs that have ended, two of each of two workflows; the newest came last."""

    fine: str
    broken: str
    first: str
    second: str
    third: str
    fourth: str

    @property
    def newest_first(self) -> tuple[str, ...]:
        return (self.fourth, self.third, self.second, self.first)


@pytest.fixture(scope="module")
def past(server: RunningServer) -> Past:
    api = Api(server.url)
    fine = api.save(workflow("harvest", python("collect", EASY)))
    broken = api.save(workflow("forecast", python("ask", BROKEN), python("tell", EASY)))
    ids = [run(api, fine, env="prod", city="Oslo"), run(api, broken, env="prod"), run(api, fine), run(api, broken)]
    for execution_id in ids:
        api.finish(execution_id)
    api.close()
    first, second, third, fourth = ids
    return Past(fine=fine, broken=broken, first=first, second=second, third=third, fourth=fourth)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Path]:
    """The file that lets steps of UNTIL_FILE end; it is there after the test at the latest."""
    path = tmp_path / "gate"
    yield path
    path.touch()


@pytest.fixture
def never(tmp_path: Path) -> Iterator[Path]:
    """A gate that stays shut for as long as the test lasts."""
    path = tmp_path / "never"
    yield path
    path.touch()


# ── live ──


def test_a_run_started_elsewhere_appears_and_moves_on_without_a_reload(
    api: Api, open_page: OpenPage, gate: Path
) -> None:
    definition = workflow("elsewhere", python("fetch", UNTIL_FILE, args={"gate": str(gate)}), python("store", EASY))
    workflow_id = api.save(definition)
    page = open_page(f"/executions?workflow={workflow_id}&status=running&status=completed")
    expect(page.get_by_role("heading", name="No execution passes these filters.")).to_be_visible()
    page.evaluate("window.here = 'never reloaded'")

    execution_id = run(api, workflow_id)
    expect(row(page, execution_id)).to_have_attribute("data-status", "running")
    expect(row(page, execution_id)).to_contain_text("fetch")
    elapsed = row(page, execution_id).locator("td.num").first
    before = elapsed.inner_text()
    expect(elapsed).not_to_have_text(before)

    gate.touch()
    expect(row(page, execution_id)).to_have_attribute("data-status", "completed")
    expect(row(page, execution_id)).to_contain_text("2 steps settled")
    shows(page, execution_id)
    assert page.evaluate("window.here") == "never reloaded"


# ── the filter ──


def test_the_filter_is_the_address_a_reload_keeps_it_and_back_takes_it_back(open_page: OpenPage, past: Past) -> None:
    page = open_page("/executions")
    chooser(page, "Workflow").select_option(past.broken)
    shows(page, past.fourth, past.second)
    at(page, f"workflow={past.broken}")

    page.get_by_role("button", name="Failed").click()
    at(page, f"status=failed&workflow={past.broken}")
    page.get_by_text("1 status").click()
    page.get_by_role("group", name="Every status").get_by_label("Completed").click()
    at(page, f"status=failed&status=completed&workflow={past.broken}")
    shows(page, past.fourth, past.second)
    page.get_by_role("textbox", name="Label").fill("env=prod")
    shows(page, past.second)
    page.get_by_label("Search the rows shown").fill("city forecast")
    whole = f"status=completed&status=failed&workflow={past.broken}&label=env%3Dprod&q=city+forecast"
    at(page, whole)
    shows(page, past.second)

    page.reload()
    shows(page, past.second)
    expect(page.get_by_text("2 statuses")).to_be_visible()
    expect(chooser(page, "Workflow")).to_have_value(past.broken)
    expect(page.get_by_role("textbox", name="Label")).to_have_value("env=prod")
    expect(page.get_by_label("Search the rows shown")).to_have_value("city forecast")

    row(page, past.second).click()
    status(page, "failed")
    page.go_back()
    at(page, whole)
    shows(page, past.second)
    # What was typed is no step of its own; each choice is one.
    page.go_back()
    at(page, f"status=failed&workflow={past.broken}")
    page.go_back()
    at(page, f"workflow={past.broken}")
    shows(page, past.fourth, past.second)
    expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute("aria-pressed", "true")


def test_since_leaves_out_what_is_older(open_page: OpenPage, past: Past, server: RunningServer) -> None:
    with DataDirectory(server.data_dir) as directory, psycopg.connect(EmbeddedPostgres(directory).url) as database:
        database.execute(
            "UPDATE execution_view SET created_at = created_at - interval '2 hours' WHERE execution_id = %s",
            (past.first,),
        )
    page = open_page(f"/executions?workflow={past.fine}")
    shows(page, past.third, past.first)
    since = chooser(page, "Created")
    since.select_option(label="Last hour")
    at(page, f"workflow={past.fine}&since=1h")
    shows(page, past.third)
    since.select_option(label="Last 24 hours")
    shows(page, past.third, past.first)


def test_half_a_label_filters_nothing_and_is_marked_as_unfinished(open_page: OpenPage, past: Past) -> None:
    page = open_page(f"/executions?workflow={past.fine}")
    label = page.get_by_role("textbox", name="Label")
    label.fill("env")
    expect(label).to_have_attribute("aria-invalid", "true")
    shows(page, past.third, past.first)
    label.fill("env=prod")
    expect(label).not_to_have_attribute("aria-invalid", "true")
    shows(page, past.first)


# ── the keyboard ──


def stands_at(page: Page, api: Api, execution_id: str) -> None:
    """The page shows this run and hears keys."""
    execution = api.execution(execution_id)
    page.wait_for_url(f"**/executions/{execution_id}")
    crumbs = page.get_by_role("navigation", name="Executions")
    expect(crumbs).to_contain_text(re.compile(rf"{execution['workflow']['name']}.*#{execution['number']}v"))
    page.evaluate("() => new Promise((done) => requestIdleCallback(done, { timeout: 5000 }))")


def test_keys_walk_the_rows_open_one_and_lead_on_to_its_neighbours(api: Api, open_page: OpenPage, past: Past) -> None:
    page = open_page("/executions?q=oslo+harvest")
    shows(page, past.first)
    page.goto("/executions?status=completed&status=failed")
    page.wait_for_selector("[data-execution]")
    rows: list[str] = page.evaluate(IDS)
    assert [one for one in rows if one in past.newest_first] == list(past.newest_first)
    for key, place in (("j", 0), ("j", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("k", 0), ("k", 0), ("j", 1)):
        page.keyboard.press(key)
        assert focused(page) == rows[place], f"{key} leads to row {place}"
    page.keyboard.press("Enter")
    stands_at(page, api, rows[1])

    page.keyboard.press("]")
    stands_at(page, api, rows[2])
    page.reload()
    stands_at(page, api, rows[2])
    for place in (1, 0):
        page.keyboard.press("[")
        stands_at(page, api, rows[place])
    expect(page.get_by_role("button", name="Newer run in the list")).to_be_disabled()
    page.keyboard.press("[")
    page.get_by_role("button", name="Older run in the list").click()
    stands_at(page, api, rows[1])
    page.get_by_role("navigation", name="Executions").get_by_role("link", name="Executions").click()
    at(page, "status=completed&status=failed")
    shows(page, *rows)


@pytest.mark.parametrize("by", ["key", "mouse"])
def test_back_from_a_run_and_its_neighbours_leads_to_the_list(
    api: Api, open_page: OpenPage, past: Past, by: str
) -> None:
    page = open_page(f"/executions?workflow={past.fine}")
    shows(page, past.third, past.first)
    if by == "key":
        page.keyboard.press("j")
        page.keyboard.press("Enter")
    else:
        row(page, past.third).get_by_role("link").click()
    stands_at(page, api, past.third)
    page.keyboard.press("]")
    stands_at(page, api, past.first)
    page.go_back()
    expect(page.get_by_role("heading", name="Executions", exact=True)).to_be_visible(timeout=2_000)
    at(page, f"workflow={past.fine}")


def test_keys_select_and_clear_and_leave_typing_alone(open_page: OpenPage, past: Past) -> None:
    page = open_page(f"/executions?workflow={past.broken}")
    shows(page, past.fourth, past.second)
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    bar = page.get_by_role("toolbar", name="2 selected")
    expect(bar.get_by_role("button", name="Stop 0…")).to_be_disabled()
    page.keyboard.press("s")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar", name="1 selected")).to_be_visible()
    expect(row(page, past.fourth).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    assert focused(page) == past.second, "the place is kept"

    page.get_by_label("Select all rows").check()
    expect(page.get_by_role("toolbar", name="2 selected")).to_be_visible()
    search = page.get_by_role("searchbox")
    search.press("x")
    expect(search).to_have_value("x")
    at(page, f"workflow={past.broken}&q=x")
    expect(page.get_by_role("toolbar", name="2 selected")).to_be_visible()
    page.locator("main").get_by_role("heading", level=1).click()
    page.keyboard.press("/")
    expect(search).to_be_focused()


@pytest.mark.parametrize(("role", "name"), [("searchbox", "Search the rows shown"), ("textbox", "Label")])
def test_no_letter_is_lost_however_fast_one_types(
    open_page: OpenPage, past: Past, role: Literal["searchbox", "textbox"], name: str
) -> None:
    page = open_page("/executions")
    page.wait_for_selector("[data-execution]")
    field = page.get_by_role(role, name=name)
    field.press_sequentially("weather=seattle")
    expect(field).to_have_value("weather=seattle", timeout=2_000)


# ── many at once ──


def test_many_are_stopped_after_a_preview_that_says_which_not_and_why(
    api: Api, open_page: OpenPage, picture: Picture, gate: Path, never: Path
) -> None:
    name = "nightly"
    waits = api.save(workflow(name, python("load", UNTIL_FILE, args={"gate": str(never)})))
    released = api.save(workflow(name, python("load", UNTIL_FILE, args={"gate": str(gate)})))
    done = run(api, api.save(workflow(name, python("load", EASY))), batch="stop")
    broken = run(api, api.save(workflow(name, python("load", BROKEN))), batch="stop")
    api.finish(done)
    api.finish(broken)
    # One that ends by itself while the preview is read; the other two do not.
    late = run(api, released, batch="stop")
    active = [run(api, waits, batch="stop") for _ in range(2)]
    for execution_id in (late, *active):
        api.wait_for_event(execution_id, lambda kind, _: kind == "execution.step_logged")

    page = open_page("/executions?label=batch%3Dstop")
    shows(page, *reversed(active), late, broken, done)
    page.get_by_label("Select all rows").check()
    picture(page, "list-bulk-en-light")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    will = dialog.get_by_role("region", name="3 will be stopped")
    wont = dialog.get_by_role("region", name="2 are left out")
    expect(will.locator("[data-run]")).to_have_count(3)
    expect(wont.locator(f"[data-run='{done}']")).to_contain_text("it has completed")
    expect(wont.locator(f"[data-run='{broken}']")).to_contain_text("it has failed")
    picture(page, "list-stop-preview-en-light")

    gate.touch()
    api.finish(late)
    dialog.get_by_label("Reason").fill("the night is over")
    dialog.get_by_label("Time to end by themselves").select_option("0")
    dialog.get_by_role("button", name="Stop them").click()
    expect(will.locator(f"[data-run='{late}'] [data-outcome=refused]")).to_be_visible()
    for execution_id in active:
        expect(will.locator(f"[data-run='{execution_id}'] [data-outcome=done]")).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text("It is done; each row says what became of it.")
    picture(page, "list-stop-outcome-en-light")
    dialog.get_by_role("button", name="Close").last.click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    for execution_id in active:
        expect(row(page, execution_id)).to_have_attribute("data-status", "stopped")
        assert api.finish(execution_id)["metadata"]["stop_reason"] == "the night is over"
    expect(row(page, late)).to_have_attribute("data-status", "completed")


def test_a_preview_that_is_left_stops_nothing(api: Api, open_page: OpenPage, gate: Path) -> None:
    execution_id = run(api, api.save(workflow("kept", python("a", UNTIL_FILE, args={"gate": str(gate)}))), batch="kept")
    api.wait_for_event(execution_id, lambda kind, _: kind == "execution.step_logged")
    page = open_page("/executions?label=batch%3Dkept")
    shows(page, execution_id)
    for key in ("j", "x", "s"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("toolbar", name="1 selected")).to_be_visible()
    gate.touch()
    assert api.finish(execution_id)["status"] == "completed"
    expect(page.get_by_role("button", name="Stop 0…")).to_be_disabled()


def test_a_preview_left_by_escape_leaves_the_selection(api: Api, open_page: OpenPage, gate: Path) -> None:
    execution_id = run(api, api.save(workflow("left", python("a", UNTIL_FILE, args={"gate": str(gate)}))), batch="left")
    page = open_page("/executions?label=batch%3Dleft")
    shows(page, execution_id)
    for key in ("j", "x", "s"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("toolbar", name="1 selected")).to_be_visible(timeout=2_000)


# ── states nobody hopes for ──


@pytest.fixture
def own_server() -> Iterator[RunningServer]:
    """One of the test's own, on which nothing has run, to be killed."""
    folder = new_folder()
    running = launch(folder / "state", [], {})
    yield running
    running.end(signal.SIGKILL)
    with DataDirectory(running.data_dir).open(for_postgres=True) as directory:
        EmbeddedPostgres(directory).stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_an_empty_list_a_dead_server_and_its_return_are_told(
    own_server: RunningServer, open_page: OpenPage, picture: Picture
) -> None:
    page = open_page("/executions", quiet=False, url=own_server.url)
    expect(page.get_by_role("heading", name="Nothing has run yet.")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="To the workflows")).to_have_attribute("href", "/workflows")
    picture(page, "list-empty-en-light")
    api = Api(own_server.url)
    execution_id = run(api, api.save(workflow("first", python("a", EASY))))
    api.close()
    expect(row(page, execution_id)).to_have_attribute("data-status", "completed")
    page.get_by_role("button", name="Failed").click()
    expect(page.get_by_role("heading", name="No execution has this status.")).to_be_visible()
    picture(page, "list-filtered-empty-en-light")
    page.get_by_role("button", name="Show all").click()
    at(page, "")
    shows(page, execution_id)
    expect(page.locator("[data-connection=live]")).to_be_visible()

    own_server.end(signal.SIGKILL)
    expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
    shows(page, execution_id)
    page.get_by_role("button", name="Active").click()
    alert = page.get_by_role("alert").filter(has=page.get_by_role("button", name="Try again"))
    expect(alert).to_be_visible()
    picture(page, "list-error-en-light")

    again = launch(own_server.data_dir, ["--port", str(urlsplit(own_server.url).port)], {})
    try:
        expect(alert).to_have_count(0)  # it comes by itself
        page.get_by_role("button", name="All", exact=True).click()
        shows(page, execution_id)
        expect(page.locator("[data-connection=live]")).to_be_visible()
        api = Api(again.url)
        later = run(api, api.save(workflow("after", python("a", EASY))))
        api.close()
        shows(page, later, execution_id)
    finally:
        again.end()


# ── both languages, both themes, a phone ──


@pytest.fixture(scope="module")
def busy(server: RunningServer, past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Runs in every state that a list may show, under a label of their own; the address that shows them."""
    gate = tmp_path_factory.mktemp("busy") / "gate"
    api = Api(server.url)
    label = "view=busy"

    def made(name: str, code: str, **more: object) -> str:
        return run(api, api.save(workflow(name, python("collect_stations", code, **more))), view="busy")

    api.finish(made("weather-report", EASY))
    api.finish(made("forecast-of-the-coming-week", BROKEN))
    stopped = made("import", UNTIL_FILE, args={"gate": str(gate)})
    api.wait_for_event(stopped, lambda kind, _: kind == "execution.step_logged")
    api.post(f"/executions/{stopped}/stop", {"grace_s": 0})
    api.finish(stopped)
    stubborn = made("cleaning", UNMOVED, args={"gate": str(gate)})
    api.wait_for_event(stubborn, lambda kind, _: kind == "execution.step_logged")
    running = [made("wetterbericht 天气", UNTIL_FILE, args={"gate": str(gate)}) for _ in range(8)]
    until(lambda: [api.execution(one)["status"] for one in running].count("running") >= 7 or None)
    api.post(f"/executions/{stubborn}/stop", {"grace_s": 300})
    yield f"/executions?label={label.replace('=', '%3D')}"
    gate.touch()
    for execution_id in (stubborn, *running):
        api.finish(execution_id)
    api.close()


@pytest.mark.parametrize(
    ("locale", "scheme", "phone"),
    [  # every pair of language, theme and size
        ("en-US", "light", False),
        ("zh-CN", "dark", False),
        ("zh-CN", "light", True),
        ("en-US", "dark", True),
    ],
)
def test_every_state_of_the_list_can_be_seen_and_heard_in_both_languages_themes_and_on_a_phone(
    open_page: OpenPage,
    busy: str,
    picture: Picture,
    locale: Literal["en-US", "zh-CN"],
    scheme: Literal["light", "dark"],
    phone: bool,
) -> None:
    chinese = locale == "zh-CN"
    name = f"{locale[:2]}-{scheme}{'-phone' if phone else ''}"
    page = open_page(busy, locale=locale, scheme=scheme, phone=phone)
    expect(page.locator("[data-execution]")).to_have_count(12)
    for one in ("completed", "failed", "stopped", "stopping", "running"):
        expect(page.locator(f"[data-execution][data-status={one}]").first).to_be_visible()
    expect(page.get_by_role("heading", name="执行" if chinese else "Executions", exact=True)).to_be_visible()
    fits(page, phone)
    picture(page, f"list-{name}")

    page.locator(".list-tools .menu summary").click()
    expect(page.get_by_role("group", name="全部状态" if chinese else "Every status")).to_be_visible()
    fits(page, phone)
    picture(page, f"list-menu-{name}")
    page.locator(".list-tools .menu summary").click()

    page.get_by_label("选择所有行" if chinese else "Select all rows").check()
    bar = page.get_by_role("toolbar", name=re.compile("已选 12 项" if chinese else "12 selected"))
    expect(bar).to_be_visible()
    fits(page, phone)
    picture(page, f"list-bulk-{name}")
    bar.get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    fits(page, phone)
    picture(page, f"list-stop-{name}")
    page.get_by_role("dialog").get_by_role("button", name="取消" if chinese else "Cancel").click()
    bar.get_by_role("button").last.click()

    page.get_by_label("在显示的行中搜索" if chinese else "Search the rows shown").fill("nobody")
    expect(page.get_by_role("button", name="显示全部" if chinese else "Show all")).to_be_visible()
    fits(page, phone)
    picture(page, f"list-nothing-{name}")


def fits(page: Page, phone: bool) -> None:
    accessible(page)
    fits_in_width(page)
    if phone:
        fits_a_thumb(page)
