"""A person is asked: on a real server, seen from outside."""

import signal
from collections.abc import Iterator

import pytest

from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.server import RunningServer, StartServer, serving

FORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["amount"],
    "properties": {"amount": {"type": "integer", "minimum": 1}, "note": {"type": "string", "default": "none"}},
}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples") as running:
        yield running


@pytest.fixture
def api(server: RunningServer) -> Iterator[Api]:
    client = Api(server.url)
    yield client
    client.close()


def asking(**more: object) -> Json:
    config = {"message": "Pay ${steps.sum.output} euro?", "form": FORM, **more.pop("config", {})}  # type: ignore[dict-item]
    total = python("sum", "def main():\n    return 42")
    ask = {"id": "ask", "kind": "approval", "config": config, **more}
    pay = python("pay", "def main(answer):\n    return answer", args={"answer": "${steps.ask.output.answer}"})
    return workflow("pay", total, ask, pay, output="${steps.pay.output}")


def waiting(api: Api, definition: Json) -> str:
    execution_id = api.run(api.save(definition))
    until(lambda: api.steps(execution_id)["ask"]["status"] == "waiting")
    return execution_id


def test_the_run_waits_for_the_answer_which_goes_on_with_it(api: Api) -> None:
    execution_id = waiting(api, asking())
    step, shown = api.steps(execution_id)["ask"], api.execution(execution_id)
    assert (step["reason"], step["due_at"]) == ("approval", None)
    assert step["input"]["message"] == "Pay 42 euro?"
    assert (shown["status"], shown["waiting_paths"], shown["current_paths"]) == ("running", ["ask"], [])
    body = {"decision": "approved", "output": {"amount": 40}}
    assert api.post(f"/executions/{execution_id}/steps/ask/answer", body)["decision"] == "approved"
    ended = api.finish(execution_id)
    assert (ended["status"], ended["result"]) == ("completed", {"amount": 40, "note": "none"})
    output = api.steps(execution_id)["ask"]["output"]
    assert (output["approved"], output["answer"]["amount"]) == (True, 40)
    assert output["by"].startswith("local:")
    resumed = next(e for e in api.events(execution_id) if e["type"] == "execution.step_resumed")
    assert resumed["actor"] == output["by"]
    again = api.client.post(f"/api/v1/executions/{execution_id}/steps/ask/answer", json=body)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("output", "pointer"),
    [
        ({"amount": 0}, "/output/amount"),
        ({"amount": "much"}, "/output/amount"),
        ({}, "/output"),
        ({"amount": 1, "x": 1}, "/output/x"),
        ([], None),
    ],
)
def test_an_answer_that_does_not_fit_the_form_is_refused_and_the_run_goes_on_waiting(
    api: Api, output: object, pointer: str | None
) -> None:
    execution_id = waiting(api, asking())
    refused = api.client.post(
        f"/api/v1/executions/{execution_id}/steps/ask/answer", json={"decision": "approved", "output": output}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "output_invalid")
    assert [error["pointer"] for error in refused.json()["errors"]] == ([] if pointer is None else [pointer])
    assert api.steps(execution_id)["ask"]["status"] == "waiting"
    api.post(f"/executions/{execution_id}/stop", {})
    assert api.finish(execution_id)["status"] == "stopped"


def test_a_rejection_fails_the_step_with_who_said_so(api: Api) -> None:
    execution_id = waiting(api, asking())
    api.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "rejected"})
    ended = api.finish(execution_id)
    assert (ended["status"], ended["cause_path"], ended["error"]["code"]) == ("failed", "ask", "approval_rejected")


def test_a_rejection_may_be_a_way_of_its_own(api: Api) -> None:
    ask = {"id": "ask", "kind": "approval", "config": {"message": "Ok?", "on_reject": "continue"}}
    nodes = (ask, python("yes", "def main():\n    return 1"), python("no", "def main():\n    return 2"))
    edges = [
        {"from": "ask", "to": "yes", "when": "${steps.ask.output.approved}"},
        {"from": "ask", "to": "no", "when": "${steps.ask.output.approved = false}"},
    ]
    execution_id = waiting(api, workflow("ways", *nodes, edges=edges))
    api.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "rejected", "output": "too dear"})
    assert api.finish(execution_id)["status"] == "completed"
    steps = api.steps(execution_id)
    assert (steps["yes"]["status"], steps["no"]["status"]) == ("skipped", "completed")
    assert steps["ask"]["output"]["answer"] == "too dear"


def test_nobody_answers_in_time_also_while_paused(api: Api) -> None:
    execution_id = waiting(api, asking(timeout_s=0.6))
    assert api.steps(execution_id)["ask"]["due_at"] is not None
    api.post(f"/executions/{execution_id}/pause")
    ended = api.finish(execution_id)
    assert (ended["status"], ended["error"]["code"], ended["error"]["category"]) == (
        "failed", "approval_timeout", "timeout",
    )  # fmt: skip


def test_an_open_question_outlives_a_killed_server(start_server: StartServer) -> None:
    first = start_server(arguments=["--no-examples"])
    api = Api(first.url)
    execution_id = waiting(api, asking())
    api.close()
    first.end(signal.SIGKILL)
    second = start_server(data_dir=first.data_dir, arguments=["--no-examples"])
    api = Api(second.url)
    assert api.steps(execution_id)["ask"]["status"] == "waiting"
    api.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "approved", "output": {"amount": 7}})
    assert api.finish(execution_id)["result"] == {"amount": 7, "note": "none"}
    api.close()


@pytest.mark.parametrize(
    ("config", "pointer", "code"),
    [
        ({}, "/nodes/0/config", "bad_config"),
        ({"message": ""}, "/nodes/0/config/message", "bad_config"),
        ({"message": "ok?", "form": {"type": "array"}}, "/nodes/0/config/form/type", "bad_inputs"),
        ({"message": "ok?", "form": {"type": "objekt"}}, "/nodes/0/config/form/type", "bad_schema"),
        ({"message": "ok?", "on_reject": "shrug"}, "/nodes/0/config/on_reject", "bad_config"),
        ({"message": "${steps.later.output}"}, "/nodes/0/config/message", "expression_not_an_ancestor"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_at_its_place(
    api: Api, config: Json, pointer: str, code: str
) -> None:
    found = api.post("/workflows/validate", {"nodes": [{"id": "ask", "kind": "approval", "config": config}]})
    assert (pointer, code) in {(problem["pointer"], problem["code"]) for problem in found["problems"]}
