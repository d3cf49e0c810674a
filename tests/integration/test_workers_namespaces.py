"""Workers in PID namespaces: the kernel ends what no process of ours is left to end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from application.ports import Begun, Lost, Succeeded
from infrastructure.workers import namespaces
from infrastructure.workers.executor import LocalExecutor
from infrastructure.workers.processes import descendants, start_time
from infrastructure.workers.records import living
from infrastructure.workers.spawning import namespaces_refused
from tests.fixtures.processes import holders
from tests.integration.test_workers_crashes import Said, attempt

ROOT = Path(__file__).resolve().parents[2]
REFUSED = namespaces_refused()
needed = pytest.mark.skipif(bool(REFUSED), reason=f"this machine has no PID namespaces for us: {REFUSED}")

DAEMON = """
import os, signal, time
def main(path):
    mark = open(path, "w")
    r, w = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(w, b".")
        while True: time.sleep(600)
    os.read(r, 1)
    print("ready", flush=True)
    time.sleep(600)
"""


KILLER = """
import contextlib, os
def main():
    assert os.getppid() == 1, "not in a namespace: this would end the machine"
    for pid in (1, -1):
        with contextlib.suppress(ProcessLookupError):  # nobody else is there
            os.kill(pid, 9)
    os.kill(os.getpid(), 9)
"""
LOOKING = """
import os, time
def main(path):
    mark = open(path, "w")
    print("here", flush=True)
    time.sleep(0.3)
    open_files = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    return {
        "me": os.getpid(),
        "all": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "open": [os.readlink(file) for file in open_files if os.path.islink(file)],
    }
"""


def executor_in(folder: Path, *, namespaces: bool = True) -> LocalExecutor:
    return LocalExecutor(
        attempt_limit=1, idle_workers=1, runtime_dir=folder / "w", memory_mb=None, namespaces=namespaces
    )


SERVER = """
import asyncio, sys
from pathlib import Path
from tests.integration.test_workers_namespaces import DAEMON, Said, attempt, executor_in

async def main():
    executor = executor_in(Path(sys.argv[1]), namespaces=sys.argv[2] == "True")
    said = Said(executor)
    await executor.start()
    executor.submit([attempt(DAEMON, path=sys.argv[1] + "/mark")])
    while not any("ready" in str(s) for s in said.signals):
        await asyncio.sleep(0.01)
    print("up", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@needed
@pytest.mark.parametrize("namespaces", [True, False])
def test_a_daemon_ends_though_everything_above_it_is_killed_at_once(tmp_path: Path, namespaces: bool) -> None:
    """Without a namespace it lives on: the test shows what it is for."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path), str(namespaces)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"up\n"
    mark = tmp_path / "mark"
    step = set(holders(mark))
    assert len(step) == 2
    for pid in [server.pid, *descendants(server.pid)]:
        if pid not in step:
            os.kill(pid, signal.SIGSTOP)  # none of them may do anything about the others' ends
    for pid in [server.pid, *descendants(server.pid)]:
        if pid not in step:
            os.kill(pid, signal.SIGKILL)
    server.wait()
    server.stdout.close()
    left = _gone(mark, at_most=0 if namespaces else 1)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert len(left) == (0 if namespaces else 1)


def _gone(mark: Path, *, at_most: int) -> list[int]:
    until = time.monotonic() + 10
    while len(left := holders(mark)) > at_most and time.monotonic() < until:
        time.sleep(0.02)
    return left


@needed
async def test_a_step_that_kills_whatever_it_can_kills_only_itself(tmp_path: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    executor = executor_in(tmp_path)
    said = Said(executor)
    await executor.start()
    try:
        killer = attempt(KILLER)
        executor.submit([killer])
        await said.first(Lost, killer)
        assert bystander.poll() is None
        again = attempt("def main():\n    return 1")
        executor.submit([again])
        assert (await said.first(Succeeded, again)).output == b"1"
    finally:
        await executor.close(grace_s=0)
        bystander.kill()
        bystander.wait()


@needed
async def test_inside_are_its_own_processes_and_outside_its_real_number(tmp_path: Path) -> None:
    executor = executor_in(tmp_path)
    said = Said(executor)
    await executor.start()
    try:
        looking = attempt(LOOKING, path=str(tmp_path / "mark"))
        executor.submit([looking])
        begun = await said.first(Begun, looking)
        (outside,) = holders(tmp_path / "mark")
        assert begun.worker == f"worker-{outside}"
        recorded = living(tmp_path / "w")
        assert [outside in descendants(pid) for pid in recorded] == [True]
        seen = json.loads((await said.first(Succeeded, looking)).output)
        assert seen["me"] in seen["all"]
        assert seen["all"] == [1, seen["me"]]
        assert "/proc" not in seen["open"]  # no way left to the /proc outside
    finally:
        await executor.close(grace_s=0)
    assert start_time(outside) is None


@needed
async def test_a_killed_supervisor_is_replaced(tmp_path: Path) -> None:
    executor = executor_in(tmp_path)
    said = Said(executor)
    await executor.start()
    try:
        lasting = attempt(DAEMON, path=str(tmp_path / "mark"))
        executor.submit([lasting])
        await said.first(Begun, lasting)
        while len(holders(tmp_path / "mark")) < 2:
            await asyncio.sleep(0.01)
        (supervisor,) = living(tmp_path / "w")
        os.kill(supervisor, signal.SIGKILL)
        assert isinstance(await said.first(Lost, lasting), Lost)
        assert holders(tmp_path / "mark") == []
        again = attempt("def main():\n    return 1")
        executor.submit([again])
        assert (await said.first(Succeeded, again)).output == b"1"
    finally:
        await executor.close(grace_s=0)


def test_where_the_kernel_refuses_the_start_says_so(tmp_path: Path) -> None:
    """In a user namespace whose owner allows no further PID namespaces, as in many a container."""
    start = 'echo 0 > /proc/sys/user/max_pid_namespaces && exec "$@"'
    refused = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", start, "sh", sys.executable, "-m", "interfaces.cli.main",
         "doctor"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "RUNWRIGHT_PROCESS_NAMESPACES": "true", "RUNWRIGHT_DATA_DIR": str(tmp_path / "data"),
             "RUNWRIGHT_PORT": "0"},
    )  # fmt: skip
    if "unshare" in refused.stderr and not refused.stdout:
        pytest.skip(f"no user namespaces here: {refused.stderr.strip()}")
    assert "process_namespaces is true, but this machine refuses" in refused.stdout
    assert "set it to false" in refused.stdout


def test_a_fork_that_is_refused_leaves_no_descriptor_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", refuse)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(BlockingIOError):
        namespaces.fork()
    assert os.listdir("/proc/self/fd") == before
