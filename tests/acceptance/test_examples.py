"""The examples do what their first lines say, as a newcomer runs them."""

from collections.abc import Callable, Iterator

import pytest

from tests.fixtures.api import Api, Json
from tests.fixtures.server import RunningServer, serving


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving() as running:
        yield running


@pytest.fixture
def run(api: Api) -> Callable[..., Json]:
    ids = {item["name"]: item["id"] for item in api.get("/workflows")["items"]}

    def finished(name: str, **inputs: object) -> Json:
        return api.finish(api.run(ids[name], **inputs))

    return finished


def statuses(api: Api, execution: Json) -> dict[str, str]:
    return {path: step["status"] for path, step in api.steps(execution["id"]).items()}


def test_the_weather_report_reads_the_table_and_attaches_a_page(api: Api, run: Callable[..., Json]) -> None:
    done = run("weather-report", pace_s=0)
    assert done["status"] == "completed"
    (artifact,) = api.steps(done["id"])["report"]["artifacts"]
    page = api.client.get(f"/api/v1/executions/{done['id']}/artifacts/{artifact['sha256']}").text
    assert "<svg" in page
    assert run("weather-report", pace_s=0, year=2031)["error"]["type"] == "ValueError"


@pytest.mark.parametrize(
    ("inputs", "result", "taken"),
    [
        ({}, {"ordered": 4711, "declined": None}, "order"),
        ({"budget": 5}, {"ordered": None, "declined": "it is too dear"}, "decline"),
        ({"item": "raincoat"}, {"ordered": None, "declined": "none is left"}, "decline"),
        ({"item": "hat"}, {"ordered": None, "declined": "it is not sold"}, "decline"),
    ],
)
def test_the_shop_is_asked_over_http_and_conditions_decide(
    api: Api, run: Callable[..., Json], inputs: Json, result: Json, taken: str
) -> None:
    done = run("shop-order", **inputs)
    assert (done["status"], done["result"]) == ("completed", result), done["error"]
    assert {status for path, status in statuses(api, done).items() if path in ("order", "decline")} == {
        "completed",
        "skipped",
    }
    assert statuses(api, done)[taken] == "completed"
    key = api.steps(done["id"])["order"]["output"]
    if taken == "order":
        assert key["body"]["key"] == f"{done['id']}:order:1"


def test_what_is_broken_on_purpose_fails_in_words_and_is_mended_by_its_input(
    api: Api, run: Callable[..., Json]
) -> None:
    failed = run("broken-on-purpose")
    assert failed["status"] == "failed"
    assert "temp_max of 2012/02/11 is '9,4', which is no number" in failed["error"]["message"]
    assert statuses(api, failed) == {
        "load": "completed", "rain": "completed", "temperatures": "failed", "report": "skipped",
    }  # fmt: skip
    mended = run("broken-on-purpose", on_bad_value="skip")
    assert (mended["status"], mended["result"]["temperature"]["days"]) == ("completed", 59)
