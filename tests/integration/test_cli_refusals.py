"""Whatever stops a start or a command is one sentence with the way out on stderr, exit code 2, no traceback."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infrastructure.data_directory import DataDirectory


def runwright(
    *arguments: str, cwd: Path, environment: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RUNWRIGHT_")}
    return subprocess.run(
        [sys.executable, "-m", "interfaces.cli.main", *arguments],
        cwd=cwd,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), **clean, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def sentence(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_bad_toml(data_folder: Path) -> None:
    (data_folder / "runwright.toml").write_text("port = = 1\n")
    for command in ("up", "migrate"):
        said = sentence(runwright(command, cwd=data_folder))
        assert said.startswith("runwright: runwright.toml is not valid TOML")
        assert "line 1" in said


def test_unknown_setting_as_json(data_folder: Path) -> None:
    said = sentence(runwright("up", "--json", cwd=data_folder, environment={"RUNWRIGHT_PROT": "1"}))
    assert "did you mean port?" in json.loads(said)["detail"]


def test_busy_port_leaves_no_postgres_behind(data_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = sentence(runwright("up", "--port", port, "--data-dir", str(data_folder / "state"), cwd=data_folder))
    assert f"127.0.0.1:{port} cannot be listened on" in said
    assert "--port" in said
    assert not (data_folder / "state" / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("command", ["up", "migrate"])
def test_unreachable_database(data_folder: Path, command: str) -> None:
    url = "postgresql://someone:very-secret@127.0.0.1:1/nowhere"
    arguments = [command, "--database-url", url, "--data-dir", str(data_folder / "state")]
    said = sentence(runwright(*arguments, *(["--port", "0"] if command == "up" else []), cwd=data_folder))
    assert "someone@127.0.0.1:1/nowhere cannot be reached" in said
    assert "very-secret" not in said


def test_unwritable_data_directory(data_folder: Path) -> None:
    said = sentence(runwright("up", "--port", "0", "--data-dir", "/proc/runwright", cwd=data_folder))
    assert "/proc/runwright cannot be used" in said
    assert "--data-dir" in said


def test_second_instance(data_folder: Path) -> None:
    with DataDirectory(data_folder / "state").open(for_postgres=True):
        said = sentence(runwright("up", "--port", "0", "--data-dir", str(data_folder / "state"), cwd=data_folder))
    assert f"in use by the server with pid {os.getpid()}" in said


def test_an_address_for_others_without_a_key(data_folder: Path) -> None:
    assert "no API key" in sentence(runwright("up", "--host", "0.0.0.0", cwd=data_folder))


def test_run_without_a_server_says_why_its_own_does_not_start(data_folder: Path) -> None:
    (data_folder / "one.yaml").write_text("name: one\nnodes: []\n")
    with DataDirectory(data_folder / "state").open(for_postgres=True):
        said = sentence(runwright("run", "one.yaml", "--data-dir", str(data_folder / "state"), cwd=data_folder))
    assert "in use by the server with pid" in said


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["watch", "x"], ["stop", "x"], ["events", "x"], ["export", "x"], ["apply", "-f", "one.yaml"]],
)
def test_no_server(data_folder: Path, arguments: list[str]) -> None:
    (data_folder / "one.yaml").write_text("name: one\nnodes: []\n")
    said = sentence(runwright(*arguments, "--server", "http://127.0.0.1:1", cwd=data_folder))
    assert "no Runwright answers at http://127.0.0.1:1" in said
    assert "runwright up" in said


def test_migrate_brings_an_own_database_up_and_leaves_no_process(data_folder: Path) -> None:
    state = str(data_folder / "state")
    first = runwright("migrate", "--data-dir", state, "--json", cwd=data_folder)
    assert first.returncode == 0, first.stderr
    applied = json.loads(first.stdout)["applied"]
    again = runwright("migrate", "--data-dir", state, cwd=data_folder)
    assert "Nothing to apply" in again.stdout
    assert not (data_folder / "state" / "postgres" / "postmaster.pid").exists()
    assert applied == sorted(applied)


def test_doctor_finds_what_would_stop_a_start(data_folder: Path) -> None:
    good = runwright("doctor", "--json", "--data-dir", str(data_folder / "state"), cwd=data_folder)
    checks = {found["check"]: found for found in map(json.loads, good.stdout.splitlines())}
    assert checks["database"]["ok"]
    assert checks["data directory"]["ok"]
    assert not (data_folder / "state").exists()  # it has only looked
    with DataDirectory(data_folder / "state").open(for_postgres=True):
        held = runwright("doctor", "--data-dir", str(data_folder / "state"), cwd=data_folder)
    assert held.returncode == 1
    assert f"BAD  data directory: {data_folder / 'state'} is in use by the server with pid {os.getpid()}" in held.stdout
    unreachable = runwright("doctor", "--database-url", "postgresql://u@127.0.0.1:1/d", cwd=data_folder)
    assert "BAD  database: the database at" in unreachable.stdout
    bad = runwright("doctor", cwd=data_folder, environment={"RUNWRIGHT_PORT": "x"})
    assert bad.returncode == 1
    assert "BAD  settings: port in the environment" in bad.stdout
