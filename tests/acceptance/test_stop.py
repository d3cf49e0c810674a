"""Stop means dead, and the log says how that is known."""

import os
import time

from tests.fixtures.api import Api, python, until, workflow

STUBBORN = """
import os, signal, subprocess, sys, time
def main(step):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    print("pids", os.getpid(), child.pid, flush=True)
    while True:
        time.sleep(0.05)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_running_step_and_all_it_started_are_dead_before_stopped_is_told(api: Api) -> None:
    execution_id = api.run(api.save(workflow("stubborn", python("s", STUBBORN), python("after", "def main(): pass"))))
    line = api.wait_for_event(execution_id, lambda kind, _: kind == "execution.step_logged")
    pids = [int(word) for word in line["data"]["lines"][0]["text"].split()[1:]]
    assert all(map(alive, pids))
    began = time.monotonic()
    answer = api.post(f"/executions/{execution_id}/stop", {"grace_s": 0.2, "reason": "enough"})
    assert answer["status"] in ("stopping", "stopped")
    told = api.wait_for_event(execution_id, lambda kind, _: kind == "execution.step_stopped")
    assert not any(map(alive, pids)), "stopped is told only when everything is dead"
    assert time.monotonic() - began < 0.2 + 2 + 5
    assert told["data"]["proof"] == "descendants_gone"
    assert told["data"]["signal"] == "SIGKILL"
    done = api.finish(execution_id)
    assert (done["status"], done["metadata"]["stop_reason"]) == ("stopped", "enough")
    assert {path: step["status"] for path, step in api.steps(execution_id).items()} == {
        "s": "stopped",
        "after": "skipped",
    }
    assert api.post(f"/executions/{execution_id}/stop")["status"] == "stopped", "a second stop is the same answer"


def test_a_queued_run_leaves_the_queue_and_never_starts(api: Api) -> None:
    sleeper = api.save(workflow("sleeper", python("s", "import time\ndef main():\n    time.sleep(300)")))
    running = [api.run(sleeper) for _ in range(8)]
    waiting = api.run(sleeper)
    queued = api.execution(waiting)
    assert (queued["status"], queued["why_waiting"]["code"]) == ("queued", "slots_taken")
    assert api.post(f"/executions/{waiting}/stop")["status"] == "stopped"
    assert [e["type"] for e in api.events(waiting)] == [
        "execution.created",
        "execution.stop_requested",
        "execution.stopped",
    ]
    for execution_id in running:
        api.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    assert {api.finish(execution_id)["status"] for execution_id in running} == {"stopped"}


def test_a_run_that_ended_refuses_a_stop_and_names_its_state(api: Api) -> None:
    workflow_id = api.save(workflow("short", python("a", "def main(): pass")))
    done = api.finish(api.run(workflow_id))
    refused = api.client.post(f"/api/v1/executions/{done['id']}/stop", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "execution_is_completed")
    assert api.client.post(f"/api/v1/workflows/{workflow_id}/stop", json={}).status_code == 409


def test_stop_of_the_latest_run_of_a_workflow(api: Api) -> None:
    workflow_id = api.save(workflow("latest", python("s", "import time\ndef main():\n    time.sleep(300)")))
    execution_id = api.run(workflow_id)
    until(lambda: api.get(f"/workflows/{workflow_id}/status")["id"] == execution_id or None)
    api.post(f"/workflows/{workflow_id}/stop", {"grace_s": 0})
    assert api.finish(execution_id)["status"] == "stopped"
