"""The server dies, or the line is cut, under a page that watches: it says so and shows the rest of the run after it."""

import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.browser.conftest import PATIENCE_MS, OpenPage, Picture
from tests.browser.test_watching import UNTIL_FILE, log_lines, status
from tests.fixtures.api import Api, python, workflow
from tests.fixtures.postgres import new_folder
from tests.fixtures.proxy import Proxy
from tests.fixtures.server import RunningServer, launch

expect.set_options(timeout=PATIENCE_MS)

CUTS = 12
STATES = """
() => {
  window.states = [];
  window.statuses = [];
  const add = (list, value) => { if (value && list.at(-1) !== value) list.push(value); };
  const note = () => {
    add(window.states, document.querySelector('[data-connection]')?.dataset.connection);
    add(window.statuses, document.querySelector('[data-execution-status]')?.dataset.executionStatus);
  };
  note();
  new MutationObserver(note).observe(document.body, {subtree: true, childList: true, attributes: true});
}
"""
"""Keeps every state of the connection and of the run that the page ever showed."""


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """One of the test's own, to be killed; what it started last is ended here."""
    folder = new_folder()
    running = launch(folder / "state", [], {})
    yield running
    running.end(signal.SIGKILL)
    with DataDirectory(running.data_dir).open(for_postgres=True) as directory:
        EmbeddedPostgres(directory).stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_killed_server_is_told_and_the_same_page_sees_the_run_to_its_end(
    server: RunningServer, open_page: OpenPage, picture: Picture, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    api = Api(server.url)
    first = python("first", "def main():\n    print('once')\n    return 1")
    definition = workflow("killed", first, python("second", UNTIL_FILE, args={"gate": str(gate)}))
    execution_id = api.run(api.save(definition))
    page = open_page(f"/executions/{execution_id}", quiet=False)
    expect(page.locator("[data-connection=live]")).to_be_visible()
    expect(page.locator("[data-line='4']")).to_be_visible()
    expect(page.locator(".node[data-step=second]")).to_be_visible()  # the page has come whole

    server.end(signal.SIGKILL)
    expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
    status(page, "running")
    picture(page, "reconnecting-en-light")

    again = launch(server.data_dir, ["--port", str(urlsplit(server.url).port)], {})
    try:
        expect(page.locator("[data-connection=live]")).to_be_visible()
        expect(page.locator(".node[data-step=second]")).to_contain_text("try 2")
        gate.touch()
        status(page, "completed")
        lines = api.finish(execution_id)["complete"]["log_lines"]
        expect(page.locator("[data-log-state=complete]")).to_contain_text(re.compile(f"{lines} lines · complete"))
        numbers = log_lines(page)
        assert numbers == list(range(numbers[0], lines + 1)), "each line once, in order"
        assert [event["type"] for event in api.events(execution_id)].count("execution.step_lost") == 1
    finally:
        again.end()
        api.close()


def test_a_line_cut_again_and_again_leaves_no_gap_no_repeat_and_no_way_back(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    line = Proxy(server.url)
    line.start()
    api = Api(server.url)
    gate = tmp_path / "gate"
    try:
        execution_id = api.run(api.save(workflow("cut", python("a", UNTIL_FILE, args={"gate": str(gate)}))))
        page = open_page(f"/executions/{execution_id}", quiet=False, url=f"http://127.0.0.1:{urlsplit(line.url).port}")
        expect(page.locator("[data-line='3']")).to_be_visible()
        page.evaluate(STATES)
        for cut in range(CUTS):
            expect(page.locator("[data-connection=live]")).to_be_visible()
            line.reset()
            page.wait_for_function("n => window.states.filter((state) => state === 'reconnecting').length > n", arg=cut)
        expect(page.locator("[data-connection=live]")).to_be_visible()
        assert line.cuts >= CUTS, "each cut met an open connection"
        gate.touch()
        status(page, "completed")
        lines = api.finish(execution_id)["complete"]["log_lines"]
        expect(page.locator("[data-log-state=complete]")).to_contain_text(f"{lines} lines · complete")
        numbers = log_lines(page)
        assert numbers == list(range(numbers[0], lines + 1)), "each line once, in order"
        assert page.evaluate("() => window.statuses") == ["running", "completed"]
    finally:
        line.stop()
        api.close()
