"""A workflow runs another: on a real server, seen from outside."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.server import RunningServer, StartServer, serving

SLOW = """
import time
from pathlib import Path

def main(file):
    while not Path(file).exists():
        time.sleep(0.02)
    return 5
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


def calling(name: str, called: str, inputs: Json | None = None, **more: object) -> Json:
    config: Json = {"workflow": called, "inputs": inputs or {}}
    call = {"id": "call", "kind": "workflow", "config": config, **more}
    after = python("after", "def main(value):\n    return value", args={"value": "${steps.call.output}"})
    return workflow(name, call, after, output="${steps.after.output}")


def doubling(name: str) -> Json:
    number = {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}, "additionalProperties": False}
    double = python("double", "def main(n):\n    print('doubling', n)\n    return 2 * n", args={"n": "${inputs.n}"})
    return workflow(name, double, inputs=number, output="${steps.double.output}")


def slow(name: str, gate: Path) -> Json:
    return workflow(name, python("slow", SLOW, args={"file": str(gate)}), output="${steps.slow.output}")


def child_of(api: Api, execution_id: str) -> str:
    return until(lambda: api.steps(execution_id)["call"]["child_id"])


def test_a_childs_result_is_the_steps_output(api: Api) -> None:
    called = api.save(doubling("doubles"))
    execution_id = api.run(api.save(calling("calls", "doubles", {"n": 21})))
    ended = api.finish(execution_id)
    assert (ended["status"], ended["result"]) == ("completed", 42)
    child = api.execution(child_of(api, execution_id))
    assert (child["status"], child["workflow"]["id"], child["inputs"]) == ("completed", called, {"n": 21})
    assert child["metadata"]["parent"] == {"execution_id": execution_id, "path": "call"}
    assert ended["metadata"]["parent"] is None
    first, created = api.events(execution_id)[0], api.events(child["id"])[0]
    assert created["cause"] == first["cause"], "everything goes back to one command"
    started = next(event for event in api.events(execution_id) if event["type"] == "execution.child_started")
    assert started["data"]["child"] == child["id"]
    assert started["data"]["child_version"] == 1


def test_a_waiting_parent_holds_no_slot(start_server: StartServer) -> None:
    server = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ATTEMPT_LIMIT": "1"})
    api = Api(server.url)
    api.save(doubling("one"))
    api.save(calling("two", "one"))
    api.save(calling("three", "two"))
    assert api.finish(api.run(api.save(calling("four", "three"))))["result"] == 2
    api.close()


def test_a_child_that_fails_fails_the_step_and_says_which(api: Api) -> None:
    api.save(workflow("breaks", python("a", "def main():\n    raise ValueError('broken inside')")))
    ended = api.finish(api.run(api.save(calling("calls-broken", "breaks"))))
    assert (ended["status"], ended["cause_path"], ended["error"]["code"]) == ("failed", "call", "child_failed")
    assert ended["error"]["message"] == "breaks #1: broken inside"
    assert ended["error"]["category"] == "step"


def test_a_policy_runs_another_child(api: Api, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\ndef main(file):\n    tried = Path(file)\n    if not tried.exists():\n"
        "        tried.touch()\n        raise ValueError('first')\n    return 'second'"
    )
    inner = python("a", code, args={"file": str(tmp_path / "tried")})
    api.save(workflow("flaky-child", inner, output="${steps.a.output}"))
    retry = {"max_attempts": 2, "interval_s": 0}
    execution_id = api.run(api.save(calling("persists", "flaky-child", retry=retry)))
    assert api.finish(execution_id)["result"] == "second"
    children = [e["data"]["child"] for e in api.events(execution_id) if e["type"] == "execution.child_started"]
    assert [api.execution(child)["status"] for child in children] == ["failed", "completed"]


@pytest.mark.parametrize(
    ("called", "inputs", "code"),
    [
        ("nobody", {}, "kind_is_gone"),
        ("picky", {"n": "much"}, "child_inputs"),
        ("picky", {"other": 1}, "child_inputs"),
        ("unready", {}, "workflow_not_ready"),
    ],
)
def test_a_child_that_cannot_be_is_told(api: Api, called: str, inputs: Json, code: str) -> None:
    if not api.get("/workflows", q="picky")["items"]:
        api.save(doubling("picky"))
        api.post("/workflows", {"name": "unready", "definition": {"nodes": [], "edges": []}}, 201)
    ended = api.finish(api.run(api.save(calling("asks", called, inputs))))
    expected = "child_unknown" if code == "kind_is_gone" else code
    assert (ended["status"], ended["error"]["code"], ended["error"]["category"]) == ("failed", expected, "validation")


def test_a_workflow_that_runs_itself_ends_at_a_depth(api: Api) -> None:
    ended = api.finish(api.run(api.save(calling("ouroboros", "ouroboros"))))
    assert ended["status"] == "failed"
    assert "16 deep" in ended["error"]["message"]


def test_stop_and_pause_are_passed_down_and_nothing_is_stopped_while_a_child_lives(api: Api, tmp_path: Path) -> None:
    api.save(slow("slow-child", tmp_path / "never"))
    execution_id = api.run(api.save(calling("stops", "slow-child")))
    child = child_of(api, execution_id)
    until(lambda: api.steps(child)["slow"]["status"] in ("ready", "running"))
    api.post(f"/executions/{execution_id}/pause")
    until(lambda: api.execution(child)["status"] == "paused")
    api.post(f"/executions/{execution_id}/resume")
    until(lambda: api.execution(child)["status"] == "running")
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    assert api.finish(execution_id)["status"] == "stopped"
    below = api.execution(child)
    assert below["status"] == "stopped"
    ends = [api.events(one)[-1]["position"] for one in (child, execution_id)]
    assert ends == sorted(ends), "the child first"
    assert api.steps(execution_id)["call"]["status"] == "stopped"


def test_a_child_that_takes_too_long_is_stopped(api: Api, tmp_path: Path) -> None:
    api.save(slow("endless", tmp_path / "never"))
    execution_id = api.run(api.save(calling("impatient", "endless", timeout_s=0.5)))
    ended = api.finish(execution_id)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "step_timeout")
    assert api.execution(child_of(api, execution_id))["status"] == "stopped"


def test_a_child_stopped_by_itself_fails_the_step(api: Api, tmp_path: Path) -> None:
    api.save(slow("stoppable", tmp_path / "never"))
    execution_id = api.run(api.save(calling("left", "stoppable")))
    api.post(f"/executions/{child_of(api, execution_id)}/stop", {"grace_s": 0})
    ended = api.finish(execution_id)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "child_stopped")


def test_parent_and_child_outlive_a_killed_server(start_server: StartServer, tmp_path: Path) -> None:
    first = start_server(arguments=["--no-examples"])
    api = Api(first.url)
    gate = tmp_path / "gate"
    api.save(slow("kept-child", gate))
    execution_id = api.run(api.save(calling("kept-parent", "kept-child")))
    child = child_of(api, execution_id)
    until(lambda: api.steps(child)["slow"]["status"] in ("ready", "running"))
    api.close()
    first.end(signal.SIGKILL)
    gate.touch()
    second = start_server(data_dir=first.data_dir, arguments=["--no-examples"])
    api = Api(second.url)
    assert api.finish(execution_id)["result"] == 5
    started = [event for event in api.events(execution_id) if event["type"] == "execution.child_started"]
    assert len(started) == 1, "one child, not two"
    api.close()


def test_a_parent_whose_time_is_over_ends_after_its_child(api: Api, tmp_path: Path) -> None:
    api.save(slow("outlasting", tmp_path / "never"))
    limited = {**calling("limited", "outlasting"), "settings": {"timeout_s": 0.6}}
    execution_id = api.run(api.save(limited))
    ended = api.finish(execution_id)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "execution_timeout")
    child = child_of(api, execution_id)
    assert api.final(child) is not None, "nothing of it runs on without a parent"
    assert api.events(child)[-1]["position"] < api.events(execution_id)[-1]["position"]


def test_a_child_that_leaves_the_queue_of_a_paused_parent_is_paused(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ATTEMPT_LIMIT": "1"})
    api = Api(server.url)
    gate = tmp_path / "gate"
    api.save(doubling("waits-its-turn"))
    # It runs already when the slot is taken: its child has to wait for one.
    wait = {"id": "wait", "kind": "wait", "config": {"seconds": 0.5}}
    call = {"id": "call", "kind": "workflow", "config": {"workflow": "waits-its-turn"}}
    parent = api.run(api.save(workflow("paused-parent", wait, call)))
    until(lambda: api.steps(parent)["wait"]["status"] == "waiting")
    holder = api.run(api.save(slow("holds-the-slot", gate)))
    until(lambda: api.steps(holder)["slow"]["status"] in ("ready", "running"))
    child = until(lambda: api.steps(parent)["call"]["child_id"])
    assert api.execution(child)["status"] == "queued"
    api.post(f"/executions/{parent}/pause")
    gate.touch()
    until(lambda: api.execution(child)["status"] == "paused")
    api.post(f"/executions/{parent}/resume")
    assert api.finish(parent)["status"] == "completed"
    api.close()


def test_a_stop_that_a_killed_server_left_half_done_reaches_the_child(
    start_server: StartServer, tmp_path: Path
) -> None:
    first = start_server(arguments=["--no-examples"])
    api = Api(first.url)
    code = (
        "import signal, time\ndef main():\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    print('deaf')\n    time.sleep(300)"
    )
    api.save(workflow("deaf", python("deaf", code)))
    execution_id = api.run(api.save(calling("half-stopped", "deaf")))
    child = child_of(api, execution_id)
    until(lambda: api.execution(child)["counts"]["log_lines"])
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 120})
    until(lambda: api.execution(child)["status"] == "stopping")
    api.close()
    first.end(signal.SIGKILL)
    second = start_server(data_dir=first.data_dir, arguments=["--no-examples"])
    api = Api(second.url)
    assert api.finish(execution_id)["status"] == "stopped"
    assert api.execution(child)["status"] == "stopped"
    assert api.steps(child)["deaf"]["reason"] == "server_restarted"
    api.close()
