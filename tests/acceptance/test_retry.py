"""Tried again by itself, paused, and run again by a person: on a real server, seen from outside."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.server import RunningServer, StartServer, serving

COUNTS = """
from pathlib import Path

def main(step, file, fails, kind="ValueError"):
    counted = Path(file)
    tries = int(counted.read_text()) + 1 if counted.exists() else 1
    counted.write_text(str(tries))
    print("try", tries, "attempt", step.attempt)
    if tries <= fails:
        raise {"ValueError": ValueError, "KeyError": KeyError}[kind](f"try {tries}")
    return {"tries": tries, "key": step.idempotency_key}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples") as running:
        yield running


@pytest.fixture
def api(server: RunningServer) -> Iterator[Api]:
    client = Api(server.url)
    yield client
    client.close()


def counting(node_id: str, file: Path, fails: int, **more: object) -> Json:
    kind = more.pop("raises", "ValueError")
    return python(node_id, COUNTS, args={"file": str(file), "fails": fails, "kind": kind}, **more)


def types(api: Api, execution_id: str) -> list[str]:
    return [event["type"].removeprefix("execution.") for event in api.events(execution_id)]


# ── by itself ──


def test_a_step_that_fails_is_tried_again_and_every_attempt_is_kept_whole(api: Api, tmp_path: Path) -> None:
    retry = {"max_attempts": 4, "interval_s": 0.1, "backoff": 2, "jitter": False}
    after = python("after", "def main(n):\n    return n", args={"n": "${steps.flaky.output.tries}"})
    flaky = counting("flaky", tmp_path / "n", 2, retry=retry)
    execution_id = api.run(api.save(workflow("flaky", flaky, after, output="${steps.after.output}")))
    ended = api.finish(execution_id)
    assert (ended["status"], ended["result"], ended["handled_failures"]) == ("completed", 3, 0)
    assert ended["progress"] == {"done": 2, "total": 2, "fraction": 1.0, "eta_ms": None, "waits_for_person": False}
    step = api.steps(execution_id)["flaky"]
    assert [(a["attempt"], a["outcome"]) for a in step["attempts"]] == [(1, "failed"), (2, "failed"), (3, "completed")]
    assert [a["error"] and a["error"]["message"] for a in step["attempts"]] == ["try 1", "try 2", None]
    events = api.events(execution_id)
    scheduled = [event for event in events if event["type"] == "execution.step_retry_scheduled"]
    waits = [event["data"]["due_at_ms"] / 1000 for event in scheduled]
    failed = [event for event in events if event["type"] == "execution.step_failed"]
    assert [event["version"] + 1 for event in failed] == [event["version"] for event in scheduled]
    starts = [e for e in events if e["type"] == "execution.step_started" and e["data"]["path"] == "flaky"]
    assert len(starts) == 3
    assert waits[0] < waits[1]
    assert [event["data"]["rule"] for event in scheduled] == ["default", "default"]
    lines = [line["text"] for line in api.get(f"/executions/{execution_id}/logs")["items"]]
    assert lines == ["try 1 attempt 1", "try 2 attempt 2", "try 3 attempt 3"]


def test_the_last_attempt_that_fails_fails_the_execution_with_its_error(api: Api, tmp_path: Path) -> None:
    retry = {"max_attempts": 2, "interval_s": 0}
    ended = api.finish(api.run(api.save(workflow("hopeless", counting("a", tmp_path / "n", 9, retry=retry)))))
    assert (ended["status"], ended["cause_path"], ended["error"]["message"]) == ("failed", "a", "try 2")


@pytest.mark.parametrize(
    ("retry", "tries"),
    [
        ({"on": ["timeout"]}, 1),
        ({"on": ["step"]}, 3),
        ({"types": ["KeyError"]}, 1),
        ({"types": ["ValueError", "OSError"]}, 3),
        ({"on": ["step"], "types": ["KeyError"]}, 1),
        ({"when": "${attempt < 2}"}, 2),
        ({"when": "${error.type = 'ValueError' and $contains(error.message, 'try')}"}, 3),
        ({"when": "${error.retryable}"}, 1),
        ({"max_attempts": 1}, 1),
    ],
)
def test_only_what_the_policy_names_is_tried_again(api: Api, tmp_path: Path, retry: Json, tries: int) -> None:
    policy = {"max_attempts": 3, "interval_s": 0.01, **retry}
    execution_id = api.run(api.save(workflow("policy", counting("a", tmp_path / "n", 9, retry=policy))))
    assert api.finish(execution_id)["status"] == "failed"
    assert len(api.steps(execution_id)["a"]["attempts"]) == tries


def test_the_workflows_policy_holds_for_every_node_that_has_none(api: Api, tmp_path: Path) -> None:
    settings = {"retry": {"max_attempts": 3, "interval_s": 0.01}}
    nodes = (counting("a", tmp_path / "a", 2), counting("b", tmp_path / "b", 2, retry={"max_attempts": 2}))
    execution_id = api.run(api.save(workflow("default", *nodes, settings=settings)))
    assert api.finish(execution_id)["cause_path"] == "b"
    assert {path: len(step["attempts"]) for path, step in api.steps(execution_id).items()} == {"a": 3, "b": 2}


def test_a_condition_that_cannot_be_evaluated_is_told_at_its_place(api: Api, tmp_path: Path) -> None:
    retry = {"when": "${$number(error.message) > 1}", "interval_s": 0}
    ended = api.finish(api.run(api.save(workflow("bad", counting("a", tmp_path / "n", 9, retry=retry)))))
    assert (ended["error"]["code"], ended["pointer"]) == ("expression_error", "/nodes/0/retry/when")


def test_a_backoff_is_seen_with_its_time_and_outlives_a_killed_server(
    start_server: StartServer, tmp_path: Path
) -> None:
    retry = {"max_attempts": 2, "interval_s": 3, "jitter": False}
    first = start_server(arguments=["--no-examples"])
    api = Api(first.url)
    execution_id = api.run(api.save(workflow("backoff", counting("a", tmp_path / "n", 1, retry=retry))))
    until(lambda: api.steps(execution_id)["a"]["status"] == "retrying")
    step, shown = api.steps(execution_id)["a"], api.execution(execution_id)
    assert step["due_at"] is not None
    assert (shown["status"], shown["waiting_paths"], shown["progress"]["done"]) == ("running", ["a"], 0)
    assert step["error"]["message"] == "try 1"
    api.close()
    first.end(signal.SIGKILL)
    second = start_server(data_dir=first.data_dir, arguments=["--no-examples"])
    api = Api(second.url)
    ended = api.finish(execution_id)
    assert (ended["status"], ended["result"]) == ("completed", None)
    assert [a["outcome"] for a in api.steps(execution_id)["a"]["attempts"]] == ["failed", "completed"]
    api.close()


def test_a_stop_during_a_backoff_is_at_once(api: Api, tmp_path: Path) -> None:
    retry = {"max_attempts": 3, "interval_s": 3600, "max_interval_s": 3600}
    execution_id = api.run(api.save(workflow("long", counting("a", tmp_path / "n", 9, retry=retry))))
    until(lambda: api.steps(execution_id)["a"]["status"] == "retrying")
    api.post(f"/executions/{execution_id}/stop", {})
    assert api.finish(execution_id)["status"] == "stopped"
    assert api.steps(execution_id)["a"]["status"] == "stopped"


# ── paused ──

SLOW = (
    "import time\ndef main(file):\n    while not __import__('pathlib').Path(file).exists():\n        time.sleep(0.02)"
)


def test_a_paused_execution_starts_nothing_until_it_is_resumed(api: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    first = python("first", SLOW, args={"file": str(gate)})
    execution_id = api.run(api.save(workflow("pausing", first, python("second", "def main():\n    return 2"))))
    until(lambda: api.steps(execution_id)["first"]["status"] in ("ready", "running"))
    paused = api.post(f"/executions/{execution_id}/pause", {"reason": "lunch"})
    assert paused["status"] == "paused"
    assert api.post(f"/executions/{execution_id}/pause")["status"] == "paused", "the same answer the second time"
    gate.touch()
    until(lambda: api.steps(execution_id)["first"]["status"] == "completed")
    shown = api.execution(execution_id)
    assert (shown["status"], shown["metadata"]["paused_by"] is not None) == ("paused", True)
    assert api.steps(execution_id)["second"]["status"] == "pending"
    assert api.post(f"/executions/{execution_id}/resume")["status"] in ("running", "completed")
    assert api.finish(execution_id)["status"] == "completed"
    assert (
        api.client.post(f"/api/v1/executions/{execution_id}/pause", json={}).json()["code"] == "execution_is_completed"
    )
    told = types(api, execution_id)
    assert told.index("paused") < told.index("resumed") < told.index("completed")


def test_everything_that_ends_while_paused_ends_the_execution(api: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    execution_id = api.run(api.save(workflow("last", python("only", SLOW, args={"file": str(gate)}))))
    until(lambda: api.steps(execution_id)["only"]["status"] in ("ready", "running"))
    api.post(f"/executions/{execution_id}/pause")
    gate.touch()
    assert api.finish(execution_id)["status"] == "completed"


def test_a_time_limit_stands_still_and_a_wait_is_held_while_paused(api: Api) -> None:
    wait = {"id": "wait", "kind": "wait", "config": {"seconds": 0.3}}
    after = python("after", "def main():\n    return 1")
    execution_id = api.run(api.save(workflow("held", wait, after, settings={"timeout_s": 1})))
    until(lambda: api.steps(execution_id)["wait"]["status"] == "waiting")
    api.post(f"/executions/{execution_id}/pause")
    paused = api.steps(execution_id)["wait"]["due_at"]
    other = api.run(api.save(workflow("clock", {"id": "w", "kind": "wait", "config": {"seconds": 1.2}})))
    api.finish(other)  # longer than the limit of the paused one
    assert api.execution(execution_id)["status"] == "paused"
    assert api.steps(execution_id)["wait"]["status"] == "waiting", f"due {paused}, held"
    api.post(f"/executions/{execution_id}/resume")
    assert api.finish(execution_id)["status"] == "completed"


def test_a_stop_wins_over_a_pause(api: Api, tmp_path: Path) -> None:
    execution_id = api.run(api.save(workflow("both", python("a", SLOW, args={"file": str(tmp_path / "never")}))))
    until(lambda: api.steps(execution_id)["a"]["status"] in ("ready", "running"))
    api.post(f"/executions/{execution_id}/pause")
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    assert api.finish(execution_id)["status"] == "stopped"
    refused = api.client.post(f"/api/v1/executions/{execution_id}/resume", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "execution_is_stopped")


def test_a_pause_outlives_a_killed_server(start_server: StartServer) -> None:
    first = start_server(arguments=["--no-examples"])
    api = Api(first.url)
    # Long enough that a busy machine has paused it before it is over.
    wait = {"id": "wait", "kind": "wait", "config": {"seconds": 3}}
    execution_id = api.run(api.save(workflow("kept", wait)))
    until(lambda: api.steps(execution_id)["wait"]["status"] == "waiting")
    api.post(f"/executions/{execution_id}/pause")
    api.close()
    first.end(signal.SIGKILL)
    second = start_server(data_dir=first.data_dir, arguments=["--no-examples"])
    api = Api(second.url)
    assert api.execution(execution_id)["status"] == "paused"
    api.post(f"/executions/{execution_id}/resume")
    assert api.finish(execution_id)["status"] == "completed"
    api.close()


# ── by a person ──


def failing_in_the_middle(tmp_path: Path, **more: Json) -> Json:
    """load -> (left, breaks) -> report; `breaks` fails the first time, `left` is done by then."""
    nodes = [
        counting("load", tmp_path / "load", 0),
        counting("left", tmp_path / "left", 0),
        counting("breaks", tmp_path / "breaks", 1, **more),
        python("report", "def main(n):\n    return n", args={"n": "${steps.breaks.output.tries}"}),
    ]
    edges = [("load", "left"), ("load", "breaks"), ("left", "report"), ("breaks", "report")]
    shape = [{"from": a, "to": b} for a, b in edges]
    return workflow("middle", *nodes, edges=shape, output="${steps.report.output}")


def test_a_retry_from_the_failure_runs_only_what_is_left_and_keeps_the_history(api: Api, tmp_path: Path) -> None:
    execution_id = api.run(api.save(failing_in_the_middle(tmp_path)))
    first = api.finish(execution_id)
    assert first["status"] == "failed"
    before = api.events(execution_id)

    preview = api.post(f"/executions/{execution_id}/retry/preview", {"from": "failed"})
    assert {step["path"]: (step["action"], step["reason"], step["by"]) for step in preview["steps"]} == {
        "load": ("reuse", "unchanged", None),
        "left": ("reuse", "unchanged", None),
        "breaks": ("run_again", "failed", None),
        "report": ("run_again", "not_run", None),
    }
    assert (preview["run"], preview["runs_again"], preview["reuses"]) == (2, 2, 2)
    assert api.events(execution_id) == before, "a preview changes nothing"

    body = {"from": "failed", "preview_token": preview["preview_token"]}
    accepted = api.post(f"/executions/{execution_id}/retry", body, 202)
    assert (accepted["status"], accepted["run"]) == ("queued", 2)
    ended = until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 2 else None)
    assert (ended["status"], ended["result"], ended["number"], ended["error"]) == (
        "completed",
        2,
        first["number"],
        None,
    )
    assert ended["progress"]["done"] == 4
    after = api.events(execution_id)
    assert after[: len(before)] == before, "what was stays as it was"
    assert ended["complete"]["events"] == len(after)
    started = [e["data"]["path"] for e in after[len(before) :] if e["type"] == "execution.step_started"]
    assert started == ["breaks", "report"], "no finished step ran twice"
    assert (tmp_path / "load").read_text() == (tmp_path / "left").read_text() == "1"
    tried = api.steps(execution_id)["breaks"]["attempts"]
    assert [(a["run"], a["attempt"], a["outcome"]) for a in tried] == [(1, 1, "failed"), (2, 1, "completed")]
    retried = next(e for e in after if e["type"] == "execution.retried")
    assert (retried["data"]["reused"], retried["data"]["token"]) == (["load", "left"], preview["preview_token"])
    assert (
        api.client.get(f"/api/v1/executions/{execution_id}", params={"at": before[-1]["position"]}).json()["status"]
        == "failed"
    )


def test_a_preview_goes_stale_when_anything_happens_in_between(api: Api, tmp_path: Path) -> None:
    execution_id = api.run(api.save(failing_in_the_middle(tmp_path, retry={"max_attempts": 1})))
    api.finish(execution_id)
    preview = api.post(f"/executions/{execution_id}/retry/preview")
    api.post(f"/executions/{execution_id}/retry", {}, 202)
    until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 2 else None)
    stale = api.client.post(
        f"/api/v1/executions/{execution_id}/retry", json={"from": "start", "preview_token": preview["preview_token"]}
    )
    assert (stale.status_code, stale.json()["code"]) == (409, "preview_stale")
    nothing = api.client.post(f"/api/v1/executions/{execution_id}/retry", json={})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_retry")


def test_from_chosen_steps_and_from_the_start(api: Api, tmp_path: Path) -> None:
    execution_id = api.run(api.save(failing_in_the_middle(tmp_path)))
    api.finish(execution_id)
    api.post(f"/executions/{execution_id}/retry", {}, 202)
    until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 2 else None)
    api.post(f"/executions/{execution_id}/retry", {"from": ["left"]}, 202)
    third = until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 3 else None)
    assert third["status"] == "completed"
    counts = {name: (tmp_path / name).read_text() for name in ("load", "left", "breaks")}
    assert counts == {"load": "1", "left": "2", "breaks": "2"}
    api.post(f"/executions/{execution_id}/retry", {"from": "start"}, 202)
    until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 4 else None)
    assert (tmp_path / "load").read_text() == "2"
    key = api.steps(execution_id)["load"]["output"]["key"]
    assert key.endswith(":load:2"), "effects of a step that runs again after it had completed have a key of their own"


def test_edited_inputs_run_again_what_reads_them_and_what_comes_after(api: Api) -> None:
    say = "def main(word):\n    return word"
    nodes = [
        python("fixed", "def main():\n    return 1"),
        python("greets", say, args={"word": "${inputs.word}"}),
        python("ends", say, args={"word": "${steps.greets.output}"}),
    ]
    edges = [{"from": "fixed", "to": "ends"}, {"from": "greets", "to": "ends"}]
    inputs = {"type": "object", "properties": {"word": {"type": "string", "default": "hello"}}}
    definition = workflow("words", *nodes, edges=edges, inputs=inputs, output="${steps.ends.output}")
    execution_id = api.run(api.save(definition))
    assert api.finish(execution_id)["result"] == "hello"
    preview = api.post(f"/executions/{execution_id}/retry/preview", {"inputs": {"word": "bye"}})
    assert {s["path"]: (s["action"], s["reason"], s["by"]) for s in preview["steps"]} == {
        "fixed": ("reuse", "unchanged", None),
        "greets": ("run_again", "input_changed", None),
        "ends": ("run_again", "after", "greets"),
    }
    api.post(f"/executions/{execution_id}/retry", {"inputs": {"word": "bye"}}, 202)
    ended = until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 2 else None)
    assert (ended["result"], ended["inputs"]) == ("bye", {"word": "bye"})
    api.post(f"/executions/{execution_id}/retry", {"step_inputs": {"ends": {"args": {"word": "last"}}}}, 202)
    ended = until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 3 else None)
    assert ended["result"] == "last"
    wrong = api.client.post(
        f"/api/v1/executions/{execution_id}/retry/preview",
        json={"inputs": {"word": 7}},
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/inputs/word")
    wrong = api.client.post(
        f"/api/v1/executions/{execution_id}/retry/preview",
        json={"from": ["gone"], "step_inputs": {"ends": {"code": "x"}, "nobody": {}}},
    )
    assert [error["pointer"] for error in wrong.json()["errors"]] == [
        "/from/0",
        "/step_inputs/ends/code",
        "/step_inputs/nobody",
    ]


def test_a_newer_version_mends_a_failure_without_running_again_what_it_left_alone(api: Api, tmp_path: Path) -> None:
    load = counting("load", tmp_path / "load", 0)
    workflow_id = api.save(workflow("mended", load, python("work", "def main():\n    return 1 / 0")))
    execution_id = api.run(workflow_id)
    assert api.finish(execution_id)["error"]["type"] == "ZeroDivisionError"
    mended = workflow("mended", load, python("work", "def main():\n    return 1"), output="${steps.work.output}")
    saved = api.client.put(f"/api/v1/workflows/{workflow_id}", json={"definition": mended, "ready": True})
    assert saved.status_code == 200, saved.text
    preview = api.post(f"/executions/{execution_id}/retry/preview", {"version": 2})
    assert [(s["path"], s["action"]) for s in preview["steps"]] == [("load", "reuse"), ("work", "run_again")]
    api.post(f"/executions/{execution_id}/retry", {"version": 2}, 202)
    ended = until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 2 else None)
    assert (ended["status"], ended["result"], ended["workflow"]["version"]) == ("completed", 1, 2)
    assert (tmp_path / "load").read_text() == "1"


def test_what_is_not_safe_to_repeat_is_named_before(api: Api, tmp_path: Path) -> None:
    execution_id = api.run(api.save(failing_in_the_middle(tmp_path, retry_safe=False)))
    api.finish(execution_id)
    preview = api.post(f"/executions/{execution_id}/retry/preview")
    assert [step["path"] for step in preview["steps"] if step["repeats_effects"]] == ["breaks"]
    assert preview["repeats_effects"] == 1


def test_only_what_has_ended_can_be_retried(api: Api, tmp_path: Path) -> None:
    execution_id = api.run(api.save(workflow("on", python("a", SLOW, args={"file": str(tmp_path / "gate")}))))
    refused = api.client.post(f"/api/v1/executions/{execution_id}/retry", json={})
    assert refused.status_code == 409
    assert refused.json()["code"] in ("execution_is_queued", "execution_is_running")
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    assert api.finish(execution_id)["status"] == "stopped"
    (tmp_path / "gate").touch()
    api.post(f"/executions/{execution_id}/retry", {}, 202)
    ended = until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 2 else None)
    assert ended["status"] == "completed"


def test_a_retried_execution_that_waits_in_the_queue_outlives_a_killed_server(
    start_server: StartServer, tmp_path: Path
) -> None:
    first = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ATTEMPT_LIMIT": "1"})
    api = Api(first.url)
    failed = api.run(api.save(failing_in_the_middle(tmp_path)))
    api.finish(failed)
    gate = tmp_path / "gate"
    holder = api.run(api.save(workflow("holder", python("a", SLOW, args={"file": str(gate)}))))
    until(lambda: api.steps(holder)["a"]["status"] in ("ready", "running"))
    accepted = api.post(f"/executions/{failed}/retry", {}, 202)
    assert api.get(f"/executions/{failed}", min_position=accepted["position"])["status"] == "queued"
    api.close()
    first.end(signal.SIGKILL)
    gate.touch()
    second = start_server(data_dir=first.data_dir, arguments=["--no-examples"])
    api = Api(second.url)
    ended = until(lambda: api.final(failed) if api.execution(failed)["status"] != "queued" else None)
    assert (ended["status"], ended["run"], ended["result"]) == ("completed", 2, 2)
    assert ended["complete"]["events"] == len(api.events(failed))
    api.close()


# ── given up ──


def test_who_waits_in_the_queue_too_long_fails_with_the_reason(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ATTEMPT_LIMIT": "1"})
    api = Api(server.url)
    gate = tmp_path / "gate"
    holder = api.run(api.save(workflow("holder", python("a", SLOW, args={"file": str(gate)}))))
    until(lambda: api.steps(holder)["a"]["status"] in ("ready", "running"))
    settings = {"queue_timeout_s": 0.5}
    impatient = api.save(workflow("impatient", python("a", "def main():\n    return 1"), settings=settings))
    execution_id = api.run(impatient)
    ended = api.finish(execution_id)
    assert (ended["status"], ended["error"]["code"], ended["started_at"]) == ("failed", "queue_timeout", None)
    assert ended["complete"]["events"] == len(api.events(execution_id)) == 2
    gate.touch()
    api.finish(holder)
    api.post(f"/executions/{execution_id}/retry", {}, 202)
    again = until(lambda: api.final(execution_id) if api.execution(execution_id)["run"] == 2 else None)
    assert again["status"] == "completed", "a slot is free now"
    api.close()
