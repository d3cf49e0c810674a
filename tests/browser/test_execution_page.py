"""The page of one run: its log with colours, search, links; steps with what went in and came out; times and graph."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_in_width
from tests.fixtures.api import Api, python, workflow

expect.set_options(timeout=PATIENCE_MS)

COLOURS = """
def main():
    for n in range(30, 38):
        print(f"\\033[{n}m colour {n} \\033[1mbold\\033[0m \\033[{n + 60}mbright\\033[0m \\033[{n + 10}mon it\\033[0m "
              f"\\033[{n};7minverse\\033[0m \\033[4munder\\033[24m \\033[2mfaint\\033[0m")
    print("".join(f"\\033[38;5;{n}m{n} " for n in range(16, 256, 6)))
    print("".join(f"\\033[48;5;{n}m{n} " for n in range(16, 256, 6)))
    print("".join(f"\\033[38;2;{n};{255 - n};128m{n} " for n in range(0, 256, 12)))
    print("\\033]8;;https://example.com\\007<b>no markup</b>\\033]8;;\\007 " + "long " * 60)
"""
MAKES = """
import json
NOTES = [
    "# Notes", "", "- **rain** in mm", "- <script>no</script>", "", "|a|b|", "|-|-|", "|1|2|", ""
]
def main(step):
    step.attach("report.html", "<h1>Report</h1><script>document.title = 'ran'</script>", "text/html")
    step.attach("rows.csv", "city,rain\\nOslo,763\\nBergen,2250\\n", "text/csv")
    step.attach("notes.md", "\\n".join(NOTES), "text/markdown")
    step.attach("facts.json", json.dumps({"cities": ["Oslo", "Bergen"], "year": 2025}), "application/json")
    return [{"city": f"city {n}", "rain_mm": n * 17} for n in range(80)]
"""
LINES = """
def main(count):
    for n in range(count):
        print(f"line {n} " + "\\033[32mok\\033[0m" * (n % 3))
"""


@pytest.mark.parametrize(("locale", "scheme"), [("en-US", "light"), ("zh-CN", "dark")])
def test_colours_of_a_program_can_be_read_in_both_themes(
    api: Api, open_page: OpenPage, picture: Picture, locale: str, scheme: str
) -> None:
    execution_id = api.run(api.save(workflow("colours", python("paint", COLOURS))))
    api.finish(execution_id)
    page = open_page(f"/executions/{execution_id}", locale=locale, scheme=scheme)  # type: ignore[arg-type]
    expect(page.locator("[data-line='12']")).to_contain_text("<b>no markup</b>")
    assert page.locator("[data-line='12'] b, [data-line='12'] .tx a").count() == 0
    accessible(page, iframes=False)
    picture(page, f"log-colours-{locale[:2]}-{scheme}")
    page.get_by_role("button", name=re.compile("Wrap|换行")).click()
    expect(page.locator(".log-lines.nowrap")).to_be_visible()
    assert page.locator("[data-line='12']").bounding_box()["height"] <= 20  # type: ignore[index]


def test_a_log_is_narrowed_copied_and_taken_along(api: Api, open_page: OpenPage, tmp_path: Path) -> None:
    quiet = python("quiet", "def main():\n    print('only this')")
    execution_id = api.run(api.save(workflow("long", python("talk", LINES, args={"count": 3_000}), quiet)))
    api.finish(execution_id)
    page = open_page(f"/executions/{execution_id}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("[data-line='3001']")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the whole log").click()
    saved.value.save_as(tmp_path / "log")
    text = (tmp_path / "log").read_text().splitlines()
    assert len(text) == 3_001
    assert re.fullmatch(r"\S+Z INFO {4}talk: line 2 okok", text[2])
    assert saved.value.suggested_filename == "long-1.log"
    page.get_by_label("Step of the lines").select_option("quiet")
    expect(page.locator(".log-lines [data-line]")).to_have_count(1)
    page.get_by_role("button", name="Copy the lines shown").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith(" quiet: only this\n")


def test_a_link_to_a_line_opens_the_log_there_and_reading_on_reaches_both_ends(
    api: Api, open_page: OpenPage, picture: Picture
) -> None:
    execution_id = api.run(api.save(workflow("linked", python("talk", LINES, args={"count": 3_000}))))
    api.finish(execution_id)
    page = open_page(f"/executions/{execution_id}#line-1500")
    line = page.locator("[data-line='1500']")
    expect(line).to_be_in_viewport()
    expect(line).to_have_class(re.compile("linked"))
    picture(page, "log-link-en-light")
    page.get_by_role("link", name="Link to line 1502").click()
    assert page.url.endswith("#line-1502")
    log = page.get_by_role("log")
    for end, wanted in (("log.scrollTop = 0", "1"), ("log.scrollTop = log.scrollHeight", "3000")):
        page.wait_for_function(
            f"log => {{ {end}; return log.querySelector('[data-line=\"{wanted}\"]') }}", arg=log.element_handle()
        )
    numbers = page.locator(".log-lines [data-line]").evaluate_all("l => l.map(x => Number(x.dataset.line))")
    assert numbers == list(range(numbers[0], 3_001))
    page.reload()
    expect(page.locator("[data-line='1502']")).to_be_in_viewport()


@pytest.mark.parametrize(("locale", "scheme", "phone"), [("en-US", "light", False), ("zh-CN", "dark", True)])
def test_a_step_shows_what_went_in_what_came_out_its_files_and_attempts(
    api: Api, open_page: OpenPage, picture: Picture, locale: str, scheme: str, phone: bool
) -> None:
    given = {"year": 2025, "cities": ["Oslo", "Bergen"]}
    broken = python("breaks", "def main():\n    raise ValueError('no rain')", on_error="continue")
    nodes = (python("makes", MAKES), python("takes", "def main(a):\n    return a", args={"a": given}), broken)
    execution_id = api.run(api.save(workflow("values", *nodes, edges=[])))
    api.finish(execution_id)
    page = open_page(f"/executions/{execution_id}", locale=locale, scheme=scheme, phone=phone)  # type: ignore[arg-type]
    name = f"{locale[:2]}-{'phone' if phone else scheme}"
    page.locator("[data-step-row=makes] button").click()
    panel = page.get_by_role("region", name="makes")
    expect(panel.get_by_role("cell", name="city 3", exact=True)).to_be_visible()
    expect(panel.get_by_role("cell", name="Bergen")).to_be_visible()
    expect(panel.get_by_role("heading", name="Notes")).to_be_visible()
    expect(panel.frame_locator("iframe").get_by_role("heading", name="Report")).to_be_visible()
    assert panel.locator(".markdown script").count() == 0
    assert page.evaluate("document.title") != "ran"
    expect(panel.get_by_role("tree", name="facts.json")).to_be_visible()
    panel.scroll_into_view_if_needed()
    picture(page, f"step-output-{name}")
    accessible(page, iframes=False)
    fits_in_width(page)
    page.locator("[data-step-row=takes] button").click()
    panel = page.get_by_role("region", name="takes")
    panel.get_by_role("tab").nth(1).click()
    tree = panel.get_by_role("tree")
    expect(tree.get_by_role("treeitem").filter(has_text="Bergen")).to_be_visible()
    tree.get_by_role("treeitem").first.focus()
    page.keyboard.press("ArrowLeft")
    expect(tree.get_by_role("treeitem")).to_have_count(1)
    page.locator("[data-step-row=breaks] button").click()
    panel = page.get_by_role("region", name="breaks")
    panel.get_by_role("tab").nth(2).click()
    expect(panel.locator("[data-attempt='1'][data-outcome=failed]")).to_contain_text("no rain")
    panel.scroll_into_view_if_needed()
    picture(page, f"step-attempts-{name}")
    accessible(page, iframes=False)


def test_a_large_graph_is_a_picture_of_its_statuses_and_boxes_where_one_zooms_in(
    api: Api, open_page: OpenPage, picture: Picture
) -> None:
    rows, length = 13, 10
    nodes = [
        {"id": f"r{row:02}_{number}", "kind": "transform", "config": {"expression": number}}
        for row in range(rows)
        for number in range(length)
    ]
    edges = [{"from": f"r{row:02}_{n}", "to": f"r{row:02}_{n + 1}"} for row in range(rows) for n in range(length - 1)]
    execution_id = api.run(api.save(workflow("many", *nodes, edges=edges)))
    assert api.finish(execution_id)["status"] == "completed"
    page = open_page(f"/executions/{execution_id}")
    graph = page.get_by_role("group", name=re.compile("^Graph of the steps"))
    expect(graph.get_by_role("img", name=re.compile(f"^{rows * length} steps, drawn small"))).to_be_visible()
    expect(graph.locator("rect[data-step][data-status=completed]")).to_have_count(rows * length)
    expect(graph.locator(".react-flow__node")).to_have_count(0)
    accessible(page, iframes=False)
    picture(page, "large-graph-en-light")

    box = graph.locator("rect[data-step=r06_5]")
    box.hover()
    expect(graph.locator(".pointed")).to_contain_text("r06_5")
    box.click()
    expect(page.get_by_role("region", name="r06_5")).to_be_visible()
    while graph.locator(".react-flow__node").count() == 0:
        graph.get_by_role("button", name="Zoom in").click()
    expect(graph.locator(".node[data-step=r06_5]")).to_contain_text("Completed")
    seen = graph.locator(".react-flow__node").count()
    assert seen < rows * length, "only what is in sight is drawn"
    graph.get_by_role("button", name="Fit").click()
    expect(graph.locator(".overview")).to_be_visible()
