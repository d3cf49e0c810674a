"""The table of pictures: what each shows, how one gets there, and which of them the documents use.

A scene leads a visitor to the state and yields the page; it is taken in every language and theme while it stands there
(the page changes both without a reload), and what follows the yield clears up. Scenes act in English.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Route, expect

from tests.fixtures.api import Json, python, workflow
from tests.fixtures.proxy import Proxy
from tools.screenshots import plays
from tools.screenshots.stage import PATIENCE_MS, Device, Stage, settle

Language = Literal["en", "zh-CN"]
Scheme = Literal["light", "dark"]
Scene = Callable[[Stage], Generator[Page]]

NOBODY = "0190ecb9-7a4a-7d3c-8a53-000000000000"
TOO_LARGE = b"# " + b"x" * 20 * 1024 * 1024
EMPTY: Json = {"items": [], "next_cursor": None, "position": 0}
UNAVAILABLE: Json = {
    "type": "urn:runwright:problem:database_unavailable", "title": "The database is not reachable.", "status": 503,
    "code": "database_unavailable", "category": "infrastructure", "detail": "The database is not reachable.",
    "advice": "Try again in a moment.", "retryable": True, "errors": [], "request_id": "8f2c41d07b6e",
}  # fmt: skip

expect.set_options(timeout=PATIENCE_MS)


# --- ways of getting somewhere -----------------------------------------------------------------------------


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def tab(page: Page, name: str) -> None:
    """On a phone the parts of a page are behind tabs."""
    found = page.get_by_role("tab", name=name, exact=True)
    if found.count() > 0:
        found.first.click()


def status(page: Page, word: str) -> None:
    expect(page.locator(f"[data-execution-status={word}]")).to_be_visible()


def choose_step(page: Page, step: str, part: str = "Output") -> None:
    tab(page, "Steps")
    page.locator(f"[data-step-row={step}] button").click()
    panel = page.get_by_role("region", name=step)
    panel.get_by_role("tab", name=re.compile(part)).click()
    panel.scroll_into_view_if_needed()


def checked(page: Page) -> None:
    expect(page.locator("[data-check=checked]")).to_be_visible()


def write_at_the_end(page: Page, text: str) -> None:
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)


def action(page: Page, name: str) -> None:
    page.locator("summary", has_text="Actions").click()
    page.locator(".menu-list").get_by_role("button", name=name).click()


def press_run(page: Page) -> None:
    page.get_by_role("button", name="Run…").click()


# --- scenes --------------------------------------------------------------------------------------------------


def at(path: str) -> Scene:
    """Just an address; `{name}` is an id the stage remembers by it."""

    def scene(stage: Stage) -> Generator[Page]:
        yield stage.open(re.sub(r"\{(.+?)\}", lambda found: stage.made[found[1]], path))

    return scene


def answered(path: str, pattern: str, answer: Callable[[Route], None] | None = None) -> Scene:
    """An address, while the answers to some requests are others; without `answer` they do not come."""

    def scene(stage: Stage) -> Generator[Page]:
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page = stage.blank()
        page.route(re.compile(pattern), answer or hold)
        page.goto(path)
        page.wait_for_selector("main .notice" if answer else "main .skeleton", state="attached")
        page.wait_for_timeout(400)  # a skeleton waits a moment before it shows
        yield page
        for route in held:
            route.abort()

    return scene


def fill_history(stage: Stage) -> Generator[Page]:
    plays.history(stage)
    yield stage.open("/workflows")


def wrong_field(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/workflows/{stage.made['workflow weather-report']}")
    press_run(page)
    dialog(page).get_by_label("Year").fill("nineteen")
    dialog(page).get_by_role("button", name=re.compile("Run it")).click()
    expect(dialog(page).get_by_text("A number is needed.")).to_be_visible()
    yield page


def templates(stage: Stage) -> Generator[Page]:
    page = stage.open("/workflows/start")
    expect(page.locator(".template-card").nth(9)).to_be_visible()
    yield page


def template(name: str) -> Scene:
    def scene(stage: Stage) -> Generator[Page]:
        for page in templates(stage):
            page.get_by_role("button", name=name).click()
            expect(dialog(page).get_by_role("list")).to_be_visible()
            yield page

    return scene


def saved_first(stage: Stage) -> Generator[Page]:
    for page in template("Two steps")(stage):
        page.get_by_role("button", name="Begin with this").click()
        checked(page)
        page.get_by_role("button", name="Save as new workflow").click()
        expect(page.get_by_role("button", name="Run v1…")).to_be_visible()
        yield page


def palette(path: str, typed: str = "") -> Scene:
    """The command palette over a screen; `{name}` in the path is an id the stage remembers by it."""

    def scene(stage: Stage) -> Generator[Page]:
        for page in at(path)(stage):
            page.get_by_role("button", name=re.compile("^Find")).click()
            page.get_by_role("combobox", name="Find and do anything").fill(typed)
            expect(dialog(page).get_by_role("option").first).to_be_visible()
            yield page

    return scene


def views(stage: Stage) -> Generator[Page]:
    page = stage.open("/executions?status=failed&q=weather")
    menu = page.locator("details.views")
    menu.locator("summary").click()
    menu.get_by_role("textbox").fill("Weather that failed")
    page.keyboard.press("Enter")
    expect(menu.locator("summary")).to_contain_text("Weather that failed")
    yield page


def views_sheet(stage: Stage) -> Generator[Page]:
    for page in views(stage):
        page.get_by_role("button", name="Manage views…").click()
        expect(dialog(page).get_by_role("textbox")).to_be_visible()
        yield page


def editor_new(stage: Stage) -> Generator[Page]:
    page = stage.open("/workflows/new")
    checked(page)
    yield page


def editor_problem(stage: Stage) -> Generator[Page]:
    definition = plays.with_problems()
    body = {"name": definition["name"], "definition": definition}
    workflow_id = stage.once("draft", lambda: stage.api.post("/workflows", body, 201)["id"])
    page = stage.open(f"/workflows/{workflow_id}")
    expect(page.locator("[data-problem]").first).to_be_visible()
    yield page


def editor_form(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/workflows/{stage.made['workflow weather-report']}")
    checked(page)
    tab(page, "Steps")
    page.locator(".react-flow__node[data-id=clean], .step-list li:nth-child(2) button").first.click()
    expect(page.get_by_role("form")).to_be_visible()
    yield page


def editor_notes(stage: Stage) -> Generator[Page]:
    """The weather workflow with a group and a note; on a phone its graph."""
    definition = stage.api.get(f"/workflows/{stage.made['workflow weather-report']}")["definition"]
    statistics_of = {"id": "g", "title": "Side by side", "nodes": ["temperature", "rain", "wind"], "color": "blue"}
    text = "**Runs every morning.**\n\n- offline, on a table of four years\n- any other year fails"
    note = {"id": "n", "text": text, "position": {"x": -60, "y": -150}, "size": {"width": 256, "height": 104}}
    places = {
        "load": (0, 96), "clean": (224, 96), "temperature": (464, 0), "rain": (464, 96), "wind": (464, 192),
        "summary": (704, 96), "report": (928, 96),
    }  # fmt: skip
    for node in definition["nodes"]:
        node["position"] = dict(zip(("x", "y"), places[node["id"]], strict=True))
    made = {**definition, "name": "weather-drawn", "canvas": {"groups": [statistics_of], "notes": [note]}}
    page = stage.open(f"/workflows/{stage.api.save(made)}")
    checked(page)
    tab(page, "Graph")
    expect(page.locator(".sketch.group")).to_be_visible()
    found = page.locator(".react-flow__node[data-id=clean]")
    if page.locator(".canvas.edits").count() > 0:
        found.click()
    settle(page)
    yield page


def editor_adding(stage: Stage) -> Generator[Page]:
    page = stage.open("/workflows/new")
    checked(page)
    tab(page, "Steps")
    page.get_by_role("button", name=re.compile("^(Search|Add a step)")).first.click()
    expect(page.get_by_role("listbox")).to_be_visible()
    yield page


def editor_unreadable(stage: Stage) -> Generator[Page]:
    page = stage.open("/workflows/new")
    write_at_the_end(page, "a: [\nb: 1")
    expect(page.locator("[data-check=unreadable]")).to_be_visible()
    yield page


def saved_twice(stage: Stage) -> str:
    """A workflow of two steps, in three versions."""

    def make() -> str:
        definition = workflow("invoice-export", python("read", plays.STALLED), python("send", plays.STALLED))
        workflow_id = stage.api.save(definition)
        for description in ("Every invoice of the month.", "Every invoice of the month, as PDF."):
            changed = {"definition": {**definition, "description": description}}
            stage.api.client.put(f"/api/v1/workflows/{workflow_id}", json=changed).raise_for_status()
        return workflow_id

    return stage.once("saved twice", make)


def conflict(stage: Stage) -> Generator[Page]:
    workflow_id = saved_twice(stage)
    page = stage.open(f"/workflows/{workflow_id}")
    checked(page)
    write_at_the_end(page, "settings: {timeout_s: 60}\n")
    latest = stage.api.get(f"/workflows/{workflow_id}")
    meanwhile = {"definition": {**latest["definition"], "labels": {"team": "sales", "change": str(latest["version"])}}}
    stage.api.client.put(f"/api/v1/workflows/{workflow_id}", json=meanwhile).raise_for_status()
    page.keyboard.press("Control+s")
    expect(page.locator("[data-notice=conflict]")).to_be_visible()
    yield page


def conflict_both(stage: Stage) -> Generator[Page]:
    for page in conflict(stage):
        page.locator("[data-notice=conflict]").get_by_role("button", name="See both").click()
        expect(dialog(page).locator("li.left").first).to_be_visible()
        yield page


def draft(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/workflows/{saved_twice(stage)}")
    checked(page)
    write_at_the_end(page, "settings: {timeout_s: 60, on_failure: stop}")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.on("dialog", lambda asked: asked.accept())
    page.reload()
    settle(page)
    expect(page.locator("[data-notice=draft]")).to_be_visible()
    yield page


def leaving(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/workflows/{saved_twice(stage)}")
    checked(page)
    write_at_the_end(page, "settings: {timeout_s: 60, on_failure: stop}")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.get_by_role("link", name="Executions", exact=True).click()
    expect(dialog(page)).to_be_visible()
    yield page


def paused(stage: Stage) -> Generator[Page]:
    workflow_id = stage.made["workflow shop-order"]
    stage.api.post(f"/workflows/{workflow_id}/pause")
    yield stage.open(f"/workflows/{workflow_id}")
    stage.api.post(f"/workflows/{workflow_id}/resume")


def archived(stage: Stage) -> Generator[Page]:
    def make() -> str:
        workflow_id = stage.api.save(workflow("orders-2019", python("read", plays.STALLED)))
        stage.api.post(f"/workflows/{workflow_id}/archive")
        return workflow_id

    yield stage.open(f"/workflows/{stage.once('archived', make)}")


def versions(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/workflows/{saved_twice(stage)}")
    page.get_by_role("button", name="Versions").click()
    expect(dialog(page).locator("nav li").first).to_be_visible()
    settle(page)
    yield page


def versions_changes(stage: Stage) -> Generator[Page]:
    for page in versions(stage):
        dialog(page).get_by_role("button", name=re.compile("^v1")).click()
        dialog(page).get_by_role("button", name=re.compile("^Against")).click()
        expect(dialog(page).locator(".version-changes .node").first).to_be_visible()
        settle(page)
        yield page


def menu(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/workflows/{stage.made['workflow weather-report']}")
    page.locator("summary", has_text="Actions").click()
    yield page


def archive_question(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/workflows/{stage.made['workflow weather-report']}")
    action(page, "Archive…")
    expect(dialog(page)).to_be_visible()
    yield page


def import_refused(stage: Stage) -> Generator[Page]:
    file = stage.folder / "large.yaml"
    file.write_bytes(TOO_LARGE)
    page = stage.open("/workflows")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("[data-notice=file]")).to_be_visible()
    yield page


def queued(stage: Stage) -> Generator[Page]:
    filling = plays.full(stage)
    waiting = stage.api.run(stage.made["workflow weather-report"], pace_s=0)
    page = stage.open(f"/executions/{waiting}")
    status(page, "queued")
    expect(page.get_by_text(re.compile("place 1 in the queue"))).to_be_visible()
    yield page
    plays.stop(stage, waiting)
    plays.stop(stage, filling)
    stage.api.finish(filling)


def queue(stage: Stage) -> Generator[Page]:
    limit = {"concurrency": {"limit": 1, "key": "${inputs.city}"}}
    by_city = stage.api.save({**workflow("city-report", python("load", plays.STALLED)), "settings": limit})
    started = [stage.api.run(by_city, city=city) for city in ("Seattle", "Tokyo")]
    plays.begun(stage, started[-1])
    started.append(plays.full(stage))
    started += [stage.api.run(by_city, city=city) for city in ("Seattle", "Seattle", "Tokyo")]
    for priority in (0, 0, 10, 50):
        body = {"inputs": {"pace_s": 0}, "priority": priority}
        weather = f"/workflows/{stage.made['workflow weather-report']}/execute"
        started.append(stage.api.post(weather, body, 202)["execution_id"])
    stage.api.post(f"/executions/{started[-4]}/queue", {"held": True})
    page = stage.open("/queue")
    expect(page.locator("tr[data-cause=held]")).to_be_visible()
    yield page
    for execution_id in reversed(started):
        plays.stop(stage, execution_id)
        stage.api.finish(execution_id)


def limits(stage: Stage) -> Generator[Page]:
    workflow_id = stage.made["workflow weather-report"]
    body = {
        "kinds": {"http": 4}, "resources": {"gpu": 1, "licence": 2},
        "workflows": {workflow_id: {"running": 2, "queued": 50}},
    }  # fmt: skip
    stage.api.put("/queue/limits", body)
    page = stage.open("/queue")
    page.locator("#capacity ~ button").click()
    expect(page.get_by_role("dialog").locator("fieldset")).to_have_count(4)
    yield page
    stage.api.put("/queue/limits", {})


def triggers(stage: Stage) -> Generator[Page]:
    stage.once("triggers", lambda: _triggers(stage))
    page = stage.open("/triggers")
    expect(page.locator("tr[data-trigger]")).to_have_count(3)
    yield page


def _triggers(stage: Stage) -> str:
    weather = stage.made["workflow weather-report"]
    settings: list[Json] = [
        {"name": "Every morning", "kind": "cron", "cron": "0 8 * * 1-5", "timezone": "Asia/Shanghai"},
        {"name": "Often", "kind": "interval", "every_s": 900, "overlap": "queue", "inputs": {"pace_s": 0}},
        {"name": "From the shop", "kind": "webhook"},
    ]
    made = [stage.api.post("/triggers", {"workflow_id": weather, **one}, 201)["id"] for one in settings]
    started = stage.api.post(f"/triggers/{made[1]}/fire", status=202)["execution_id"]
    stage.api.finish(started)
    stage.api.post(f"/triggers/{made[0]}/pause")
    return made[0]


def trigger_form(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/triggers?workflow={stage.made['workflow weather-report']}")
    page.locator(".topbar .primary, .notice .primary").click()
    expect(page.locator(".trigger-preview li")).to_have_count(5)
    yield page


def statistics(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/workflows/{stage.made['workflow weather-report']}/statistics")
    expect(page.locator("#statistics-steps")).to_be_visible()
    yield page


def running(stage: Stage, part: str = "Steps", step: str | None = "wind_stats") -> Generator[Page]:
    page = stage.open(f"/executions/{plays.station_report(stage)}")
    status(page, "running")
    tab(page, part)
    if part == "Steps":
        expect(page.locator("[data-step-row=rain_stats][data-status=running]")).to_be_visible()
        page.wait_for_timeout(1_500)  # some work to be seen
    if step and stage.device == "desktop":
        page.locator(f".react-flow__node:has([data-step={step}])").click()
    settle(page)
    yield page


def running_part(part: str) -> Scene:
    return lambda stage: running(stage, part, None)


def log_filter(stage: Stage) -> Generator[Page]:
    for page in running(stage, "Log", None):
        page.get_by_label("Step of the lines").select_option("clean")
        page.get_by_role("button", name="Warnings").click()
        expect(page.locator(".log-lines [data-line]")).to_have_count(1)
        yield page


def log_colours(stage: Stage) -> Generator[Page]:
    execution_id = stage.once("colours", lambda: plays.started(stage, "nightly-tests", python("test", plays.COLOURS)))
    stage.api.finish(execution_id)
    page = stage.open(f"/executions/{execution_id}#line-12")
    expect(page.locator("[data-line='12']")).to_be_visible()
    yield page


def step(name: str, part: str, mode: str | None = None) -> Scene:
    def scene(stage: Stage) -> Generator[Page]:
        node = python("by_city", plays.BY_CITY, args={"region": {"state": "WA", "bounds": [45.5, 49.0], "stations": 6}})
        by_city = stage.once("by city", lambda: plays.started(stage, "rain-by-city", node))
        stage.api.finish(by_city)
        page = stage.open(f"/executions/{by_city if name == 'by_city' else stage.made['completed']}")
        choose_step(page, name, part)
        if mode:
            page.get_by_role("button", name=mode).first.click()
        settle(page)
        yield page

    return scene


def attempts(stage: Stage) -> Generator[Page]:
    def make() -> str:
        execution_id = plays.started(stage, "fetch-orders", python("fetch_orders", plays.LOST_ONCE))
        plays.lose_worker(stage, execution_id)
        stage.api.finish(execution_id)
        return execution_id

    page = stage.open(f"/executions/{stage.once('attempts', make)}")
    choose_step(page, "fetch_orders", "Attempts")
    expect(page.locator("[data-attempt]")).to_have_count(2)
    yield page


def completed(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/executions/{plays.finished(stage, 'completed')}")
    status(page, "completed")
    yield page


def report(stage: Stage) -> Generator[Page]:
    for page in completed(stage):
        page.get_by_role("button", name="See the report").click()
        expect(page.frame_locator("iframe.report").get_by_role("heading").first).to_be_visible()
        page.locator("iframe.report").scroll_into_view_if_needed()
        yield page


def failed(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/executions/{plays.finished(stage, 'failed')}")
    status(page, "failed")
    yield page


def failed_traceback(stage: Stage) -> Generator[Page]:
    for page in failed(stage):
        page.locator("summary", has_text="Traceback").click()
        yield page


def compared(stage: Stage) -> Generator[Page]:
    good, bad = plays.two_versions(stage)
    page = stage.open(f"/compare?a={good}&b={bad}")
    expect(page.locator("[data-parting]")).to_be_visible()
    expect(page.locator(".node").first).to_be_visible()
    settle(page)
    yield page


def compared_values(stage: Stage) -> Generator[Page]:
    for page in compared(stage):
        page.locator("[data-change]").first.scroll_into_view_if_needed()
        page.locator("#compare-definition").scroll_into_view_if_needed()
        yield page


def compare_choice(stage: Stage) -> Generator[Page]:
    _, bad = plays.two_versions(stage)
    page = stage.open(f"/executions/{bad}")
    status(page, "failed")
    page.get_by_role("button", name="Compare with…").click()
    expect(dialog(page).locator(".compare-list li").first).to_be_visible()
    yield page


def last_good(stage: Stage) -> Generator[Page]:
    _, bad = plays.two_versions(stage)
    page = stage.open(f"/executions/{bad}")
    choose_step(page, "clean", "Last good run")
    expect(page.locator("[data-change]").first).to_be_visible()
    page.locator(".against").scroll_into_view_if_needed()
    yield page


def stop_preview(stage: Stage) -> Generator[Page]:
    for page in running(stage, step=None):
        page.get_by_role("button", name="Stop", exact=True).click()
        dialog(page).get_by_label("Reason").fill("the data will come later")
        yield page


def stopping(stage: Stage) -> Generator[Page]:
    execution_id = plays.started(
        stage, "archive-logs", python("compress", plays.STUBBORN), python("upload", "def main(): pass")
    )
    plays.begun(stage, execution_id)
    plays.stop(stage, execution_id, grace_s=8)
    page = stage.open(f"/executions/{execution_id}")
    status(page, "stopping")
    yield page


def stopped(stage: Stage) -> Generator[Page]:
    nodes = (python("compress", plays.STALLED), python("upload", "def main(): pass"))
    execution_id = plays.started(stage, "archive-logs-weekly", *nodes)
    plays.begun(stage, execution_id)
    plays.stop(stage, execution_id)
    stage.api.finish(execution_id)
    page = stage.open(f"/executions/{execution_id}")
    status(page, "stopped")
    yield page


def unknown_outcome(stage: Stage) -> Generator[Page]:
    nodes = (
        python("pay", plays.LOST, args={"order": 4711}, retry_safe=False),
        python("receipt", "def main(): pass"),
    )
    execution_id = plays.started(stage, "pay-supplier", *nodes)
    plays.lose_worker(stage, execution_id)
    page = stage.open(f"/executions/{execution_id}")
    expect(page.locator("[data-unknown=pay]")).to_be_visible()
    yield page
    stage.api.post(f"/executions/{execution_id}/steps/pay/answer", {"decision": "completed", "output": {"paid": True}})


def waiting(stage: Stage) -> Generator[Page]:
    opening = {"id": "until_opening", "kind": "wait", "config": {"seconds": 5_400}}
    nodes = (python("prepare", "def main(): return 12"), opening, python("publish", "def main(): pass"))
    execution_id = stage.once("waiting", lambda: plays.started(stage, "publish-prices", *nodes))
    page = stage.open(f"/executions/{execution_id}")
    expect(page.locator("[data-step-row=until_opening][data-status=waiting]")).to_be_visible()
    yield page


def approval(stage: Stage) -> Generator[Page]:
    execution_id = stage.once("approval", lambda: stage.api.run(stage.made["workflow ask-before-sending"]))
    page = stage.open(f"/executions/{execution_id}")
    expect(page.locator("[data-approval=ask]")).to_be_visible()
    yield page


def years(stage: Stage) -> str:
    execution_id = stage.api.run(stage.made["workflow year-by-year"], years=[2012, 2013, 2031, 2014, 2015])
    stage.api.finish(execution_id)
    return execution_id


def map_items(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/executions/{stage.once('years', lambda: years(stage))}")
    choose_step(page, "warmest", "Items")
    page.locator("[data-item][data-status=failed] button").first.click()
    yield page


def child(stage: Stage) -> Generator[Page]:
    def make() -> str:
        load = stage.api.save(workflow("load-city", python("load", plays.CITY_RAIN, args={"city": "Oslo"})))
        part = {"id": "part", "kind": "workflow", "config": {"workflow": load}}
        execution_id = plays.started(stage, "load-country", part)
        stage.api.finish(execution_id)
        return execution_id

    page = stage.open(f"/executions/{stage.once('child', make)}")
    choose_step(page, "part")
    page.get_by_role("region", name="part").get_by_role("link", name=re.compile("load-city #")).click()
    expect(page.get_by_role("navigation", name="Executions")).to_contain_text("load-country")
    settle(page)
    yield page


def retry_preview(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/executions/{plays.finished(stage, 'failed')}")
    page.locator(".failure").get_by_role("button", name="Retry from here…").click()
    expect(dialog(page).locator("[data-fate]").first).to_be_visible()
    yield page


def try_step(stage: Stage) -> Generator[Page]:
    plays.two_versions(stage)
    page = stage.open(f"/workflows/{stage.made['workflow station-mean']}")
    tab(page, "Graph")
    page.locator(".react-flow__node[data-id=clean]").click()
    tab(page, "Step")
    page.get_by_role("button", name="Run this step").click()
    dialog(page).get_by_role("button", name="Run it").click()
    expect(page.locator("[data-tried-step]")).to_contain_text("Completed")
    settle(page)
    yield page


def part_of_it(stage: Stage) -> Generator[Page]:
    def make() -> str:
        plays.two_versions(stage)
        workflow_id = stage.made["workflow station-mean"]
        part = {"step": "clean", "upstream": "run"}
        execution = stage.api.post(f"/workflows/{workflow_id}/execute", {"version": 1, "part": part}, 202)
        stage.api.finish(execution["execution_id"])
        return execution["execution_id"]

    page = stage.open(f"/executions/{stage.once('part', make)}")
    status(page, "completed")
    yield page


def executions(stage: Stage) -> Generator[Page]:
    plays.station_report(stage)
    page = stage.open("/executions")
    expect(page.locator("[data-execution][data-status=running]").first).to_be_visible()
    yield page


def filtered(stage: Stage) -> Generator[Page]:
    yield stage.open(
        f"/executions?status=failed&status=stopped&since=24h&workflow={stage.made['workflow weather-report']}"
    )


def selected(stage: Stage) -> Generator[Page]:
    for page in executions(stage):
        boxes = page.locator("[data-execution] input[type=checkbox]")
        for box in (boxes.nth(0), boxes.nth(2), page.locator("[data-status=running] input[type=checkbox]").first):
            box.check()
        yield page


def bulk_preview(stage: Stage) -> Generator[Page]:
    for page in selected(stage):
        page.locator(".bulk").get_by_role("button", name=re.compile("^Stop")).click()
        expect(dialog(page).locator("[data-run]")).to_have_count(3)
        yield page


def keys(stage: Stage) -> Generator[Page]:
    page = stage.open("/executions")
    page.keyboard.press("?")
    expect(dialog(page)).to_be_visible()
    yield page


def both_languages(page: Page) -> None:
    """Until the words of the other language have come; without a server they no longer do."""
    page.wait_for_function("() => performance.getEntriesByType('resource').some(({name}) => name.includes('/zh-CN-'))")


def dropped_line(stage: Stage) -> Generator[Page]:
    line = Proxy(stage.server.url)
    line.start()
    try:
        url = f"http://127.0.0.1:{urlsplit(line.url).port}"
        page = stage.open(f"/executions/{plays.station_report(stage)}", url=url)
        expect(page.locator("[data-connection=live]")).to_be_visible()
        both_languages(page)
        line.black_hole()
        line.reset()
        expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
        yield page
        stage.leave()
    finally:
        line.stop()


def killed_server(stage: Stage) -> Generator[Page]:
    page = stage.open(f"/executions/{plays.station_report(stage)}")
    expect(page.locator("[data-connection=live]")).to_be_visible()
    both_languages(page)
    stage.kill()
    try:
        expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
        expect(page.locator(".offline")).to_be_visible()
        yield page
    finally:
        stage.revive()


def killed_server_other(stage: Stage) -> Generator[Page]:
    for page in killed_server(stage):
        page.get_by_role("link", name="Workflows", exact=True).first.click()
        expect(page.get_by_role("alert")).to_be_visible()
        yield page


# --- the table -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Shot:
    """`name` is the file's name and the heading of the contact sheet; `press` is pressed again in each language, for
    another language may have moved the text."""

    name: str
    shows: str
    scene: Scene
    devices: tuple[Device, ...] = ("desktop", "phone")
    languages: tuple[Language, ...] = ("en", "zh-CN")
    schemes: tuple[Scheme, ...] = ("light", "dark")
    press: str | None = None


def no_items(route: Route) -> None:
    route.fulfill(json=EMPTY)


def unavailable(route: Route) -> None:
    route.fulfill(status=503, json=UNAVAILABLE, content_type="application/problem+json")


PROBLEM = "[data-problem] >> nth=0"
WORKFLOWS = r"/api/v1/workflows(\?|$)"
LIST = r"/api/v1/executions\?"

SHOTS = (
    Shot(name="empty-start", shows="The first start: nothing has run", scene=at("/")),
    Shot(name="empty-executions", shows="No execution yet", scene=at("/executions")),
    Shot(name="empty-workflows", shows="No workflow", scene=answered("/workflows", WORKFLOWS, no_items)),
    Shot(name="loading", shows="A list that loads", scene=answered("/executions", LIST)),
    Shot(name="unavailable", shows="A list that the server refuses", scene=answered("/executions", LIST, unavailable)),
    Shot(name="workflows", shows="Workflows after some runs", scene=fill_history),
    Shot(name="workflow", shows="A workflow that can run", scene=at("/workflows/{workflow weather-report}")),
    Shot(name="workflow-menu", shows="What else can be done with it", scene=menu),
    Shot(name="workflow-archive", shows="Archive? asked before it is done", scene=archive_question),
    Shot(name="workflow-paused", shows="A paused workflow", scene=paused),
    Shot(name="workflow-archived", shows="An archived workflow", scene=archived),
    Shot(name="run-wrong-field", shows="The run dialog with a wrong field", scene=wrong_field),
    Shot(name="running", shows="An execution runs, a step is chosen", scene=running),
    Shot(name="running-graph", shows="Its graph on a phone", scene=running_part("Graph"), devices=("phone",)),
    Shot(name="running-log", shows="Its log on a phone", scene=running_part("Log"), devices=("phone",)),
    Shot(name="log-filter", shows="The log of one step, warnings only", scene=log_filter),
    Shot(name="log-colours", shows="A program's colours, and a line that a link led to", scene=log_colours),
    Shot(name="templates", shows="What a new workflow begins from", scene=templates),
    Shot(name="template", shows="A template, looked at", scene=template("Report of a year")),
    Shot(name="template-off", shows="A template that this server cannot run", scene=template("Shell commands")),
    Shot(name="saved-first", shows="A new workflow is saved: what is next", scene=saved_first),
    Shot(name="editor-new", shows="A new workflow: the template", scene=editor_new),
    Shot(name="editor-problem", shows="Problems at line, step and row", scene=editor_problem, press=PROBLEM),
    Shot(name="editor-form", shows="A step's form beside the canvas", scene=editor_form),
    Shot(name="editor-notes", shows="A workflow drawn with a group and a note", scene=editor_notes),
    Shot(name="editor-adding", shows="Which step is to be added", scene=editor_adding),
    Shot(name="editor-unreadable", shows="Text that is no YAML at the moment", scene=editor_unreadable),
    Shot(name="editor-conflict", shows="Somebody else has saved meanwhile", scene=conflict),
    Shot(name="editor-both", shows="Theirs and yours", scene=conflict_both),
    Shot(name="editor-draft", shows="Unsaved changes are back after a reload", scene=draft),
    Shot(name="editor-leave", shows="Leaving with unsaved changes", scene=leaving),
    Shot(name="versions", shows="Versions", scene=versions),
    Shot(name="versions-changes", shows="What has changed between two versions", scene=versions_changes),
    Shot(name="import-refused", shows="A file of 20 MiB is refused", scene=import_refused),
    Shot(name="queued", shows="An execution waits, and why", scene=queued),
    Shot(name="step-table", shows="What a query gave, as a table", scene=step("temperature", "Output")),
    Shot(name="step-files", shows="A table, and a file in place", scene=step("by_city", "Output")),
    Shot(name="step-tree", shows="What a step was given, as a tree", scene=step("by_city", "Input")),
    Shot(name="step-raw", shows="What a step gave, raw", scene=step("by_city", "Output", "Raw")),
    Shot(name="step-attempts", shows="Attempts side by side: lost, then failed", scene=attempts),
    Shot(name="completed", shows="Completed", scene=completed),
    Shot(name="report", shows="The report of a completed execution", scene=report),
    Shot(name="failed", shows="Failed: the card", scene=failed),
    Shot(name="failed-traceback", shows="Failed: the traceback", scene=failed_traceback),
    Shot(name="compare", shows="Two executions beside each other, and where they part", scene=compared),
    Shot(name="compare-values", shows="What differs in a value and in the workflow", scene=compared_values),
    Shot(name="compare-choice", shows="With what an execution is to be compared", scene=compare_choice),
    Shot(name="step-last-good", shows="A step and the last good run of it", scene=last_good),
    Shot(name="step-chart", shows="What a query gave, as a chart", scene=step("by_city", "Output", "Chart")),
    Shot(name="stop-preview", shows="Stop? asked before it is done", scene=stop_preview),
    Shot(name="stopping", shows="A step does not heed the stop", scene=stopping),
    Shot(name="stopped", shows="Stopped, with proof", scene=stopped),
    Shot(name="unknown-outcome", shows="A lost step that may have taken effect", scene=unknown_outcome),
    Shot(name="waiting", shows="A step waits for a point of time", scene=waiting),
    Shot(name="approval", shows="A step asks a person", scene=approval),
    Shot(name="map-items", shows="The items of a map, and one that failed", scene=map_items),
    Shot(name="child", shows="A child execution, and the way back", scene=child),
    Shot(name="retry-preview", shows="What a retry runs again and what it keeps", scene=retry_preview),
    Shot(name="try-step", shows="One step tried in the editor", scene=try_step, devices=("desktop",)),
    Shot(name="part", shows="An execution of a part of a workflow", scene=part_of_it),
    Shot(name="queue", shows="The queue: who waits, and why", scene=queue),
    Shot(name="queue-empty", shows="The queue when nothing waits", scene=at("/queue")),
    Shot(name="limits", shows="An operator changes the limits", scene=limits),
    Shot(name="triggers", shows="What starts workflows by itself", scene=triggers),
    Shot(name="trigger-form", shows="A trigger is made: what its cron text means", scene=trigger_form),
    Shot(name="statistics", shows="How long a workflow takes, and what fails", scene=statistics),
    Shot(name="executions", shows="The list of executions", scene=executions),
    Shot(name="executions-filtered", shows="The list, filtered by its address", scene=filtered),
    Shot(name="executions-selected", shows="Some are selected", scene=selected),
    Shot(name="executions-stop", shows="What stopping them will do", scene=bulk_preview),
    Shot(name="no-execution", shows="An execution that is not there", scene=at(f"/executions/{NOBODY}")),
    Shot(name="no-workflow", shows="A workflow that is not there", scene=at(f"/workflows/{NOBODY}")),
    Shot(name="no-page", shows="An address that leads nowhere", scene=at("/no/such/page")),
    Shot(name="palette", shows="The palette over an execution", scene=palette("/executions/{completed}")),
    Shot(name="palette-found", shows="What the palette finds", scene=palette("/workflows", "we")),
    Shot(name="views", shows="Views of the list", scene=views),
    Shot(name="views-sheet", shows="Views: names, order, the first one", scene=views_sheet),
    Shot(name="keys", shows="Every key", scene=keys, devices=("desktop",)),
    Shot(name="dropped-line", shows="The line is cut: reconnecting", scene=dropped_line),
    Shot(name="killed-server", shows="The server was killed: what is shown stays", scene=killed_server),
    Shot(name="killed-server-other", shows="Killed: a page that cannot load", scene=killed_server_other),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Document:
    """A picture of the documents, in each language: docs/images/{file}-{en|zh}.png."""

    file: str
    shot: str
    scheme: Scheme = "light"
    device: Device = "desktop"


DOCUMENTS = (
    Document(file="first-start", shot="empty-start"),
    Document(file="editor", shot="editor-problem"),
    Document(file="canvas", shot="editor-notes"),
    Document(file="compare", shot="compare"),
    Document(file="run", shot="run-wrong-field"),
    Document(file="running", shot="running"),
    Document(file="step", shot="step-table"),
    Document(file="report", shot="report"),
    Document(file="stopping", shot="stopping"),
    Document(file="failed", shot="failed", scheme="dark"),
    Document(file="unknown", shot="unknown-outcome"),
    Document(file="queue", shot="queue"),
    Document(file="executions", shot="executions"),
    Document(file="phone", shot="running", device="phone"),
)
