"""A server killed in the middle: every accepted run completes, nothing recorded runs twice."""

import signal
from collections import Counter
from pathlib import Path

from tests.fixtures.api import Api, python, until, workflow
from tests.fixtures.history import breaches
from tests.fixtures.server import StartServer

STEP = """
import time
def main(marks, name, run):
    with open(marks, "a") as file:
        file.write(f"{run} {name}\\n")
    time.sleep(0.05)
    return name
"""


def test_kill_9_in_the_middle_of_twenty_runs(start_server: StartServer, data_folder: Path) -> None:
    marks = data_folder / "marks.txt"
    server = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    api = Api(server.url)
    names = [f"s{i}" for i in range(6)]
    args = {"marks": str(marks), "run": "${execution.id}"}
    nodes = [python(name, STEP, args={**args, "name": name}) for name in names]
    workflow_id = api.save(workflow("marked", *nodes))
    runs = [api.run(workflow_id) for _ in range(20)]
    until(lambda: (marks.exists() and len(marks.read_text().splitlines()) >= 30) or None)
    server.end(signal.SIGKILL)
    api.close()

    server = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    api = Api(server.url)
    assert {api.finish(run)["status"] for run in runs} == {"completed"}
    ran = Counter(tuple(line.split()) for line in marks.read_text().splitlines())
    lost = 0
    for run in runs:
        events = api.events(run)
        versions = [e["version"] for e in events if e["stream"] == "execution"]
        assert versions == list(range(1, len(versions) + 1))
        outcomes = Counter(
            (e["data"]["path"], e["data"]["attempt"])
            for e in events
            if e["type"] in ("execution.step_completed", "execution.step_failed", "execution.step_lost")
        )
        assert set(outcomes.values()) == {1}, "one outcome for each attempt"
        losses = Counter(e["data"]["path"] for e in events if e["type"] == "execution.step_lost")
        lost += sum(losses.values())
        for name in names:
            assert 1 <= ran[run, name] <= 1 + losses[name], "what was recorded as finished is not run again"
    assert lost > 0, "the kill hit running steps"
    api.close()


def test_a_lost_step_that_is_not_retry_safe_waits_for_a_person(start_server: StartServer, data_folder: Path) -> None:
    marks = data_folder / "marks.txt"
    code = (
        "import os, time\n"
        "def main(marks):\n"
        "    first = not os.path.exists(marks)\n"
        "    open(marks, 'a').write('x')\n"
        "    time.sleep(300 if first else 0)\n"
        "    return 'ran again'"
    )
    definition = workflow(
        "unsafe", python("pay", code, args={"marks": str(marks)}, retry_safe=False), output="${steps.pay.output}"
    )
    server = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    api = Api(server.url)
    workflow_id = api.save(definition)
    runs = [api.run(workflow_id)]
    until(lambda: marks.exists() or None)
    server.end(signal.SIGKILL)
    api.close()

    server = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    api = Api(server.url)
    waiting = until(lambda: ((s := api.steps(runs[0])["pay"])["status"] == "waiting" and s) or None)
    assert waiting["reason"] == "unknown_outcome"
    refused = api.client.post(f"/api/v1/executions/{runs[0]}/steps/pay/answer", json={"decision": "maybe"})
    assert refused.status_code == 422
    api.post(f"/executions/{runs[0]}/steps/pay/answer", {"decision": "run_again"})
    assert api.finish(runs[0])["result"] == "ran again"
    again = api.client.post(f"/api/v1/executions/{runs[0]}/steps/pay/answer", json={"decision": "failed"})
    assert again.status_code == 409
    api.close()


def test_a_stop_is_finished_after_a_restart(start_server: StartServer, data_folder: Path) -> None:
    server = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    api = Api(server.url)
    code = (
        "import signal, time\n"
        "def main():\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    print('up')\n"
        "    time.sleep(300)"
    )
    run = api.run(api.save(workflow("long", python("s", code))))
    api.wait_for_event(run, lambda kind, _: kind == "execution.step_logged")
    assert api.post(f"/executions/{run}/stop", {"grace_s": 100})["status"] == "stopping"
    server.end(signal.SIGKILL)
    api.close()
    api = Api(start_server(data_dir=data_folder / "state", arguments=["--no-examples"]).url)
    assert api.finish(run)["status"] == "stopped"
    stopped = next(e for e in api.events(run) if e["type"] == "execution.step_stopped")
    assert stopped["data"]["proof"] == "server_restarted"
    api.close()


def test_a_wait_outlives_its_server(start_server: StartServer, data_folder: Path) -> None:
    server = start_server(data_dir=data_folder / "state")
    api = Api(server.url)
    definition = workflow("wait", {"id": "w", "kind": "wait", "config": {"seconds": 2}})
    execution_id = api.run(api.save(definition))
    until(lambda: api.steps(execution_id)["w"]["status"] == "waiting")
    due = api.steps(execution_id)["w"]["due_at"]
    server.end(signal.SIGKILL)
    api.close()
    api = Api(start_server(data_dir=data_folder / "state").url)
    assert api.finish(execution_id)["status"] == "completed"
    kinds = [event["type"].removeprefix("execution.") for event in api.events(execution_id)]
    assert kinds.count("step_started") == kinds.count("step_waiting") == 1, "it waits on, it does not begin again"
    assert api.steps(execution_id)["w"]["due_at"] == due
    api.close()


def test_a_long_log_is_counted_on_after_a_restart_without_being_read(
    start_server: StartServer, data_folder: Path, tmp_path: Path
) -> None:
    code = (
        "import os, time\n"
        "def main(gate):\n"
        "    for n in range(30_000):\n"
        "        print('line', n)\n"
        "    while not os.path.exists(gate):\n"
        "        time.sleep(0.02)\n"
        "    print('the end')"
    )
    server = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    api = Api(server.url)
    run = api.run(api.save(workflow("talks", python("s", code, args={"gate": str(tmp_path / "go")}))))
    until(lambda: api.execution(run)["counts"]["log_lines"] >= 30_000 or None)
    server.end(signal.SIGKILL)
    api.close()
    (tmp_path / "go").touch()
    api = Api(start_server(data_dir=data_folder / "state", arguments=["--no-examples"]).url)
    done = api.finish(run)
    assert done["complete"]["log_lines"] == 2 * 30_001 - 1
    assert breaches(api.events(run)) == [], "lines are numbered on, and the end counts all of them"
    completed = next(e for e in api.events(run) if e["type"] == "execution.step_completed")
    assert completed["data"]["last_line"] == done["complete"]["log_lines"]
    api.close()
