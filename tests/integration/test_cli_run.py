"""Runs from the command line, against a real server: outcome as exit code, live lines, history, export and back."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.server import ROOT, RunningServer, StartServer, postgres_processes

GREET = """
name: greet
inputs: {type: object, properties: {who: {type: string, default: world}}}
nodes:
  - id: say
    kind: python
    config:
      code: |
        def main(who):
            print("hello", who)
            return {"said": who}
      args: {who: "${inputs.who}"}
output: "${steps.say.output.said}"
"""
BREAK = """
name: break
nodes:
  - {id: bad, kind: python, config: {code: "def main():\\n    raise ValueError('broken on purpose')"}}
"""
STEPS = """
name: steps
nodes:
  - {id: load, kind: python, config: {code: "def main():\\n    return 21"}}
  - id: double
    kind: python
    config: {code: "def main(n):\\n    return n * 2", args: {n: "${steps.load.output}"}}
  - {id: never, kind: python, config: {code: "def main():\\n    raise ValueError('not asked for')"}}
edges: [{from: load, to: double}, {from: double, to: never}]
"""
SLEEP = """
name: sleep
nodes:
  - {id: long, kind: python, config: {code: "import time\\ndef main():\\n    print('asleep')\\n    time.sleep(600)"}}
"""


@pytest.fixture
def folder(data_folder: Path) -> Path:
    for name, text in (("greet", GREET), ("break", BREAK), ("sleep", SLEEP), ("steps", STEPS)):
        (data_folder / f"{name}.yaml").write_text(text)
    return data_folder


@pytest.fixture
def server(start_server: StartServer, folder: Path) -> RunningServer:
    return start_server(data_dir=folder / "state", arguments=["--no-examples"])


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "interfaces.cli.main", *arguments, "--data-dir", str(folder / "state")]


def environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RUNWRIGHT_")}
    return {"PYTHONPATH": str(ROOT), **clean}


def runwright(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(folder, *arguments),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def documents(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_run_is_watched_and_its_history_can_be_read_again(server: RunningServer, folder: Path) -> None:
    done = runwright(folder, "run", "greet.yaml", "-i", "who=Ada", "--watch")
    assert done.returncode == 0, done.stderr
    for part in ("queued greet #1", "▶ say", "say │ hello Ada", "✔ say", "completed"):
        assert part in done.stdout
    again = runwright(folder, "run", "greet", "--json", "--watch")
    events = documents(again.stdout)
    assert again.returncode == 0
    assert events[0]["type"] == "execution.created"
    assert events[-1]["type"] == "end"
    assert events[-1]["status"] == "completed"
    execution_id = str(events[0]["id"])
    history = documents(runwright(folder, "events", execution_id, "--json").stdout)
    assert history == events[:-1]
    assert runwright(folder, "watch", execution_id).returncode == 0
    assert "execution.completed" in runwright(folder, "events", execution_id).stdout
    listed = documents(runwright(folder, "list", "--json", "--status", "completed").stdout)
    assert [item["id"] for item in listed].count(execution_id) == 1
    assert execution_id in runwright(folder, "list").stdout


def test_a_step_is_run_up_to_and_then_alone(server: RunningServer, folder: Path) -> None:
    until = runwright(folder, "run", "steps.yaml", "--until", "double", "--watch")
    assert until.returncode == 0, until.stderr
    assert "✔ double" in until.stdout
    assert "never" not in until.stdout
    only = runwright(folder, "run", "steps.yaml", "--only", "double", "--watch")
    assert only.returncode == 0, only.stderr
    assert "load did not run (execution)" in only.stdout
    assert "▶ load" not in only.stdout


def test_what_no_part_can_be_is_refused_with_one_sentence(server: RunningServer, folder: Path) -> None:
    both = runwright(folder, "run", "steps.yaml", "--only", "double", "--until", "double")
    assert (both.returncode, "not both" in both.stderr) == (2, True)
    nothing = runwright(folder, "run", "steps.yaml", "--only", "nobody")
    assert (nothing.returncode, "nobody" in nothing.stderr) == (2, True)
    missing = runwright(folder, "run", "steps.yaml", "--only", "double")
    assert (missing.returncode, "load" in missing.stderr) == (2, True)


def test_a_failed_run_ends_with_1_and_shows_its_cause(server: RunningServer, folder: Path) -> None:
    done = runwright(folder, "run", "break.yaml", "--watch")
    assert done.returncode == 1
    assert "broken on purpose" in done.stdout


def test_without_watch_it_returns_at_once_and_a_stop_ends_it(server: RunningServer, folder: Path) -> None:
    accepted = documents(runwright(folder, "run", "sleep.yaml", "--json").stdout)[0]
    execution_id = str(accepted["execution_id"])
    assert accepted["status"] == "queued"
    stopped = runwright(folder, "stop", execution_id, "--grace", "0.1", "--reason", "enough")
    assert stopped.returncode == 0, stopped.stderr
    assert runwright(folder, "watch", execution_id).returncode == 3
    assert runwright(folder, "stop", execution_id).returncode == 0  # a second stop gives the same answer


def test_apply_makes_a_version_only_when_something_changed(server: RunningServer, folder: Path) -> None:
    first = documents(runwright(folder, "apply", "-f", "greet.yaml", "--json").stdout)[0]
    same = documents(runwright(folder, "apply", "-f", "greet.yaml", "--json").stdout)[0]
    (folder / "greet.yaml").write_text(GREET.replace("default: world", "default: moon"))
    changed = documents(runwright(folder, "apply", "-f", "greet.yaml", "--json").stdout)[0]
    assert same["id"] == first["id"] == changed["id"]
    assert (first["version"], same["version"], changed["version"]) == (1, 1, 2)


def test_an_invalid_workflow_is_refused_with_every_problem(server: RunningServer, folder: Path) -> None:
    (folder / "bad.yaml").write_text("name: bad\nnodes: [{id: a, kind: nonsense}]\nedges: [{from: a, to: ghost}]\n")
    done = runwright(folder, "apply", "-f", "bad.yaml")
    assert done.returncode == 2
    assert "nonsense" in done.stderr
    assert "ghost" in done.stderr


def test_an_exported_workflow_can_be_imported(server: RunningServer, folder: Path) -> None:
    runwright(folder, "apply", "-f", "greet.yaml")
    assert runwright(folder, "export", "greet", "-o", "copy.yaml").returncode == 0
    imported = documents(runwright(folder, "import", "copy.yaml", "--json").stdout)[0]
    assert imported["version"] == 1
    assert "several workflows are called greet" in runwright(folder, "export", "greet").stderr
    ready = json.loads(runwright(folder, "export", str(imported["id"]), "--json").stdout)
    assert ready["name"] == "greet"


def test_what_does_not_exist_is_named(server: RunningServer, folder: Path) -> None:
    unknown = "01890000-0000-7000-8000-000000000000"
    for arguments in (["run", "nobody"], ["watch", unknown], ["stop", unknown], ["events", unknown]):
        done = runwright(folder, *arguments)
        assert done.returncode == 2, done.stdout
        assert arguments[1] in done.stderr
        assert "Traceback" not in done.stderr


def test_without_a_server_one_is_started_for_the_run_and_ended_with_it(folder: Path) -> None:
    done = runwright(folder, "run", "greet.yaml", "--watch")
    assert done.returncode == 0, done.stderr
    assert "hello world" in done.stdout
    assert postgres_processes(folder) == []
    assert not (folder / "state" / "server.json").exists()


def test_ctrl_c_stops_the_run_of_an_own_server_and_leaves_nothing(folder: Path) -> None:
    with subprocess.Popen(
        command(folder, "run", "sleep.yaml", "--watch"),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background may have them ignore it, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread of ours runs here
    ) as process:
        assert process.stdout is not None
        assert any("asleep" in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Traceback" not in said
    assert postgres_processes(folder) == []
