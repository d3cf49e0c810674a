"""A person writes a workflow: from nothing to its first run, and everything that may come between."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.standards import accessible, fits_a_thumb, fits_in_width
from tests.browser.test_watching import status
from tests.fixtures.api import Api, Json, python, workflow

expect.set_options(timeout=PATIENCE_MS)

ONE = "def main():\n    return 1"
TYPED = """
name: typed
nodes:
- id: first
  kind: python
  config:
    code: |
      def main():
          return 2
- id: second
  kind: python
  strange: 1
  config:
    code: |
      def main(n):
          print("got", n)
          return n * 21
    args:
      n: ${steps.first.output}
edges:
- {from: first, to: second}
output: ${steps.second.output}
""".strip().split("\n")


def two(name: str, **more: object) -> Json:
    return workflow(name, python("load", ONE), python("after", ONE), **more)


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("YAML")).first


def checked(page: Page) -> None:
    """The server has answered about what the editor shows."""
    expect(page.locator("[data-check=checked]")).to_be_visible()


def write(page: Page, text: str) -> None:
    """In place of all that is there."""
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def add(page: Page, text: str) -> None:
    """At the end."""
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)


def text_of(page: Page) -> str:
    return page.evaluate("document.querySelector('.cm-content').cmTile.view.state.doc.toString()")


def saved_as(page: Page, version: int) -> None:
    expect(page.locator(f"[data-saved='{version}']")).to_be_visible()


def action(page: Page, name: str) -> None:
    page.locator("summary", has_text=re.compile("Actions|操作")).click()
    page.locator(".menu-list").get_by_role("button", name=name).click()


def definition_of(api: Api, workflow_id: str, version: int | None = None) -> Json:
    path = f"/workflows/{workflow_id}" + ("" if version is None else f"/versions/{version}")
    return api.get(path)["definition"]


def id_in(page: Page) -> str:
    page.wait_for_url(re.compile(r"/workflows/[0-9a-f-]{36}$"))
    return page.url.rsplit("/", 1)[-1]


# ── from nothing to a run ──


def test_a_workflow_is_written_checked_mended_saved_and_run_by_keyboard_alone(
    open_page: OpenPage, picture: Picture
) -> None:
    page = open_page("/workflows")
    page.get_by_role("link", name="New workflow").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Two steps").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Begin with this").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Save it first: only a saved workflow runs")).to_be_visible()
    page.get_by_role("button", name="YAML", exact=True).focus()
    page.keyboard.press("Enter")
    checked(page)
    editor(page).focus()
    page.keyboard.press("Control+a")
    for number, line in enumerate(TYPED):
        if number:
            # A list of suggestions would take the Enter; the new line may come indented.
            for key in ("Escape", "Enter", "Shift+Home"):
                page.keyboard.press(key)
        page.keyboard.type(line)
    page.keyboard.press("Escape")

    row = page.locator("[data-problem=error]")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("strange is no field here.")
    expect(row).to_contain_text("line 11")
    expect(page.locator(".node[data-step=second]")).to_have_attribute("data-mark", "error")
    expect(page.locator(".node[data-step=first]")).not_to_have_attribute("data-mark", "error")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    picture(page, "editor-problem-en-light")

    row.focus()
    page.keyboard.press("Enter")
    expect(editor(page)).to_be_focused()
    expect(page.locator(".cm-activeLine")).to_contain_text("strange")
    page.keyboard.press("Control+Shift+k")
    expect(page.locator("[data-problem]")).to_have_count(0)
    expect(page.locator(".node.wrong")).to_have_count(0)

    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(editor(page)).not_to_be_focused()
    page.keyboard.press("Control+s")
    id_in(page)
    saved_as(page, 1)
    expect(page.get_by_text("No version has been made ready")).to_be_visible()
    page.get_by_role("button", name="Make v1 ready").focus()
    page.keyboard.press("Enter")
    run = page.get_by_role("button", name="Run…")
    expect(run).to_be_enabled()
    run.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Run it")).to_be_focused()  # keys reach it then
    page.keyboard.press("Control+Enter")
    status(page, "completed")
    expect(page.locator("main")).to_contain_text("42")


def test_the_template_runs_as_it_stands_and_a_step_is_made_from_its_example(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    page = open_page("/workflows/new", locale="zh-CN", scheme="dark")
    checked(page)
    expect(page.locator("[data-problem]")).to_have_count(0)
    editor(page).click()
    page.keyboard.press("Control+Home")
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Home")
    page.keyboard.type("  - ")
    page.keyboard.press("Control+Space")
    suggestions = page.locator(".cm-tooltip-autocomplete [role=option]")
    expect(suggestions.first).to_contain_text("python")
    picture(page, "editor-suggestions-zh-dark")
    suggestions.filter(has_text="HTTP").click()
    expect(page.locator(".node[data-step=http_step]")).to_be_visible()
    picture(page, "editor-new-zh-dark")
    page.get_by_role("button", name="保存为新工作流").click()
    saved = api.get(f"/workflows/{id_in(page)}")
    assert [node["id"] for node in saved["definition"]["nodes"]] == ["http_step", "greet"]
    saved_as(page, 1)


def test_problems_are_told_in_chinese_at_line_step_and_row(open_page: OpenPage, api: Api, picture: Picture) -> None:
    definition = two("错误", edges=[{"from": "load", "to": "aftr"}], output="${steps.nobody.output}")
    definition["nodes"][1]["config"]["args"] = {"n": "${steps.load.output}"}
    saved = api.post("/workflows", {"name": "错误", "definition": definition}, 201)
    page = open_page(f"/workflows/{saved['id']}", locale="zh-CN")
    rows = page.locator("[data-problem]")
    expect(rows).to_have_count(4)
    for text in (
        "连线的 to 指向不存在的节点：aftr。",
        "main 没有参数 n。",
        "但没有哪个叫 load 的步骤一定在它之前。",
        "但没有哪个叫 nobody 的步骤一定在它之前。",
    ):
        expect(page.locator(".problem-rows")).to_contain_text(text)
    assert len(set(re.findall(r"第 \d+ 行", page.locator(".problem-rows").inner_text()))) >= 3
    expect(page.locator(".node[data-step=after]")).to_have_attribute("data-mark", "error")
    rows.filter(has_text="main 没有参数").click()
    expect(page.locator(".node[data-step=after]")).to_have_class(re.compile("selected"))
    picture(page, "editor-problems-zh-light")
    expect(page.get_by_text("没有可运行的版本：有 4 处要改")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name=re.compile("切换到英文")).click()
    expect(page.locator(".problem-rows")).to_contain_text("main has no parameter n.")
    page.locator(".react-flow__node", has_text="load").click()
    expect(page.locator(".cm-activeLine")).to_contain_text("id: load")


# ── versions ──


def test_two_who_save_at_once_are_told_and_neither_loses_anything(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    workflow_id = api.save(two("shared"))
    ada, bob = (open_page(f"/workflows/{workflow_id}", quiet=False) for _ in range(2))
    for page in (ada, bob):
        checked(page)
    add(bob, "description: of Bob\n")
    add(ada, "description: of Ada\n")
    ada.get_by_role("button", name="Save as v2").click()
    saved_as(ada, 2)
    bob.keyboard.press("Control+s")
    notice = bob.locator("[data-notice=conflict]")
    expect(notice).to_contain_text("saved v2 meanwhile")
    expect(notice).to_contain_text("while you were changing v1")
    picture(bob, "editor-conflict-en-light")
    accessible(bob)
    notice.get_by_role("button", name="See both").click()
    both = bob.get_by_role("dialog")
    expect(both.locator("li.left")).to_contain_text("description: of Ada")
    expect(both.locator("li.right")).to_contain_text("description: of Bob")
    picture(bob, "editor-both-en-light")
    bob.keyboard.press("Escape")
    notice.get_by_role("button", name="Keep mine as v3 on top").click()
    saved_as(bob, 3)
    assert definition_of(api, workflow_id, 2)["description"] == "of Ada"
    assert definition_of(api, workflow_id, 3)["description"] == "of Bob"

    # She has changed nothing since: what is newer comes by itself, or is told as soon as she writes.
    add(ada, "labels: {by: ada}\n")
    ada.keyboard.press("Control+s")
    notice = ada.locator("[data-notice=conflict]")
    expect(notice).to_contain_text("saved v3 meanwhile")
    notice.get_by_role("button", name="Load theirs").click()
    expect(ada.locator(".cm-content")).to_contain_text("of Bob")
    expect(ada.locator("[data-unsaved]")).to_have_count(0)
    editor(ada).click()
    ada.keyboard.press("Control+z")
    expect(ada.locator(".cm-content")).to_contain_text("by: ada")


def test_an_old_version_is_read_compared_and_restored_as_a_new_one(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    first = two("history")
    workflow_id = api.save(first)
    api.client.put(f"/api/v1/workflows/{workflow_id}", json={"definition": {**first, "nodes": first["nodes"][:1]}})
    page = open_page(f"/workflows/{workflow_id}")
    expect(page.locator("[data-problem]")).to_have_count(1)
    page.get_by_role("button", name="Versions").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("nav li")).to_have_count(2)
    dialog.get_by_role("button", name=re.compile("^v1")).click()
    text = dialog.get_by_role("textbox", name="Definition of v1")
    expect(text).to_contain_text("id: after")
    expect(text).to_have_attribute("aria-readonly", "true")
    picture(page, "editor-versions-en-light")
    accessible(page)
    dialog.get_by_role("button", name="Against v2").click()
    expect(dialog.locator(".node.compared.removed[data-step=after]")).to_be_visible()
    expect(dialog.locator("[data-node=after]")).to_contain_text("removed")
    picture(page, "editor-changes-en-light")
    accessible(page)
    dialog.get_by_role("checkbox", name="line by line").check()
    expect(dialog.locator("li.left").first).to_contain_text("id: after")
    dialog.get_by_role("button", name="Restore as v3").click()
    expect(page.locator(".node[data-step=after]")).to_be_visible()
    expect(page.get_by_text("v3", exact=True)).to_be_visible()
    assert definition_of(api, workflow_id, 3) == first
    assert api.get(f"/workflows/{workflow_id}/versions")["items"][0]["saved_by"].startswith("local:")


# ── drafts ──


def test_what_was_not_saved_is_there_after_a_reload_and_can_be_thrown_away(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    workflow_id = api.save(two("kept"))
    page = open_page(f"/workflows/{workflow_id}", locale="zh-CN")
    checked(page)
    before = text_of(page)
    add(page, "description: 还没写完")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    expect(page.get_by_text("先保存或丢弃修改：只有保存过的版本才能运行")).to_be_visible()
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.reload()
    assert asked == ["beforeunload"], "leaving is asked about"
    expect(page.locator("[data-notice=draft]")).to_contain_text("未保存的修改已恢复")
    expect(page.locator(".cm-content")).to_contain_text("description: 还没写完")
    picture(page, "editor-draft-zh-light")

    page.get_by_role("link", name="执行", exact=True).click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("修改还没有保存，要离开吗？")
    question.get_by_role("button", name="留下").click()
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.get_by_role("link", name="执行", exact=True).click()
    question.get_by_role("button", name="离开", exact=True).click()
    page.wait_for_url("**/executions")
    page.go_back()
    page.get_by_role("button", name="丢弃修改").click()
    expect(page.locator("[data-unsaved]")).to_have_count(0)
    assert text_of(page) == before
    page.reload()
    checked(page)
    expect(page.locator("[data-notice=draft]")).to_have_count(0)
    assert asked == ["beforeunload"], "nothing is left behind any more"


# ── files ──


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_what_is_exported_is_the_same_when_it_is_imported(
    open_page: OpenPage, api: Api, tmp_path: Path, form: str
) -> None:
    odd = {"yes": "no", "1e3": "1e3", "date": "2020-01-01", "n": 0.5, "lines": "a\n b\n\n", "雪": "☃ : # x", "e": ""}
    definition = two("round / trip", output=odd, description="of a journey")
    definition["nodes"][0]["config"]["code"] = "def main():\n\treturn 'tab' # and comment\n"
    workflow_id = api.save(definition)
    page = open_page(f"/workflows/{workflow_id}")
    checked(page)
    with page.expect_download() as coming:
        action(page, f"Export as {form.upper()}")
    assert coming.value.suggested_filename == f"round - trip.{form}"
    file = tmp_path / f"file.{form}"
    coming.value.save_as(file)

    page.get_by_role("link", name="Workflows").first.click()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Import…").click()
    choosing.value.set_files(file)
    expect(page.get_by_text(f"file.{form} is in the editor.")).to_be_visible()
    checked(page)
    page.get_by_role("button", name="Save as new workflow").click()
    copy = api.get(f"/workflows/{id_in(page)}")
    assert copy["definition"] == definition
    assert json.dumps(copy["definition"]) == json.dumps(definition), "in the same order"
    assert (copy["name"], copy["description"], copy["problems"]) == ("round / trip", "of a journey", [])


def test_a_file_that_cannot_be_a_workflow_is_refused_before_it_is_read(
    open_page: OpenPage, picture: Picture, tmp_path: Path
) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"# " + b"x" * 20 * 1024 * 1024)
    page = open_page("/workflows", locale="zh-CN", scheme="dark")
    page.locator("input[type=file]").set_input_files(large)
    notice = page.locator("[data-notice=file]")
    expect(notice).to_contain_text("没有接受 large.yaml")
    expect(notice).to_contain_text(
        "文件有 20 MiB，定义最大为 1.0 MiB。文件内容没有被读取。".replace(" MiB", "\u2009MiB")
    )
    picture(page, "import-refused-zh-dark")
    accessible(page)
    page.goto("/workflows/new")
    checked(page)
    before = text_of(page)
    page.locator("input[type=file]").set_input_files(large)
    expect(notice).to_contain_text("没有接受 large.yaml")
    assert text_of(page) == before


def test_a_file_is_dropped_on_the_list_and_on_the_editor(open_page: OpenPage) -> None:
    drop = """
    (zone, [name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      for (const type of ['dragover', 'drop'])
        zone.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
    }
    """
    page = open_page("/workflows")
    page.locator(".drop-zone").evaluate(drop, ["a.json", '{"name": "dropped", "nodes": []}'])
    expect(page.locator(".cm-content")).to_contain_text("name: dropped")
    page.locator(".cm-content").evaluate(drop, ["b.yaml", "name: second # kept"])
    expect(page.locator(".cm-content")).to_contain_text("name: second # kept")
    page.locator(".cm-content").evaluate(drop, ["b.png", "x"])
    expect(page.locator("[data-notice=file]")).to_contain_text("b.png was not taken")
    expect(page.locator(".cm-content")).to_contain_text("name: second # kept")


# ── life ──


def test_a_workflow_is_paused_resumed_copied_and_archived(open_page: OpenPage, api: Api, picture: Picture) -> None:
    workflow_id = api.post(
        "/workflows",
        {"name": "alive", "definition": two("alive"), "description": "d", "labels": {"team": "a"}, "ready": True},
        201,
    )["id"]
    page = open_page(f"/workflows/{workflow_id}")
    checked(page)
    action(page, "Pause")
    expect(page.get_by_text("The workflow is paused: nothing new starts")).to_be_visible()
    expect(page.get_by_role("button", name="Run…")).to_be_disabled()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Run…")).to_be_enabled()

    # Saving keeps description and labels, which the text does not name.
    add(page, "settings: {timeout_s: 60}\n")
    page.get_by_role("button", name="Save as v2").click()
    saved_as(page, 2)
    expect(page.get_by_text("Run takes v1")).to_be_visible()
    now = api.get(f"/workflows/{workflow_id}")
    assert (now["description"], now["labels"], now["ready_version"]) == ("d", {"team": "a"}, 1)
    page.get_by_role("button", name="Make v2 ready").click()
    expect(page.get_by_role("button", name="Make v2 ready")).to_have_count(0)

    action(page, "Archive…")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("It can never be run or changed again.")
    picture(page, "archive-en-light")
    question.get_by_role("button", name="Cancel").click()
    assert api.get(f"/workflows/{workflow_id}")["status"] == "ready"
    action(page, "Archive…")
    question.get_by_role("button", name="Archive for good").click()
    expect(page.get_by_text("The workflow is archived")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Save as"))).to_have_count(0)
    expect(editor(page)).to_have_attribute("aria-readonly", "true")
    accessible(page)

    action(page, "Duplicate")
    expect(page.locator(".crumbs")).to_contain_text("alive (copy)")
    copy = api.get(f"/workflows/{id_in(page)}")
    assert copy["id"] != workflow_id
    assert copy["definition"] == api.get(f"/workflows/{workflow_id}")["definition"]


# ── when something does not answer ──


def test_without_the_server_nothing_is_lost_and_everything_is_told(
    open_page: OpenPage, api: Api, picture: Picture
) -> None:
    workflow_id = api.save(two("offline"))
    page = open_page(f"/workflows/{workflow_id}", quiet=False)
    checked(page)
    page.context.set_offline(True)
    add(page, "description: written in a tunnel\n")
    expect(page.locator("[data-check=unanswered]")).to_be_visible()
    page.keyboard.press("Control+s")
    notice = page.locator("[data-notice=failed]")
    expect(notice).to_contain_text("Not saved: the server does not answer")
    expect(notice).to_contain_text("What you wrote is still here, and kept in this browser.")
    picture(page, "editor-offline-en-light")
    page.context.set_offline(False)
    notice.get_by_role("button", name="Try again").click()
    saved_as(page, 2)
    expect(notice).to_have_count(0)
    checked(page)
    assert definition_of(api, workflow_id)["description"] == "written in a tunnel"


def test_a_check_that_does_not_answer_is_told_and_saving_goes_on(open_page: OpenPage, api: Api) -> None:
    workflow_id = api.save(two("unchecked"))
    page = open_page(f"/workflows/{workflow_id}", quiet=False)
    checked(page)
    page.route("**/workflows/validate", lambda route: route.fulfill(status=503, json={}))
    add(page, "description: unchecked\n")
    state = page.locator("[data-check=unanswered]")
    expect(state).to_contain_text("The check does not answer")
    page.keyboard.press("Control+s")
    saved_as(page, 2)
    page.unroute("**/workflows/validate")
    state.get_by_role("button", name="Check again").click()
    checked(page)


def test_a_workflow_that_is_not_there_is_told(open_page: OpenPage) -> None:
    page = open_page("/workflows/0190ecb9-7a4a-7d3c-8a53-000000000000", quiet=False)
    expect(page.get_by_role("alert")).to_contain_text("Not found")
    page.get_by_role("link", name="To the workflows").click()
    expect(page.get_by_role("heading", name="Workflows")).to_be_visible()


# ── everybody ──


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_has_no_accessibility_violation(open_page: OpenPage, picture: Picture, scheme: str) -> None:
    page = open_page("/workflows/new", locale="en-US" if scheme == "dark" else "zh-CN", scheme=scheme)  # type: ignore[arg-type]
    checked(page)
    add(page, "a: [\nb: 1")
    expect(page.locator("[data-check=unreadable]")).to_be_visible()
    picture(page, f"editor-unreadable-{scheme}")
    accessible(page)
    page.locator("summary").click()
    picture(page, f"editor-menu-{scheme}")
    accessible(page)


def test_on_a_phone_text_graph_and_problems_have_their_place(open_page: OpenPage, api: Api, picture: Picture) -> None:
    definition = two("电话", settings={"timeout_s": -1})
    saved = api.post("/workflows", {"name": "电话", "definition": definition}, 201)
    page = open_page(f"/workflows/{saved['id']}", locale="zh-CN", phone=True)
    expect(page.locator("[data-problem]")).to_have_count(1)
    picture(page, "editor-zh-phone")
    fits_in_width(page)
    fits_a_thumb(page)
    page.get_by_role("tab", name="步骤图").click()
    expect(page.locator(".node[data-step=after]")).to_be_visible()
    picture(page, "editor-graph-zh-phone")
    page.locator(".react-flow__node", has_text="after").tap()
    expect(page.locator(".cm-activeLine")).to_contain_text("id: after")
    page.locator("[data-problem]").tap()
    expect(page.locator(".cm-activeLine")).to_contain_text("timeout_s")
    page.get_by_role("button", name="版本").tap()
    expect(page.get_by_role("dialog").locator("nav li")).to_have_count(1)
    picture(page, "editor-versions-zh-phone")
    fits_in_width(page)
