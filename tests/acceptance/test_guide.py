"""The workflows of the user guide do what it says, but for the one that asks a server on the network."""

import pytest

from tests.fixtures.api import Api
from tests.fixtures.guide import GUIDES, definitions

RESULTS = {
    "order-total": {"total": 79, "to": "Parcel to CH"},
    "guide-python": ["rain", "snow"],
    "guide-sql": "Bergen",
    "guide-transform": {"text": "Hello, world!", "letters": 5},
}


@pytest.mark.parametrize("name", [*RESULTS, "guide-wait"])
def test_a_workflow_of_the_guide_gives_what_the_guide_says(api: Api, name: str) -> None:
    done = api.finish(api.run(api.save(definitions(GUIDES[0])[name])))
    assert done["status"] == "completed", done["error"]
    if name in RESULTS:
        assert done["result"] == RESULTS[name]
