"""Trying an expression on what an execution has."""

import pytest

from tests.fixtures.api import Api, Json, python, workflow

ROWS = "def main():\n    return {'rows': [{'n': 1}, {'n': 2}], 'name': 'x' * 100}"
LARGE = "def main():\n    return ['x' * 100] * 2_000"


@pytest.fixture
def execution(api: Api) -> str:
    inputs = {"type": "object", "properties": {"city": {"type": "string"}}}
    definition = workflow("tried", python("load", ROWS), python("large", LARGE), edges=[], inputs=inputs)
    execution_id = api.run(api.save(definition), city="Oslo")
    api.finish(execution_id)
    return execution_id


def tried(api: Api, execution_id: str, template: object) -> Json:
    return api.post(f"/executions/{execution_id}/evaluate", {"template": template})


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("${inputs.city}", "Oslo"),
        ("in ${inputs.city}: ${$count(steps.load.output.rows)}", "in Oslo: 2"),
        ("${$sum(steps.load.output.rows.n)}", 3),
        ({"a": ["${steps.load.status}"]}, {"a": ["completed"]}),
        ("${steps.nobody.output}", None),
        ("plain", "plain"),
        (7, 7),
    ],
)
def test_a_template_gives_what_it_would_give_in_a_step(
    api: Api, execution: str, template: object, value: object
) -> None:
    answer = tried(api, execution, template)
    assert (answer["value"], answer["error"]) == (value, None)


@pytest.mark.parametrize("template", ["${1 +}", "${$error('no')}", "${$sum('a')}", "${inputs.city"])
def test_why_there_is_no_value_is_told(api: Api, execution: str, template: str) -> None:
    answer = tried(api, execution, template)
    assert answer["value"] is None
    assert answer["error"].endswith(".")


def test_a_value_out_of_line_is_read_and_one_that_is_too_large_is_only_measured(api: Api, execution: str) -> None:
    assert tried(api, execution, "${$count(steps.large.output)}")["value"] == 2_000
    answer = tried(api, execution, "${steps.large.output}")
    assert (answer["value"], answer["error"]) == (None, None)
    assert answer["size_bytes"] > 200_000


def test_an_expression_without_end_is_ended_and_the_next_one_answered(api: Api, execution: str) -> None:
    endless = tried(api, execution, "${($f := function($n){$f($n + 1)}; $f(0))}")
    assert endless["error"]
    assert tried(api, execution, "${inputs.city & '!'}")["value"] == "Oslo!"


def test_what_is_no_question_is_refused(api: Api, execution: str) -> None:
    nobody = "0190ecb9-7a4a-7d3c-8a53-000000000000"
    for path, body, status in ((nobody, {"template": "x"}, 404), (execution, {}, 422), (execution, {"t": 1}, 422)):
        answer = api.client.post(f"/api/v1/executions/{path}/evaluate", json=body)
        assert answer.status_code == status, answer.text
