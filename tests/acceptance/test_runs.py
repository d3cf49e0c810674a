"""What a run does, seen from outside: over HTTP, with real workers and a real database."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.fixtures.api import Api, Json, python, until, workflow

OK = "def main():\n    return 1"


def test_values_flow_by_expressions_through_python_sql_and_transform(api: Api) -> None:
    definition = workflow(
        "flow",
        python("load", "def main(n):\n    return {'rows': [{'v': i} for i in range(n)]}", args={"n": "${inputs.n}"}),
        {
            "id": "stats",
            "kind": "sql",
            "config": {"tables": {"t": "${steps.load.output.rows}"}, "query": "select sum(v)::int as total from t"},
        },
        {
            "id": "shape",
            "kind": "transform",
            "config": {"expression": {"total": "${steps.stats.output.rows[0].total}"}},
        },
        inputs={"type": "object", "properties": {"n": {"type": "integer", "default": 5}}},
        output="${steps.shape.output.total}",
    )
    workflow_id = api.save(definition)
    done = api.finish(api.run(workflow_id))
    assert (done["status"], done["result"]) == ("completed", 10)
    assert api.finish(api.run(workflow_id, n=100))["result"] == 4950
    assert done["complete"]["events"] == len(api.events(done["id"]))


def test_a_large_value_travels_out_of_line(api: Api) -> None:
    definition = workflow(
        "large",
        python("make", "def main():\n    return ['x' * 100] * 5000"),
        python("count", "def main(rows):\n    return len(rows)", args={"rows": "${steps.make.output}"}),
        output="${steps.count.output}",
    )
    done = api.finish(api.run(api.save(definition)))
    assert done["result"] == 5000
    step = api.steps(done["id"])["make"]
    assert step["output"] is None
    answer = api.client.get(f"/api/v1/executions/{done['id']}/artifacts/{step['output_artifact']['sha256']}")
    assert len(answer.json()) == 5000
    assert "sandbox" in answer.headers["content-security-policy"]
    elsewhere = api.finish(api.run(api.save(workflow("other", python("a", OK)))))
    refused = api.client.get(f"/api/v1/executions/{elsewhere['id']}/artifacts/{step['output_artifact']['sha256']}")
    assert refused.status_code == 404, "a content is read only through an execution that refers to it"


@pytest.mark.parametrize(
    ("join", "left", "right", "status"),
    [
        ("any", True, False, "completed"),
        ("any", False, False, "skipped"),
        ("all", True, False, "skipped"),
        ("all", True, True, "completed"),
        ("first", False, True, "completed"),
    ],
)
def test_joins_and_conditions(api: Api, *, join: str, left: bool, right: bool, status: str) -> None:
    definition = workflow(
        "joins",
        python("start", OK),
        python("a", OK),
        python("b", OK),
        python("end", OK, join=join),
        edges=[
            {"from": "start", "to": "a", "when": "${inputs.left}"},
            {"from": "start", "to": "b", "when": "${$boolean(inputs.right)}"},
            {"from": "a", "to": "end"},
            {"from": "b", "to": "end"},
        ],
    )
    done = api.finish(api.run(api.save(definition), left=left, right=right))
    assert done["status"] == "completed"
    assert api.steps(done["id"])["end"]["status"] == status


def test_a_failure_is_told_with_category_message_traceback_and_advice(api: Api) -> None:
    definition = workflow(
        "fails",
        python("good", OK),
        python("bad", "def main():\n    raise ValueError('broken on purpose')"),
        python("after", OK),
    )
    done = api.finish(api.run(api.save(definition)))
    assert (done["status"], done["cause_path"]) == ("failed", "bad")
    error = done["error"]
    assert (error["code"], error["type"], error["message"]) == ("python_exception", "ValueError", "broken on purpose")
    assert error["advice"]
    assert "line 2" in error["traceback"]
    steps = api.steps(done["id"])
    assert [steps[path]["status"] for path in ("good", "bad", "after")] == ["completed", "failed", "skipped"]


def test_on_error_continue_and_edges_handle_a_failure(api: Api) -> None:
    bad = "def main():\n    raise ValueError('x')"
    definition = workflow(
        "handled",
        python("soft", bad, on_error="continue"),
        python("next", "def main(e):\n    return e", args={"e": "${steps.soft.error.type}"}),
        python("branch", bad, on_error="edges"),
        python("rescue", OK),
        edges=[
            {"from": "soft", "to": "next"},
            {"from": "branch", "to": "rescue", "when": "${steps.branch.error.type = 'ValueError'}"},
        ],
        output="${steps.next.output}",
    )
    done = api.finish(api.run(api.save(definition)))
    assert (done["status"], done["result"], done["handled_failures"]) == ("completed", "ValueError", 2)
    assert api.steps(done["id"])["rescue"]["status"] == "completed"


def test_a_wrong_condition_fails_the_run_and_points_at_the_edge(api: Api) -> None:
    definition = workflow(
        "wrong",
        python("a", "def main():\n    return {'v': 'text'}"),
        python("b", OK),
        edges=[{"from": "a", "to": "b", "when": "${steps.a.output.v + 1 > 2}"}],
    )
    done = api.finish(api.run(api.save(definition)))
    assert (done["status"], done["error"]["category"], done["pointer"]) == ("failed", "validation", "/edges/0/when")


def test_a_step_timeout_and_an_execution_timeout_end_what_runs(api: Api) -> None:
    sleep = "import time\ndef main():\n    time.sleep(60)"
    done = api.finish(api.run(api.save(workflow("slow", python("s", sleep, timeout_s=0.3)))))
    assert (done["status"], done["error"]["category"]) == ("failed", "timeout")
    done = api.finish(api.run(api.save(workflow("slow2", python("s", sleep), settings={"timeout_s": 0.5}))))
    assert (done["status"], done["error"]["code"]) == ("failed", "execution_timeout")
    assert api.steps(done["id"])["s"]["status"] == "stopped"


def test_max_parallel_steps_holds(api: Api) -> None:
    code = "import time\ndef main():\n    a = time.time()\n    time.sleep(0.1)\n    return [a, time.time()]"
    nodes = [python(f"n{i}", code) for i in range(6)]
    definition = workflow("wide", *nodes, edges=[], settings={"max_parallel_steps": 2})
    done = api.finish(api.run(api.save(definition)))
    spans = [step["output"] for step in api.steps(done["id"]).values()]
    together = [sum(a <= moment < b for a, b in spans) for moment, _ in spans]
    assert max(together) == 2


def test_lines_progress_and_usage_of_a_step(api: Api) -> None:
    code = (
        "import logging, sys\n"
        "def main(step):\n"
        "    print('plain')\n"
        "    logging.getLogger('x').warning('careful')\n"
        "    print('to stderr', file=sys.stderr)\n"
        "    step.progress(0.5, 'half')\n"
        "    return 1"
    )
    done = api.finish(api.run(api.save(workflow("talks", python("talk", code)))))
    page = until(lambda: (p := api.get(f"/executions/{done['id']}/logs")) and (p if len(p["items"]) == 3 else None))
    lines = {line["text"]: line for line in page["items"]}
    assert lines["careful"]["level"] == "warning"
    assert lines["to stderr"]["stream"] == "stderr"
    assert [line["line"] for line in page["items"]] == [1, 2, 3]
    assert done["complete"]["log_lines"] == 3
    only = api.get(f"/executions/{done['id']}/logs", level="warning")
    assert "plain" not in [line["text"] for line in only["items"]]
    assert "careful" in [line["text"] for line in only["items"]]
    assert api.get(f"/executions/{done['id']}/logs", q="PLAIN")["items"][0]["text"] == "plain"
    usage = api.steps(done["id"])["talk"]["usage"]
    assert usage["wall_ms"] > 0
    assert usage["peak_memory_bytes"] > 1_000_000


def test_the_stream_tells_each_event_once_in_order_wherever_it_begins(api: Api) -> None:
    done = api.finish(api.run(api.save(workflow("streamed", *[python(f"s{i}", OK) for i in range(4)]))))
    everything = [(data["position"], kind) for kind, data in api.stream(done["id"]) if kind != "end"]
    assert [position for position, _ in everything] == sorted({position for position, _ in everything})
    assert len(everything) == done["complete"]["events"]
    for position, _ in everything:
        rest = [(data.get("position"), kind) for kind, data in api.stream(done["id"], after=position)]
        assert [item for item in rest if item[1] != "end"] == [item for item in everything if item[0] > position]
        assert rest[-1][1] == "end", "also when nothing but the end is left"
    listed = [(event["position"], event["type"]) for event in api.events(done["id"])]
    assert listed == everything


def test_a_past_position_shows_the_run_as_it_was(api: Api) -> None:
    done = api.finish(api.run(api.save(workflow("past", python("a", OK), python("b", OK)))))
    started = next(
        e for e in api.events(done["id"]) if e["type"] == "execution.step_started" and e["data"]["path"] == "b"
    )
    then = api.get(f"/executions/{done['id']}", at=started["position"])
    assert (then["status"], then["position"]) == ("running", started["position"])
    steps = {
        s["path"]: s["status"] for s in api.get(f"/executions/{done['id']}/steps", at=started["position"])["items"]
    }
    assert steps == {"a": "completed", "b": "ready"}


def test_an_idempotency_key_runs_once(api: Api) -> None:
    workflow_id = api.save(workflow("once", python("a", OK)))
    path = f"/workflows/{workflow_id}/execute"
    first = api.post(path, {"inputs": {}}, 202, **{"Idempotency-Key": "k1"})
    again = api.client.post(f"/api/v1{path}", json={"inputs": {}}, headers={"Idempotency-Key": "k1"})
    assert again.json() == first
    assert again.headers["idempotency-replayed"] == "true"
    other = api.client.post(f"/api/v1{path}", json={"inputs": {"x": 1}}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert api.post(path, {}, 202)["number"] == 2


def test_only_a_ready_workflow_runs_and_the_refusal_says_why(api: Api) -> None:
    draft = api.post("/workflows", {"name": "draft", "definition": workflow("draft", python("a", OK))}, 201)
    refused = api.client.post(f"/api/v1/workflows/{draft['id']}/execute", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "workflow_not_ready")
    api.post(f"/workflows/{draft['id']}/ready")
    api.finish(api.run(draft["id"]))
    api.post(f"/workflows/{draft['id']}/pause")
    assert api.client.post(f"/api/v1/workflows/{draft['id']}/execute", json={}).json()["code"] == "workflow_is_paused"
    api.post(f"/workflows/{draft['id']}/resume")
    api.finish(api.run(draft["id"]))
    api.post(f"/workflows/{draft['id']}/archive")
    assert api.client.post(f"/api/v1/workflows/{draft['id']}/execute", json={}).status_code == 409


def test_versions_are_immutable_and_a_conflict_is_told(api: Api) -> None:
    workflow_id = api.save(workflow("versions", python("a", OK)))
    second = workflow("versions", python("a", "def main():\n    return 2"), output="${steps.a.output}")
    body = {"definition": second, "ready": True}
    saved = api.client.put(f"/api/v1/workflows/{workflow_id}", json=body, headers={"If-Match": "1"})
    assert saved.json()["version"] == 2
    stale = api.client.put(f"/api/v1/workflows/{workflow_id}", json=body, headers={"If-Match": "1"})
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert api.finish(api.run(workflow_id))["result"] == 2
    assert (
        api.finish(api.post(f"/workflows/{workflow_id}/execute", {"version": 1}, 202)["execution_id"])["result"] is None
    )
    exported = api.client.get(f"/api/v1/workflows/{workflow_id}/export", params={"format": "json"}).json()
    assert exported == second


def test_a_definition_keeps_the_order_its_author_gave(api: Api) -> None:
    inputs = {"type": "object", "properties": {"year": {"type": "integer"}, "city": {"type": "string"}}}
    workflow_id = api.save(workflow("ordered", python("a", OK), inputs=inputs))
    shown = api.get(f"/workflows/{workflow_id}")["definition"]
    assert list(shown["inputs"]["properties"]) == ["year", "city"]
    assert list(shown)[:2] == ["apiVersion", "name"]


def test_an_invalid_definition_is_kept_as_a_draft_with_every_problem(api: Api) -> None:
    definition: Json = {
        "name": "bad",
        "nodes": [{"id": "a", "kind": "nope"}, {"id": "a", "kind": "python", "config": {}}, {"id": "w", "kind": "map"}],
        "edges": [{"from": "a", "to": "zzz"}],
        "settings": {"schedule": {"limit": 1}},
    }
    saved = api.post("/workflows", {"name": "bad", "definition": definition, "ready": True}, 201)
    codes = {problem["code"] for problem in saved["problems"]}
    assert saved["status"] == "draft"
    assert any(problem["pointer"].startswith("/nodes/1/config") for problem in saved["problems"])
    assert {"unknown_kind", "duplicate_node_id", "dangling_edge", "schedule_is_trigger"} <= codes
    checked = api.post("/workflows/validate", definition)
    assert not checked["valid"]
    assert {problem["code"] for problem in checked["problems"]} == codes


def test_many_runs_at_once_all_complete(api: Api) -> None:
    workflow_id = api.save(workflow("many", python("a", OK), python("b", OK)))
    accepted = [api.run(workflow_id) for _ in range(60)]
    assert {api.finish(execution_id)["status"] for execution_id in accepted} == {"completed"}
    numbers = [api.execution(execution_id)["number"] for execution_id in accepted]
    assert numbers == list(range(1, 61))


def test_metrics_health_and_openapi_answer(api: Api) -> None:
    assert httpx.get(f"{api.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{api.url}/readyz").json()["status"] == "ready"
    told = httpx.get(f"{api.url}/metrics").text
    assert "runwright_log_position" in told
    assert re.search(r'^runwright_limit\{key="",limit="attempts",name=""\} [1-9]', told, re.MULTILINE)
    assert re.search(r'^runwright_limit_taken\{key="",limit="queue",name=""\} 0.0$', told, re.MULTILINE)
    assert "runwright_triggers_overdue 0.0" in told
    document = api.get("/openapi.json")
    operations = [o for path in document["paths"].values() for o in path.values()]
    assert all("operationId" in operation for operation in operations)
    assert json.dumps(document).count("ProblemDetails") > 20


def wait(node_id: str, **more: Any) -> Json:
    config = {name: more.pop(name) for name in ("seconds", "until") if name in more}
    return {"id": node_id, "kind": "wait", "config": config, **more}


def test_a_wait_holds_no_slot_and_goes_on_at_its_time(api: Api) -> None:
    definition = workflow(
        "waits",
        wait("w", seconds="${inputs.s}"),
        python("after", "def main(until):\n    return until", args={"until": "${steps.w.output.until}"}),
        inputs={"type": "object", "properties": {"s": {"type": "number"}}},
        output="${steps.after.output}",
    )
    execution_id = api.run(api.save(definition), s=0.4)
    until(lambda: api.steps(execution_id)["w"]["status"] == "waiting")
    step = api.steps(execution_id)["w"]
    assert (step["reason"], step["attempt"]) == ("timer", 1)
    assert "runwright_slots_used 0.0" in api.client.get("/metrics").text
    done = api.finish(execution_id)
    assert (done["status"], done["result"][:19]) == ("completed", step["due_at"][:19])
    events = {event["type"]: event for event in api.events(execution_id)}
    assert events["execution.step_resumed"]["data"]["decision"] == "due"
    assert events["execution.step_resumed"]["at"][:22] >= step["due_at"][:22], "not before its time"


def test_a_time_that_is_past_goes_on_at_once_and_one_that_is_none_fails(api: Api) -> None:
    inputs = {"type": "object", "properties": {"t": {"type": "string"}}}
    workflow_id = api.save(workflow("until", wait("w", until="${inputs.t}"), inputs=inputs))
    assert api.finish(api.run(workflow_id, t="2001-01-01T00:00:00Z"))["status"] == "completed"
    for wrong in ("tomorrow", "2001-01-01T00:00:00", "9000-01-01T00:00:00Z"):
        failed = api.finish(api.run(workflow_id, t=wrong))
        assert (failed["status"], failed["error"]["code"]) == ("failed", "wait_time")


def test_a_waiting_run_is_stopped_at_once_and_limits_end_a_wait(api: Api) -> None:
    execution_id = api.run(api.save(workflow("long", wait("w", seconds=3_600))))
    until(lambda: api.steps(execution_id)["w"]["status"] == "waiting")
    api.post(f"/executions/{execution_id}/steps/w/answer", {"decision": "completed"}, 409)
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 60})
    assert api.finish(execution_id)["status"] == "stopped"
    assert api.steps(execution_id)["w"]["status"] == "stopped"
    short = api.finish(api.run(api.save(workflow("short", wait("w", seconds=3_600, timeout_s=0.2)))))
    assert (short["status"], short["error"]["code"]) == ("failed", "step_timeout")
    whole = workflow("whole", wait("w", seconds=3_600), settings={"timeout_s": 0.2})
    assert api.finish(api.run(api.save(whole)))["error"]["code"] == "execution_timeout"
