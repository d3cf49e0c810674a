"""The examples do what their first lines say, as a newcomer runs them."""

from collections.abc import Callable, Iterator

import pytest
import yaml

from infrastructure.nodes.registry import node_kinds
from tests.fixtures.api import Api, Json, until
from tests.fixtures.guide import GUIDES, text_of
from tests.fixtures.server import ROOT, RunningServer, serving


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving() as running:
        yield running


@pytest.fixture
def workflows(api: Api) -> dict[str, str]:
    return {item["name"]: item["id"] for item in api.get("/workflows")["items"]}


@pytest.fixture
def run(api: Api, workflows: dict[str, str]) -> Callable[..., Json]:
    def finished(name: str, **inputs: object) -> Json:
        return api.finish(api.run(workflows[name], **inputs))

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


@pytest.mark.parametrize(
    ("decision", "output", "result"),
    [
        ("approved", {"to": "Anna", "note": "As agreed."}, {"sent": "To Anna: 215 dry days. As agreed.", "kept": None}),
        ("approved", {"to": "Anna"}, {"sent": "To Anna: 215 dry days.", "kept": None}),
        ("rejected", None, {"sent": None, "kept": "Not sent: {me} said no."}),
    ],
)
def test_a_person_is_asked_and_the_answer_decides(
    api: Api, workflows: dict[str, str], decision: str, output: Json | None, result: Json
) -> None:
    execution_id = api.run(workflows["ask-before-sending"])
    until(lambda: api.steps(execution_id)["ask"]["status"] == "waiting")
    answer = {"decision": decision} if output is None else {"decision": decision, "output": output}
    api.post(f"/executions/{execution_id}/steps/ask/answer", answer)
    done = api.finish(execution_id)
    me = api.steps(execution_id)["ask"]["output"]["by"]
    wanted = {name: text.format(me=me) if text else text for name, text in result.items()}
    assert done["result"] == wanted, done["error"]


def test_two_years_are_reported_by_children_at_once(api: Api, run: Callable[..., Json]) -> None:
    done = run("two-years", pace_s=0)
    assert done["result"] == {"years": [2012, 2015], "wetter": 2012, "rain_mm": [1226, 1139.2]}, done["error"]
    failed = run("two-years", pace_s=0, second=2031)
    assert failed["error"]["code"] == "child_failed"


@pytest.mark.parametrize(
    ("letter", "topic", "taken"),
    [
        (None, "complaint", "answer"),
        ("Please send me two umbrellas.", "order", "file"),
        ("Good morning.", "other", "file"),
    ],
)
def test_a_language_model_sorts_letters_and_answers_complaints(
    api: Api, run: Callable[..., Json], letter: str | None, topic: str, taken: str
) -> None:
    done = run("sort-letters", **({} if letter is None else {"letter": letter}))
    assert done["status"] == "completed", done["error"]
    assert (done["result"]["topic"], done["result"]["urgent"]) == (topic, letter is None)
    assert {path for path in ("answer", "file") if statuses(api, done)[path] == "completed"} == {taken}
    assert (done["result"]["answer"] or "").startswith("Dear customer") == (taken == "answer")
    assert statuses(api, done)["model"] == "completed", "the stand-in ends by itself"


def test_each_year_is_an_item_and_a_failed_one_is_named(api: Api, run: Callable[..., Json]) -> None:
    done = run("year-by-year")
    assert [day["day"] for day in done["result"]["days"]] == ["2012/08/16", "2013/06/30", "2014/08/11", "2015/07/19"]
    odd = run("year-by-year", years=[2031, 2015])
    assert odd["status"] == "completed", odd["error"]
    assert odd["result"]["days"] == [None, {"day": "2015/07/19", "temp_max": 35.0}]
    (failed,) = odd["result"]["failed"]
    assert "no day of 2031" in str(failed)


def test_several_letters_at_once_share_the_port(api: Api, workflows: dict[str, str]) -> None:
    letters = ["It is broken!", "Good morning.", "I need boots.", "It came late!"]
    ids = [api.run(workflows["sort-letters"], letter=letter) for letter in letters]
    done = [api.finish(execution_id) for execution_id in ids]
    assert [one["result"]["topic"] for one in done] == ["complaint", "other", "order", "complaint"], done


def test_every_kind_has_an_example_and_the_page_of_examples_names_them_all() -> None:
    page = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    used: set[str] = set()
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        definition = yaml.safe_load(path.read_text(encoding="utf-8"))
        kinds = {node["kind"] for node in definition["nodes"]}
        (row,) = [line for line in page.splitlines() if f"[`{path.name}`]" in line]
        assert [kind for kind in kinds if kind not in row] == []
        used |= kinds
        assert [guide for guide in GUIDES if f"| `{definition['name']}` |" not in text_of(guide)] == []
    assert {kind.name for kind in node_kinds().all()} <= used


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
