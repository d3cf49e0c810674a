"""What a new workflow can begin from: each template is valid, and runs to its end without a network."""

from collections.abc import Iterator

import pytest

from tests.fixtures.api import Api, Json, until
from tests.fixtures.server import ROOT, RunningServer, serving

OFFLINE = {
    "two-steps": {"said": "HELLO, WORLD!", "letters": 13},
    "weather-report": None,
    "file-to-figures": None,
    "year-by-year": None,
    "wait-and-look-again": None,
    "two-years": None,
    "sort-letters": None,
    "shell-words": None,
}
INPUTS: dict[str, Json] = {
    "weather-report": {"pace_s": 0},
    "two-years": {"pace_s": 0},
    "wait-and-look-again": {"seconds": 0.1},
}
NEEDS_SOMEBODY = {"ask-before-sending", "http-with-retry"}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving(RUNWRIGHT_ALLOW_SHELL="true", RUNWRIGHT_HTTP_ALLOWED="127.0.0.1,127.0.0.1:8918") as running:
        yield running


@pytest.fixture
def templates(api: Api) -> dict[str, Json]:
    return {item["name"]: item for item in api.get("/templates")["items"]}


def begun(api: Api, template: Json) -> str:
    """A workflow saved from a template, under a name of its own, as the page does it."""
    definition = {**template["definition"], "name": f"my-{template['name']}"}
    return api.save(definition)


def test_every_template_is_valid_and_says_which_kinds_it_needs(api: Api, templates: dict[str, Json]) -> None:
    assert set(templates) == set(OFFLINE) | NEEDS_SOMEBODY
    for name, template in templates.items():
        said = api.post("/workflows/validate", template["definition"])
        assert said["problems"] == [], name
        assert template["description"] or name in {"weather-report", "shell-words"}, name
        assert f"name: {name}" in template["text"]
        assert set(template["kinds"]) >= {node["kind"] for node in template["definition"]["nodes"]}
    assert templates["year-by-year"]["kinds"] == ["map", "python"], "the node that a map repeats counts too"


@pytest.mark.parametrize("name", OFFLINE)
def test_a_template_runs_to_its_end_without_a_network(api: Api, templates: dict[str, Json], name: str) -> None:
    done = api.finish(api.run(begun(api, templates[name]), **INPUTS.get(name, {})))
    assert done["status"] == "completed", done["error"]
    if (wanted := OFFLINE[name]) is not None:
        assert done["result"] == wanted
    if name == "file-to-figures":
        assert done["result"]["rows"] == 12
        (artifact,) = api.steps(done["id"])["load"]["artifacts"]
        table = api.client.get(f"/api/v1/executions/{done['id']}/artifacts/{artifact['sha256']}").text
        assert table.splitlines()[0] == "month,days,rain_mm,highest"


def test_the_approval_waits_for_a_person_and_then_ends(api: Api, templates: dict[str, Json]) -> None:
    execution_id = api.run(begun(api, templates["ask-before-sending"]))
    until(lambda: api.steps(execution_id)["ask"]["status"] == "waiting")
    api.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "rejected"})
    assert api.finish(execution_id)["status"] == "completed"


@pytest.mark.parametrize(("path", "way"), [("/healthz", "read"), ("/api/v1/nothing", "tell")])
def test_the_http_template_reads_an_answer_and_takes_another_way_without_one(
    api: Api, server: RunningServer, templates: dict[str, Json], path: str, way: str
) -> None:
    done = api.finish(api.run(begun(api, templates["http-with-retry"]), url=server.url + path))
    assert done["status"] == "completed", done["error"]
    statuses = {name: step["status"] for name, step in api.steps(done["id"]).items()}
    assert {name for name in ("read", "tell") if statuses[name] == "completed"} == {way}
    if way == "read":
        assert done["result"]["answer"]["status"] == 200


def test_the_page_of_examples_names_every_template(templates: dict[str, Json]) -> None:
    page = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "examples" / "templates").glob("*.yaml")):
        assert f"[`templates/{path.name}`]" in page
    known = {path.stem for path in (ROOT / "examples" / "templates").glob("*.yaml")}
    assert known <= set(templates), "a file in templates/ that nobody is offered"
