"""One step, or everything up to it, over HTTP: with samples, with what an earlier execution gave, with neither."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import log_position, problem
from tests.fixtures.api import Api, Json, python, workflow

LOAD = "def main():\n    print('loading')\n    return {'rows': [1, 2, 3]}"
SUM = "def main(rows):\n    return sum(rows)"
TELL = "def main(total):\n    raise ValueError(f'nobody is to be told {total}')"


def ready(api: Api, **load: Any) -> str:
    nodes = [
        python("load", LOAD, **load),
        python("add", SUM, args={"rows": "${steps.load.output.rows}"}),
        python("tell", TELL, args={"total": "${steps.add.output}"}),
    ]
    return api.save(workflow("report", *nodes))


def ask(api: Api, workflow_id: str, step: Any, upstream: Any = "run", **more: Any) -> httpx.Response:
    body = {"part": {"step": step, "upstream": upstream}, **more}
    return api.client.post(f"/api/v1/workflows/{workflow_id}/execute", json=body)


def run(api: Api, workflow_id: str, step: str, upstream: str = "run", **more: Any) -> Json:
    answer = ask(api, workflow_id, step, upstream, **more)
    assert answer.status_code == 202, answer.text
    return api.finish(answer.json()["execution_id"])


def states(api: Api, execution: Json) -> dict[str, tuple[str, str | None]]:
    return {path: (step["status"], step["reason"]) for path, step in api.steps(execution["id"]).items()}


OUTSIDE = ("skipped", "not_in_part")


def test_up_to_a_step_nothing_behind_it_runs(api: Api) -> None:
    execution = run(api, ready(api), "add")
    assert (execution["status"], execution["result"]) == ("completed", 6)
    assert execution["part"] == {"step": "add", "upstream": "run", "given": []}
    assert (execution["progress"]["done"], execution["progress"]["total"]) == (2, 2)
    assert states(api, execution) == {"load": ("completed", None), "add": ("completed", None), "tell": OUTSIDE}
    assert not [event for event in api.events(execution["id"]) if event["data"].get("path") == "tell"]


def test_a_sample_stands_in_for_a_step_that_never_ran(api: Api) -> None:
    execution = run(api, ready(api, sample={"rows": [40, 2]}), "add", "given")
    assert execution["result"] == 42
    assert states(api, execution) == {
        "load": ("completed", "given_sample"),
        "add": ("completed", None),
        "tell": OUTSIDE,
    }
    load = api.steps(execution["id"])["load"]
    assert (load["output"], load["attempts"], load["kind"]) == ({"rows": [40, 2]}, [], "python")
    given = next(event for event in api.events(execution["id"]) if event["type"] == "execution.step_given")
    assert (given["data"]["source"], given["data"]["output"]) == ("sample", {"rows": [40, 2]})


def test_a_sample_is_not_looked_at_when_the_step_runs(api: Api) -> None:
    workflow_id = ready(api, sample={"rows": [40, 2]})
    assert run(api, workflow_id, "add")["result"] == 6
    assert api.finish(api.run(workflow_id))["error"]["message"] == "nobody is to be told 6"


def test_without_a_sample_the_step_gives_what_it_gave_the_last_time(api: Api) -> None:
    workflow_id = ready(api)
    failed = api.finish(api.run(workflow_id))
    assert failed["status"] == "failed"
    execution = run(api, workflow_id, "add", "given")
    assert execution["result"] == 6
    assert states(api, execution)["load"] == ("completed", "given_execution")
    given = next(event for event in api.events(execution["id"]) if event["type"] == "execution.step_given")
    assert (given["data"]["source"], given["data"]["execution"]) == ("execution", failed["id"])
    # What it was only given there is no output of its own.
    last = api.get(f"/workflows/{workflow_id}/outputs/load")
    assert (last["execution_id"], last["output"]) == (failed["id"], {"rows": [1, 2, 3]})
    assert api.get(f"/workflows/{workflow_id}/outputs/add")["execution_id"] == execution["id"]


def test_what_has_neither_is_refused_by_name_and_nothing_is_stored(api: Api) -> None:
    workflow_id = ready(api)
    before = log_position(api)
    answer = problem(ask(api, workflow_id, "add", "given"), 422, "outputs_missing")
    assert [(item["node"], item["code"]) for item in answer["errors"]] == [("load", "output_missing")]
    assert "load" in answer["detail"]
    assert log_position(api) == before
    problem(api.client.get(f"/api/v1/workflows/{workflow_id}/outputs/load"), 404, "output_not_found")


def test_a_step_that_reads_nothing_runs_alone(api: Api) -> None:
    execution = run(api, ready(api), "load", "given")
    assert execution["part"]["given"] == []
    assert states(api, execution) == {"load": ("completed", None), "add": OUTSIDE, "tell": OUTSIDE}


def test_a_large_sample_is_kept_beside_the_events(api: Api) -> None:
    rows = [*range(10_000)]
    execution = run(api, ready(api, sample={"rows": rows}), "add", "given")
    assert execution["result"] == sum(rows)
    load = api.steps(execution["id"])["load"]
    assert load["output"] is None
    assert api.get(f"/executions/{execution['id']}/artifacts/{load['output_artifact']['sha256']}") == {"rows": rows}


def test_a_retry_runs_the_same_part_with_what_was_given(api: Api) -> None:
    workflow_id = ready(api)
    run(api, workflow_id, "add")
    failed = run(api, workflow_id, "tell", "given")
    assert (failed["status"], failed["error"]["message"]) == ("failed", "nobody is to be told 6")
    for origin in ("failed", "start"):
        answer = api.post(f"/executions/{failed['id']}/retry", {"from": origin}, 202)
        assert (answer["runs_again"], answer["reuses"]) == (1, 1)
        api.get(f"/executions/{failed['id']}", min_position=answer["position"])
        again = api.finish(failed["id"])
        assert (again["run"], again["part"]) == (answer["run"], failed["part"])
        assert states(api, again) == {
            "load": OUTSIDE,
            "add": ("completed", "given_execution"),
            "tell": ("failed", None),
        }
        assert again["error"]["message"] == "nobody is to be told 6"
    outside = api.client.post(f"/api/v1/executions/{failed['id']}/retry", json={"from": ["load"]})
    problem(outside, 422, "retry_invalid")


def test_a_version_that_is_not_ready_is_tried_and_one_with_problems_is_not(api: Api) -> None:
    definition = workflow("draft", python("a", "def main():\n    return 1"))
    saved = api.post("/workflows", {"name": "draft", "definition": definition}, 201)
    assert saved["status"] == "draft"
    assert run(api, saved["id"], "a", version=1)["result"] == 1
    problem(ask(api, saved["id"], "a"), 409, "workflow_not_ready")
    broken = {**definition, "nodes": [*definition["nodes"], {"id": "b", "kind": "nothing"}]}
    api.put(f"/workflows/{saved['id']}", {"definition": broken})
    problem(ask(api, saved["id"], "a", version=2), 409, "version_has_problems")
    problem(api.client.post(f"/api/v1/workflows/{saved['id']}/execute", json={"version": 1}), 409, "workflow_not_ready")


def test_a_condition_that_fails_on_another_way_is_no_matter(api: Api) -> None:
    nodes = [python("a", "def main():\n    return 1"), python("b", "def main():\n    return 2"), python("c", LOAD)]
    edges = [{"from": "a", "to": "b"}, {"from": "a", "to": "c", "when": "${$number('no number')}"}]
    workflow_id = api.save(workflow("ways", *nodes, edges=edges))
    assert api.finish(api.run(workflow_id))["status"] == "failed"
    assert run(api, workflow_id, "b")["status"] == "completed"


def test_a_key_is_of_its_part(api: Api) -> None:
    workflow_id = ready(api)
    headers = {"Idempotency-Key": "part"}
    url = f"/api/v1/workflows/{workflow_id}/execute"
    first = api.client.post(url, json={"part": {"step": "add"}}, headers=headers)
    again = api.client.post(url, json={"part": {"step": "add", "upstream": "run"}}, headers=headers)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    problem(api.client.post(url, json={"part": {"step": "load"}}, headers=headers), 409, "idempotency_key_reused")
    problem(api.client.post(url, json={}, headers=headers), 409, "idempotency_key_reused")


def test_parts_say_nothing_about_how_long_the_workflow_takes(api: Api) -> None:
    workflow_id = ready(api)
    run(api, workflow_id, "load")
    statistics = api.get(f"/stats/workflows/{workflow_id}", min_position=log_position(api))
    assert statistics["runs"]["total"] == 0


@pytest.mark.parametrize("upstream", ["run", "given"])
def test_an_unknown_step_is_not_found(api: Api, upstream: str) -> None:
    assert "nobody" in problem(ask(api, ready(api), "nobody", upstream), 404, "step_not_found")["detail"]


@pytest.mark.parametrize(
    ("part", "pointer"),
    [
        ({"step": "no step"}, "/part/step"),
        ({"step": 7}, "/part/step"),
        ({"step": ""}, "/part/step"),
        ({}, "/part/step"),
        ({"step": "add", "upstream": "both"}, "/part/upstream"),
        ({"step": "add", "upstream": ["run"]}, "/part/upstream"),
        ({"step": "add", "only": True}, "/part/only"),
        ("add", "/part"),
        ([], "/part"),
    ],
)
def test_a_part_that_is_none_is_refused_at_its_field(api: Api, part: Any, pointer: str) -> None:
    answer = api.client.post(f"/api/v1/workflows/{ready(api)}/execute", json={"part": part})
    assert [item["pointer"] for item in problem(answer, 422)["errors"]] == [pointer]


def test_a_repeated_key_is_answered_as_before_though_the_step_is_gone(api: Api) -> None:
    first = workflow("renamed-step", python("a", LOAD), edges=[])
    workflow_id = api.save(first)
    body = {"inputs": {}, "part": {"step": "a", "upstream": "run"}}
    headers = {"Idempotency-Key": "part-again"}
    path = f"/api/v1/workflows/{workflow_id}/execute"
    before = api.client.post(path, json=body, headers=headers)
    assert before.status_code == 202, before.text
    api.client.put(
        f"/api/v1/workflows/{workflow_id}", json={"definition": workflow("renamed-step", python("b", LOAD), edges=[])}
    )
    api.post(f"/workflows/{workflow_id}/ready", {})
    again = api.client.post(path, json=body, headers=headers)
    assert (again.status_code, again.json()["execution_id"]) == (202, before.json()["execution_id"]), again.text


def test_what_is_no_name_of_a_step_has_no_output(api: Api) -> None:
    workflow_id = api.save(workflow("no-such-step", python("a", LOAD), edges=[]))
    for step in ("%00", "a%20b", "gone"):
        assert api.client.get(f"/api/v1/workflows/{workflow_id}/outputs/{step}").status_code == 404
