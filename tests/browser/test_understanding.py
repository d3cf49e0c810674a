"""A person understands a run: what differs from another one, how to go on after a failure, what its values show."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_a_thumb, fits_in_width
from tests.fixtures.api import Api, Json, python, until, workflow

expect.set_options(timeout=PATIENCE_MS)

LOAD = 'def main(city):\n    return {"city": city, "rows": [{"day": n, "mm": n * 2} for n in range(6)]}\n'
CLEAN = 'def main(rows):\n    return {"kept": [row for row in rows if row["mm"] > 2], "unit": "mm"}\n'
STRICTER = (
    'def main(rows):\n    return {"kept": [row for row in rows if row["mm"] > 4], "unit": "mm", "strict": True}\n'
)
SEND = (
    'def main(kept):\n    if len(kept) < 4:\n        raise ValueError(f"only {len(kept)} rows")\n    return len(kept)\n'
)
ONCE = """
import os
def main(file):
    if not os.path.exists(file):
        raise FileNotFoundError(file)
    return {"found": True}
"""


def report(clean: str, *more: Json) -> Json:
    return workflow(
        "rain-report",
        python("load", LOAD, args={"city": "${inputs.city}"}),
        python("clean", clean, args={"rows": "${steps.load.output.rows}"}),
        python("send", SEND, args={"kept": "${steps.clean.output.kept}"}),
        *more,
        inputs={"type": "object", "properties": {"city": {"type": "string", "default": "Oslo"}}},
    )


@dataclass
class Runs:
    workflow: str
    good: str
    bad: str


@pytest.fixture
def runs(api: Api) -> Runs:
    """A run of the first version that ended well, and one of the second, which is stricter and fails further on."""
    workflow_id = api.save(report(CLEAN))
    good = api.run(workflow_id, city="Oslo")
    assert api.finish(good)["status"] == "completed"
    mail = {"id": "mail", "kind": "transform", "config": {"expression": "${steps.send.output}"}}
    api.put(f"/workflows/{workflow_id}", {"definition": report(STRICTER, mail), "ready": True})
    bad = api.run(workflow_id, city="Oslo")
    assert api.finish(bad)["status"] == "failed"
    return Runs(workflow_id, good, bad)


def pair(page: Page, step: str) -> Locator:
    return page.locator(f"[data-pair={step}]")


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def test_the_last_good_run_is_one_press_away_and_the_first_difference_is_named(
    open_page: OpenPage, runs: Runs, picture: Picture
) -> None:
    page = open_page(f"/executions/{runs.bad}")
    page.get_by_role("button", name="Compare with…").click()
    page.get_by_role("dialog").get_by_role("button", name="Last good run").click()
    expect(page).to_have_url(re.compile(rf"/compare\?a={runs.good}&b={runs.bad}$"))

    parting = page.locator("[data-parting]")
    expect(parting).to_have_attribute("data-parting", "clean")
    expect(parting).to_contain_text("clean is set up differently: its settings changed between v1 and v2")
    expect(pair(page, "load")).to_have_attribute("data-difference", "same")
    expect(pair(page, "clean")).to_have_attribute("data-difference", "differs")
    expect(pair(page, "clean")).to_have_attribute("data-first", "true")
    expect(pair(page, "send")).to_contain_text("Completed")
    expect(pair(page, "send")).to_contain_text("Failed")
    expect(pair(page, "mail")).to_have_attribute("data-difference", "only_b")
    expect(page.locator(".node[data-step=mail]")).to_contain_text("only in B")
    expect(page.locator(".node[data-step=load]")).to_contain_text("same")

    # The step at which they part is open: its output by its places.
    output = region(page, "clean: A and B")
    expect(output.locator("[data-change='/strict']")).to_have_attribute("data-kind", "added")
    expect(output.locator("[data-kind=removed]").first).to_be_visible()
    definition = region(page, "Definition: v1 → v2")
    expect(definition.locator("[data-node=clean]")).to_contain_text("config.code")
    expect(definition.locator("[data-node=mail]")).to_have_attribute("data-kind", "added")
    expect(definition.locator("[data-edge='send mail']")).to_have_attribute("data-kind", "added")
    picture(page, "compare-en-light")
    accessible(page)
    fits_in_width(page)


def test_two_rows_of_the_list_are_compared_by_keyboard(open_page: OpenPage, runs: Runs) -> None:
    page = open_page(f"/executions?workflow={runs.workflow}")
    page.locator(f"tr[data-execution='{runs.bad}'] input").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    page.locator(f"tr[data-execution='{runs.good}'] input").focus()
    page.keyboard.press("Space")
    page.get_by_role("link", name="Compare").focus()
    page.keyboard.press("Enter")
    # The older one stands at the left.
    expect(page).to_have_url(re.compile(rf"/compare\?a={runs.good}&b={runs.bad}$"))
    send = pair(page, "send").get_by_role("button", name="send")
    send.focus()
    page.keyboard.press("Enter")
    values = region(page, "send: A and B")
    values.get_by_role("tab", name="Output").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(values.get_by_role("tab", name="Error")).to_have_attribute("aria-selected", "true")
    expect(values).to_contain_text("only 3 rows")


def test_two_rows_are_compared_on_a_phone(open_page: OpenPage, runs: Runs, picture: Picture) -> None:
    page = open_page(f"/executions?workflow={runs.workflow}", phone=True)
    for execution_id in (runs.good, runs.bad):
        page.locator(f"tr[data-execution='{execution_id}'] input").check()
    picture(page, "compare-marked-phone-en-light")
    fits_in_width(page)
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("[data-parting=clean]")).to_be_visible()


def test_inputs_that_differ_are_named_and_another_one_is_searched(open_page: OpenPage, api: Api, runs: Runs) -> None:
    workflow_id = api.save(report(CLEAN))
    other = api.run(workflow_id, city="Rome")
    api.finish(other)
    number = api.execution(other)["number"]
    page = open_page(f"/compare?a={runs.good}&b={runs.bad}")
    page.locator("[data-side=b]").get_by_role("button", name="Choose another…").click()
    page.get_by_role("dialog").get_by_role("searchbox").fill(f"rain-report #{number}")
    page.get_by_role("dialog").locator(f"li:has-text('#{number}')").first.click()
    page.wait_for_url(re.compile(r"b=(?!" + runs.bad + ")"))
    expect(page.locator("[data-side=b]")).to_contain_text("Completed")
    page.goto(f"/compare?a={runs.good}&b={other}")
    expect(page.locator("[data-parting=load]")).to_contain_text("the inputs differ in city")
    expect(region(page, "What is compared").locator("[data-change='/city']")).to_contain_text("Rome")
    page.get_by_role("button", name="Swap the sides").click()
    expect(page).to_have_url(re.compile(rf"a={other}&b={runs.good}$"))


def test_a_run_is_compared_with_the_run_before_it_of_the_same_execution(
    open_page: OpenPage, api: Api, tmp_path: Any
) -> None:
    file = tmp_path / "there"
    definition = workflow("retried-report", python("first", LOAD, args={"city": "Oslo"}), python("needs", ONCE))
    definition["nodes"][1]["config"]["args"] = {"file": str(file)}
    execution = api.run(api.save(definition))
    assert api.finish(execution)["status"] == "failed"
    file.touch()
    preview = api.post(f"/executions/{execution}/retry/preview", {"from": "failed"})
    api.post(f"/executions/{execution}/retry", {"from": "failed", "preview_token": preview["preview_token"]}, 202)
    until(lambda: api.execution(execution)["status"] == "completed")
    page = open_page(f"/executions/{execution}")
    page.get_by_role("button", name="Compare with…").click()
    page.get_by_role("dialog").get_by_role("button", name="The run before").click()
    expect(page.locator("[data-side=a]")).to_have_attribute("data-status", "failed")
    expect(page.locator("[data-side=b]")).to_have_attribute("data-status", "completed")
    expect(page.locator("[data-parting=needs]")).to_contain_text("went another way: Failed in A")
    expect(pair(page, "first")).to_have_attribute("data-difference", "same")


def test_two_that_went_alike_differ_in_nothing(open_page: OpenPage, api: Api, runs: Runs) -> None:
    again = api.run(api.save(report(CLEAN)), city="Oslo")
    api.finish(again)
    page = open_page(f"/compare?a={runs.good}&b={again}")
    expect(page.locator("[data-parting=none]")).to_be_visible()


@pytest.mark.parametrize("phone", [False, True])
def test_it_is_read_in_chinese_in_the_dark_and_on_a_phone(
    open_page: OpenPage, runs: Runs, picture: Picture, phone: bool
) -> None:
    page = open_page(f"/compare?a={runs.good}&b={runs.bad}", locale="zh-CN", scheme="dark", phone=phone)
    expect(page.locator("[data-parting=clean]")).to_contain_text("clean 的设置不同")
    expect(page.locator(".node").first).to_be_visible()
    picture(page, f"compare-{'phone' if phone else 'desk'}-zh-dark")
    accessible(page)
    fits_in_width(page)
    if phone:
        fits_a_thumb(page)


def test_an_address_that_names_nothing_says_what_to_do(open_page: OpenPage, runs: Runs) -> None:
    page = open_page("/compare")
    expect(page.get_by_text("Choose two executions")).to_be_visible()
    nobody = "0190ecb9-7a4a-7d3c-8a53-000000000000"
    page = open_page(f"/compare?a={runs.good}&b={nobody}", quiet=False)
    expect(page.get_by_role("alert")).to_contain_text("Not found")


ROWS = """
import datetime
def main():
    start = datetime.date(2025, 1, 1)
    return [
        {"day": str(start + datetime.timedelta(days=n)), "rain_mm": (n * 7) % 13, "wind_ms": (n * 5) % 11}
        for n in range(30)
    ]
"""
FLAKY = """
def main(step):
    if step.attempt < 3:
        raise ConnectionError(f"no answer at try {step.attempt}")
    return {"tries": step.attempt}
"""


def open_step(page: Page, step: str, part: str) -> Locator:
    page.locator(f"[data-step-row={step}] button").click()
    panel = region(page, step)
    panel.get_by_role("tab", name=re.compile(f"^{part}")).click()
    return panel


def test_rows_of_an_output_are_seen_as_a_chart(open_page: OpenPage, api: Api, picture: Picture) -> None:
    execution = api.run(api.save(workflow("rain-days", python("days", ROWS))))
    assert api.finish(execution)["status"] == "completed"
    page = open_page(f"/executions/{execution}")
    panel = open_step(page, "days", "Output")
    panel.get_by_role("button", name="Chart").click()
    chart = panel.get_by_role("img", name="Output as a chart: rain_mm, wind_ms along day")
    expect(chart.locator("canvas")).to_be_visible()
    drawn = "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].some(byte => byte > 0)"
    assert chart.locator("canvas").evaluate(drawn), "something is drawn"
    chart.scroll_into_view_if_needed()
    picture(page, "chart-en-light")
    accessible(page)


def test_a_failure_offers_each_way_on_and_what_it_would_do(open_page: OpenPage, runs: Runs, picture: Picture) -> None:
    page = open_page(f"/executions/{runs.bad}")
    card = page.locator(".failure")
    expect(card.get_by_role("link", name="Compare with last good run #1")).to_be_visible()
    picture(page, "failure-ways-en-light")
    dialog = page.get_by_role("dialog")
    for way, pressed in (
        ("Retry the step…", "Chosen steps"),
        ("Retry from here…", "From the failure"),
        ("Retry everything…", "From the start"),
        ("Edit inputs and retry…", "From the failure"),
    ):
        card.get_by_role("button", name=way).click()
        expect(dialog.get_by_role("button", name=pressed)).to_have_attribute("aria-pressed", "true")
        expect(dialog.locator("[data-fate=send]")).to_have_attribute("data-action", "run_again")
        load = "run_again" if way == "Retry everything…" else "reuse"
        expect(dialog.locator("[data-fate=load]")).to_have_attribute("data-action", load)
        if way == "Edit inputs and retry…":
            expect(dialog.get_by_label("city")).to_be_visible()
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()
    accessible(page)


def test_attempts_are_compared_and_a_step_with_its_last_good_run(
    open_page: OpenPage, api: Api, runs: Runs, picture: Picture
) -> None:
    page = open_page(f"/executions/{runs.bad}")
    panel = open_step(page, "clean", "Last good run")
    expect(panel.locator("[data-change='/strict']")).to_have_attribute("data-kind", "added")
    expect(panel).to_contain_text("#1")
    panel.scroll_into_view_if_needed()
    picture(page, "step-last-good-en-light")
    accessible(page)

    retry = {"max_attempts": 3, "interval_s": 0.05, "jitter": False, "on": ["step"]}
    execution = api.run(api.save(workflow("flaky-call", python("call", FLAKY, retry=retry))))
    assert api.finish(execution)["status"] == "completed"
    page = open_page(f"/executions/{execution}")
    panel = open_step(page, "call", "Attempts")
    error = panel.locator("[data-fact=error]")
    expect(error).to_have_attribute("data-differs", "true")
    expect(error).to_contain_text("no answer at try 2")
    panel.scroll_into_view_if_needed()
    picture(page, "attempts-compared-en-light")
    accessible(page)


def test_one_walks_from_a_parent_to_its_child_and_back_to_the_step(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    child = api.save(workflow("child-report", python("work", LOAD, args={"city": "Oslo"})))
    step = {"id": "part", "kind": "workflow", "config": {"workflow": child}}
    parent = api.run(api.save(workflow("parent-report", step)))
    assert api.finish(parent)["status"] == "completed", api.steps(parent)
    page = open_page(f"/executions/{parent}")
    panel = open_step(page, "part", "Output")
    panel.get_by_role("link", name=re.compile(r"child-report #\d+")).click()
    crumb = page.get_by_role("navigation", name="Executions").get_by_role("link", name=re.compile("parent-report"))
    expect(crumb).to_have_text(re.compile(r"parent-report #\d+ ▸ part"))
    picture(page, "child-en-light")
    accessible(page)
    crumb.click()
    expect(page).to_have_url(re.compile(rf"/executions/{parent}\?step=part"))
    expect(region(page, "part")).to_be_visible()


STUBBORN = """
import signal, time
def main():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("up", flush=True)
    time.sleep(60)
"""


def test_a_stop_shows_how_far_it_is(open_page: OpenPage, api: Api, picture: Picture) -> None:
    execution = api.run(api.save(workflow("stops-slowly", python("stubborn", STUBBORN))))
    until(lambda: api.execution(execution)["counts"]["log_lines"] == 1)
    page = open_page(f"/executions/{execution}")
    expect(page.locator("[data-execution-status=running]")).to_be_visible()
    api.post(f"/executions/{execution}/stop", {"grace_s": 3})
    expect(page.locator("[data-stage=grace][aria-current=step]")).to_contain_text("s")
    picture(page, "stop-stages-en-light")
    accessible(page)
    expect(page.locator("[data-execution-status=stopped]")).to_be_visible()
    expect(page.get_by_text("every process of it is proven gone")).to_be_visible()


def test_a_step_asks_a_person_who_answers_on_the_page(open_page: OpenPage, api: Api, picture: Picture) -> None:
    flow = next(item["id"] for item in api.get("/workflows")["items"] if item["name"] == "ask-before-sending")
    execution = api.run(flow, year=2013)
    page = open_page(f"/executions/{execution}", locale="zh-CN")
    card = page.locator("[data-approval=ask]")
    expect(card.get_by_role("heading")).to_have_text(re.compile(r"^2013 had \d+ dry days of 365\. Send the report\?$"))
    to = card.get_by_label("收件人")
    expect(to).to_have_value("the weather office")
    to.fill("")
    card.get_by_role("button", name="批准").click()
    expect(card.get_by_role("alert").or_(card.locator("[aria-invalid=true]")).first).to_be_visible()
    assert api.steps(execution)["ask"]["status"] == "waiting", "a wrong answer is not sent"
    picture(page, "approval-zh-light")
    accessible(page)
    to.fill("the harbour master")
    card.get_by_role("button", name="批准").click()
    expect(card).to_be_hidden()
    assert api.finish(execution)["result"]["sent"].startswith("To the harbour master: ")


def test_an_item_of_a_map_asks_a_person_who_answers_on_the_page(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    form = {
        "type": "object",
        "required": ["to"],
        "properties": {"to": {"type": "string", "title": "To", "minLength": 1}},
    }
    ask = {"kind": "approval", "config": {"message": "Send ${item}?", "form": form}}
    node = {"id": "m", "kind": "map", "config": {"items": ["rain", "snow", "wind"], "node": ask}}
    execution = api.run(api.save(workflow("ask-each", node, output="${steps.m.output}")))
    until(lambda: len(api.execution(execution)["waiting_paths"]) == 3)
    page = open_page(f"/executions/{execution}", locale="zh-CN")
    strip = page.locator("[data-asking=m]")
    expect(strip).to_contain_text("m 有 3 项等待答复")
    strip.get_by_role("button", name="查看并答复").click()
    card = page.locator("[data-approval='m[0]']")
    expect(card.get_by_role("heading")).to_have_text("Send rain?")
    card.get_by_role("button", name="批准").click()
    expect(card.locator("[aria-invalid=true]")).to_be_visible()
    picture(page, "map-asks-zh-light")
    accessible(page)
    phone = open_page(f"/executions/{execution}", phone=True)
    phone.get_by_role("button", name="Show and answer").click()
    expect(phone.locator("[data-approval='m[0]']")).to_be_visible()
    picture(phone, "map-asks-phone-en-light")
    fits_in_width(phone)
    fits_a_thumb(phone)
    card.get_by_label("To").fill("the harbour master")
    card.get_by_role("button", name="批准").click()
    expect(strip).to_contain_text("m 有 2 项等待答复")
    expect(page.locator("[data-item='m[0]']")).to_have_attribute("data-status", "completed")
    expect(page.locator("[data-approval='m[1]'] h2")).to_have_text("Send snow?")  # the next one is open
    expect(page.locator("[data-item='m[1]'] .item-row")).to_be_focused()
    assert api.get(f"/executions/{execution}/steps", of="m")["items"][0]["output"]["answer"] == {
        "to": "the harbour master"
    }
    for path in ("m[1]", "m[2]"):
        card = page.locator(f"[data-approval='{path}']")
        card.get_by_label("To").fill("nobody")
        card.get_by_role("button", name="批准").click()
    expect(strip).to_be_hidden()
    assert api.finish(execution)["status"] == "completed"


def test_the_items_of_a_map_are_folded_and_the_one_that_failed_is_found(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    flow = next(item["id"] for item in api.get("/workflows")["items"] if item["name"] == "year-by-year")
    execution = api.run(flow, years=[*[2012, 2013, 2014, 2015] * 10, 2031])
    api.finish(execution)
    page = open_page(f"/executions/{execution}")
    expect(page.locator("[data-step-row]")).to_have_count(1)  # 41 items are one row
    panel = open_step(page, "warmest", "Items")
    expect(panel).to_contain_text("41 of 41")
    expect(panel.locator("[data-item]")).to_have_count(41)
    panel.get_by_label("Failed ones only").check()
    expect(panel.locator("[data-item]")).to_have_count(1)
    row = panel.locator("[data-item='warmest[40]']")
    row.get_by_role("button").first.click()
    expect(row).to_contain_text("the table has no day of 2031")
    picture(page, "map-items-en-light")
    accessible(page)
