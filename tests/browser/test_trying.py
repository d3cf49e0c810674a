"""A person tries one step at the canvas: with a sample, up to it, and alone on what came before."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.api.conftest import log_position
from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible
from tests.fixtures.api import Api, python, workflow

expect.set_options(timeout=PATIENCE_MS)

LOAD = "def main():\n    return {'rows': [1, 2, 3]}"
SUM = "def main(rows):\n    return sum(rows)"
TELL = "def main(total):\n    raise ValueError(f'nobody is to be told {total}')"


def saved(api: Api, name: str) -> str:
    nodes = [
        python("load", LOAD),
        python("add", SUM, args={"rows": "${steps.load.output.rows}"}),
        python("tell", TELL, args={"total": "${steps.add.output}"}),
    ]
    return api.save(workflow(name, *nodes))


def trying(page: Page, step: str) -> Locator:
    """The part of the step's form that runs it."""
    page.locator(f".react-flow__node[data-id={step}]").click()
    expect(page.get_by_role("form", name=f"Form of step {step}")).to_be_visible()
    return page.get_by_role("region", name="Try this step")


def test_a_step_is_run_up_to_and_alone_without_leaving_the_editor(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    workflow_id = saved(api, "tried at the canvas")
    page = open_page(f"/workflows/{workflow_id}", quiet=False)  # a refused request is told in the console too
    section = trying(page, "add")
    # Nothing ran before and there is no sample: it is said which step lacks an output.
    section.get_by_role("button", name="Run this step").click()
    expect(section.get_by_role("alert")).to_contain_text("load")
    section.get_by_role("button", name="Run up to here").click()
    expect(section.get_by_role("status")).to_contain_text("Completed")
    expect(section.get_by_role("region", name="Result of the step")).to_have_text("6")
    # What it gave there is what the next one reads.
    section = trying(page, "tell")
    section.get_by_role("button", name="Run this step").click()
    expect(section.get_by_role("status")).to_contain_text("Failed")
    expect(section).to_contain_text("nobody is to be told 6")
    expect(page).to_have_url(re.compile(f"/workflows/{workflow_id}$"))
    accessible(page)
    picture(page, "a-step-tried")
    section.get_by_role("link", name="Execution #2").click()
    expect(page.locator("[data-part=given]")).to_have_text("only tell")
    expect(page.locator("[data-step-row=load]")).to_contain_text("not run here")
    page.locator("[data-step-row=add]").get_by_role("button").click()
    detail = page.get_by_role("region", name="add", exact=True)
    expect(detail).to_contain_text("what it gave in an earlier execution")
    expect(detail).to_contain_text("6")
    expect(page.get_by_text("2 of 2 steps settled")).to_be_visible()
    accessible(page)
    picture(page, "a-part-that-ran")


def test_a_sample_is_written_saved_and_given_to_the_next_step(open_page: OpenPage, api: Api, picture: Picture) -> None:
    workflow_id = saved(api, "sampled")
    page = open_page(f"/workflows/{workflow_id}", locale="zh-CN")
    page.locator(".react-flow__node[data-id=load]").click()
    page.locator("summary", has_text="示例输出").click()
    page.get_by_role("textbox", name=re.compile("^示例输出")).fill('{"rows": [40, 2]}')
    section = page.get_by_role("region", name="试运行这个步骤")
    expect(section.get_by_role("button", name="运行此步骤")).to_be_disabled()
    expect(section).to_contain_text("请先保存")
    picture(page, "a-sample-zh")
    page.get_by_role("button", name=re.compile("保存")).first.click()
    page.locator(".react-flow__node[data-id=add]").click()
    expect(section.get_by_role("button", name="运行此步骤")).to_be_enabled()
    # The version with the sample is not ready, and is tried all the same.
    section.get_by_role("button", name="运行此步骤").click()
    expect(section.get_by_role("status")).to_contain_text("完成")
    expect(section.get_by_role("region", name="步骤的结果")).to_have_text("42")
    kept = api.get(f"/workflows/{workflow_id}", min_position=log_position(api))
    assert kept["definition"]["nodes"][0]["sample"] == {"rows": [40, 2]}
    assert (kept["ready_version"], kept["latest_version"]) == (1, 2)
