"""A person presses Run and watches: live to the end, through a reload, a lost line and a stopped run."""

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.fixtures.api import Api, python, until, workflow

expect.set_options(timeout=PATIENCE_MS)

STATUSES = """
() => {
  window.seen = {};
  const note = () => document.querySelectorAll('.node[data-status]').forEach((node) => {
    const list = (window.seen[node.dataset.step] ??= []);
    if (list.at(-1) !== node.dataset.status) list.push(node.dataset.status);
  });
  new MutationObserver(note).observe(document.body, {subtree: true, childList: true, attributes: true});
}
"""
"""Keeps every status each node of the graph ever showed, in order."""

ORDER = ["pending", "ready", "running", "completed"]

SLOW = """
import time
def main(seconds, step):
    for n in range(int(seconds * 10)):
        print("tick", n, flush=True)
        step.progress(n / (seconds * 10))
        time.sleep(0.1)
"""
UNTIL_FILE = """
import os, time
def main(gate):
    n = 0
    while not os.path.exists(gate):
        print("tick", n, flush=True)
        n += 1
        time.sleep(0.1)
    return n
"""
STUBBORN = """
import os, signal, time
def main():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("pid", os.getpid(), flush=True)
    while True:
        time.sleep(0.05)
"""


def status(page: Page, word: str) -> None:
    expect(page.locator(f"[data-execution-status={word}]")).to_be_visible()


def node(page: Page, step: str) -> Locator:
    return page.locator(f".node[data-step={step}]")


def log_lines(page: Page) -> list[int]:
    """The numbers of the lines drawn now."""
    return [
        int(text) for text in page.locator(".log-lines [data-line]").evaluate_all("l => l.map(x => x.dataset.line)")
    ]


def test_run_is_pressed_and_every_status_is_seen_live_to_the_report(open_page: OpenPage, picture: Picture) -> None:
    page = open_page("/")
    expect(page.get_by_role("heading", name="Run your first workflow")).to_be_visible()
    picture(page, "first-start-en-light")
    page.evaluate(STATUSES)
    page.get_by_role("button", name=re.compile("Run it")).click()
    status(page, "running")
    # Which step runs when the page looks is a matter of the machine; that a page sees all of it is shown with gates.
    expect(page.locator(".node[data-status=running]").first).to_be_visible()
    picture(page, "running-en-light")
    status(page, "completed")
    seen: dict[str, list[str]] = page.evaluate("() => window.seen")
    assert seen["report"][0] == "pending", "shown before it started"
    assert seen["report"][-2:] == ["running", "completed"], seen
    for statuses in seen.values():
        assert statuses[-1] == "completed", seen
        assert statuses == sorted(statuses, key=ORDER.index), "never backwards"
    expect(page.locator("[data-log-state=complete]")).to_contain_text("12 lines · complete")
    assert log_lines(page) == list(range(1, 13))
    expect(page.locator("[data-connection=ended]")).to_contain_text("log complete, 12 lines")
    page.get_by_role("button", name="See the report").click()
    report = page.frame_locator("iframe.report")
    expect(report.get_by_role("heading").first).to_contain_text("Seattle")
    expect(report.locator("svg").first).to_be_visible()
    page.locator("iframe.report").scroll_into_view_if_needed()
    picture(page, "report-en-light")


def test_each_status_of_each_step_is_seen_while_it_lasts(api: Api, open_page: OpenPage, tmp_path: Path) -> None:
    gates = {step: tmp_path / step for step in ("first", "second")}
    steps = (python(step, UNTIL_FILE, args={"gate": str(gate)}) for step, gate in gates.items())
    page = open_page(f"/workflows/{api.save(workflow('gated', *steps))}")
    page.get_by_role("button", name="Run…").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Run it")).to_be_focused()  # keys reach it then
    page.keyboard.press("Control+Enter")
    status(page, "running")
    expect(node(page, "first")).to_have_attribute("data-status", "running")
    expect(node(page, "second")).to_have_attribute("data-status", "pending")
    gates["first"].touch()
    expect(node(page, "first")).to_have_attribute("data-status", "completed")
    expect(node(page, "second")).to_have_attribute("data-status", "running")
    gates["second"].touch()
    expect(node(page, "second")).to_have_attribute("data-status", "completed")
    status(page, "completed")


def test_a_reload_in_the_middle_shows_the_same_run_without_a_gap(api: Api, open_page: OpenPage) -> None:
    execution_id = api.run(api.save(workflow("reload", python("a", SLOW, args={"seconds": 4}))))
    page = open_page(f"/executions/{execution_id}")
    expect(page.locator("[data-line='5']")).to_be_visible()
    page.reload()
    status(page, "running")
    expect(page.locator("[data-line='5']")).to_be_visible()
    status(page, "completed")
    expect(page.locator("[data-log-state=complete]")).to_contain_text("40 lines · complete")
    numbers = log_lines(page)
    assert numbers == list(range(numbers[0], 41)), "each line once, in order"


def test_a_finished_run_opened_later_says_the_same_in_chinese(api: Api, open_page: OpenPage, picture: Picture) -> None:
    weather = next(item for item in api.get("/workflows")["items"] if item["name"] == "weather-report")
    execution_id = api.run(weather["id"], pace_s=0)
    api.finish(execution_id)
    page = open_page(f"/executions/{execution_id}", locale="zh-CN", scheme="dark")
    expect(page.get_by_text("已完成").first).to_be_visible()
    expect(page.locator("[data-log-state=complete]")).to_contain_text("完整")
    expect(node(page, "report")).to_have_attribute("data-status", "completed")
    picture(page, "completed-zh-dark")
    page.get_by_role("button", name=re.compile("语言")).click()
    expect(page.get_by_text("Completed").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("Completed").first).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_stop_is_pressed_and_stopped_is_shown_only_when_it_is_dead(
    api: Api, open_page: OpenPage, picture: Picture
) -> None:
    execution_id = api.run(api.save(workflow("stubborn", python("s", STUBBORN), python("after", "def main(): pass"))))
    page = open_page(f"/executions/{execution_id}")
    line = page.locator("[data-line='1']")
    expect(line).to_contain_text("pid")
    pid = int(re.search(r"pid (\d+)", line.inner_text()).group(1))  # type: ignore[union-attr]
    page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("proven dead")
    dialog.get_by_label("Time to end by themselves").select_option("5")
    dialog.get_by_label("Reason").fill("seen enough")
    dialog.get_by_role("button", name="Stop it").click()
    status(page, "stopping")
    picture(page, "stopping-en-light")
    status(page, "stopped")
    assert not os.path.exists(f"/proc/{pid}"), "stopped is shown only when the process is gone"
    expect(page.locator(".strip")).to_contain_text("seen enough")
    expect(node(page, "s")).to_have_attribute("data-status", "stopped")
    expect(node(page, "after")).to_have_attribute("data-status", "skipped")


def test_a_failure_is_told_with_its_cause_advice_and_the_way_to_run_again(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    weather = next(item for item in api.get("/workflows")["items"] if item["name"] == "weather-report")
    page = open_page(f"/workflows/{weather['id']}")
    page.get_by_role("button", name=re.compile("Run")).first.click()
    dialog = page.get_by_role("dialog")
    for wrong, told in (("nineteen", "A number is needed."), ("2014.5", "A whole number is needed.")):
        dialog.get_by_label("Year").fill(wrong)
        dialog.get_by_role("button", name=re.compile("Run it")).click()
        expect(dialog.get_by_text(told)).to_be_visible()
    dialog.get_by_label("Year").fill("2031")
    dialog.get_by_label("Pace in seconds").fill("0")
    dialog.get_by_role("button", name=re.compile("Run it")).click()
    status(page, "failed")
    card = page.get_by_role("alert", name="What went wrong")
    expect(card).to_contain_text("The table has no weather of 2031")
    expect(card).to_contain_text("clean")
    expect(node(page, "report")).to_have_attribute("data-status", "skipped")
    picture(page, "failed-en-light")
    card.get_by_role("button", name="Run as a new one…").click()
    again = page.get_by_role("dialog")
    expect(again.get_by_label("Year")).to_have_value("2031")
    again.get_by_label("Year").fill("2014")
    again.get_by_role("button", name=re.compile("Run it")).click()
    status(page, "completed")


def test_a_double_click_is_one_run(api: Api, open_page: OpenPage) -> None:
    workflow_id = api.save(workflow("once", python("a", "def main():\n    return 1")))
    page = open_page(f"/workflows/{workflow_id}")
    page.get_by_role("button", name=re.compile("Run")).first.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Run it")).dblclick()
    status(page, "completed")
    assert len(api.get("/executions", workflow_id=workflow_id)["items"]) == 1


def test_a_lost_step_that_may_have_taken_effect_asks_a_person(api: Api, open_page: OpenPage, picture: Picture) -> None:
    code = "import os, time\ndef main():\n    print('pid', os.getpid(), flush=True)\n    time.sleep(300)"
    execution_id = api.run(api.save(workflow("pay", python("pay", code, retry_safe=False))))
    page = open_page(f"/executions/{execution_id}")
    line = page.locator("[data-line='1']")
    expect(line).to_contain_text("pid")
    os.kill(int(re.search(r"pid (\d+)", line.inner_text()).group(1)), 9)  # type: ignore[union-attr]
    card = page.locator("[data-unknown=pay]")
    expect(card).to_contain_text("nobody knows whether it took effect")
    picture(page, "unknown-outcome-en-light")
    card.get_by_label("Its output").fill('{"paid": true}')
    card.get_by_role("button", name="It is done: go on").click()
    status(page, "completed")
    assert until(lambda: api.steps(execution_id)["pay"]["output"]) == {"paid": True}  # the views come after the page


def test_eight_tabs_show_the_same_run_over_one_stream(api: Api, open_page: OpenPage, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    execution_id = api.run(api.save(workflow("tabs", python("a", UNTIL_FILE, args={"gate": str(gate)}))))
    page = open_page(f"/executions/{execution_id}")
    tabs = [page, *(page.context.new_page() for _ in range(7))]
    for tab in tabs:
        tab.goto(f"/executions/{execution_id}")
        status(tab, "running")
    # A page that was closed before may not be missed by the server yet.
    until(lambda: re.search(r"^runwright_streams 1\.0$", api.client.get("/metrics").text, re.MULTILINE))
    gate.touch()
    lines = api.finish(execution_id)["complete"]["log_lines"]
    for tab in tabs:
        status(tab, "completed")
        expect(tab.locator("[data-log-state=complete]")).to_contain_text(f"{lines} lines · complete")


def test_the_list_of_executions_is_live(api: Api, open_page: OpenPage, picture: Picture) -> None:
    page = open_page("/executions")
    workflow_id = api.save(workflow("listed", python("a", SLOW, args={"seconds": 1})))
    execution_id = api.run(workflow_id)
    row = page.locator(f"a[href='/executions/{execution_id}']").first
    expect(row).to_be_visible()
    expect(page.locator(f"[data-execution='{execution_id}'][data-status=completed]")).to_be_visible()
    picture(page, "executions-en-light")
    until(lambda: api.final(execution_id))
