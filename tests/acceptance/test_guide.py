"""The workflows of the user guide do what it says, but for those that ask a server on the network."""

from collections.abc import Iterator

import pytest

from tests.fixtures.api import Api, until
from tests.fixtures.guide import GUIDES, definitions
from tests.fixtures.server import RunningServer, serving

RESULTS = {
    "order-total": {"total": 79, "to": "Parcel to CH"},
    "guide-python": ["rain", "snow"],
    "guide-sql": "Bergen",
    "guide-shell": " 3 rain\n 2 snow",
    "guide-transform": {"text": "Hello, world!", "letters": 5},
    "guide-retry": 3,
}


def test_the_guides_child_gives_what_its_workflow_gives(api: Api) -> None:
    api.save(definitions(GUIDES[0])["order-total"])
    done = api.finish(api.run(api.save(definitions(GUIDES[0])["guide-workflow"])))
    assert done["result"] == RESULTS["order-total"]


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples", RUNWRIGHT_ALLOW_SHELL="true") as running:
        yield running


def test_the_guides_question_goes_on_with_the_answer(api: Api) -> None:
    execution_id = api.run(api.save(definitions(GUIDES[0])["guide-approval"]))
    until(lambda: api.steps(execution_id)["ask"]["status"] == "waiting")
    api.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "approved", "output": {"note": "yes"}})
    assert api.finish(execution_id)["result"] == "yes"


@pytest.mark.parametrize("name", [*RESULTS, "guide-wait"])
def test_a_workflow_of_the_guide_gives_what_the_guide_says(api: Api, name: str) -> None:
    done = api.finish(api.run(api.save(definitions(GUIDES[0])[name])))
    assert done["status"] == "completed", done["error"]
    if name in RESULTS:
        assert done["result"] == RESULTS[name]
