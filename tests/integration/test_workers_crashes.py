"""What is left when parts of the worker machinery are killed: nothing, and that is proven."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from application.ports import Attempt, AttemptId, Begun, Erred, Lost, Scope, Signal, Succeeded
from domain.values import JsonText
from infrastructure.expressions import PythonExpressions
from infrastructure.workers import executor as executor_module
from infrastructure.workers.executor import LocalExecutor
from infrastructure.workers.processes import children, descendants, start_time
from infrastructure.workers.records import living
from infrastructure.workers.spawning import Connections, Zygote
from infrastructure.workers.worker import WorkerOptions

ROOT = Path(__file__).resolve().parents[2]

STARTS_A_DAEMON = """
import os, signal, time
def main(path):
    r, w = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(w, b"%d" % os.getpid())
        while True: time.sleep(600)
    pids = [os.getpid(), int(os.read(r, 20))]
    with open(path + ".new", "w") as file: file.write(repr(pids))
    os.rename(path + ".new", path)
    print("ready")
    time.sleep(600)
"""

SERVER = """
import asyncio, json, sys
from pathlib import Path
from uuid import uuid4
from application.ports import Attempt, AttemptId
from infrastructure.workers.executor import LocalExecutor

def tell(signals):
    for line in [line for signal in signals for line in getattr(signal, "lines", ())]:
        print("line", line.text, flush=True)

async def main():
    executor = LocalExecutor(attempt_limit=2, idle_workers=2, runtime_dir=Path(sys.argv[1]), memory_mb=None)
    executor.connect(tell)
    await executor.start()
    config = {"code": sys.argv[3], "args": {"path": sys.argv[2]}}
    executor.submit([Attempt(id=AttemptId(execution_id=uuid4(), run=1, path="node", attempt=1), kind="python",
        input=json.dumps(config).encode(), profile="", retry_safe=True, timeout_s=None, idempotency_key="")])
    await asyncio.Event().wait()

asyncio.run(main())
"""


def attempt(code: str, **args: object) -> Attempt:
    return Attempt(
        id=AttemptId(execution_id=uuid4(), run=1, path="node", attempt=1),
        kind="python",
        input=json.dumps({"code": code, "args": args}).encode(),
        profile=code,
        retry_safe=True,
        timeout_s=None,
        idempotency_key="",
    )


class Said:
    def __init__(self, executor: LocalExecutor) -> None:
        self.signals: list[Signal] = []
        self._more = asyncio.Event()
        executor.connect(self._sink)

    def _sink(self, signals) -> None:
        self.signals += signals
        self._more.set()

    async def first(self, kind: type, of: Attempt):
        async with asyncio.timeout(30):
            while True:
                for said in self.signals:
                    if isinstance(said, kind) and said.id == of.id:
                        return said
                self._more.clear()
                await self._more.wait()


async def test_a_server_killed_with_9_leaves_nothing_and_the_next_one_waits_for_that(tmp_path: Path) -> None:
    folder, told = tmp_path / "workers", tmp_path / "pids"
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder), str(told), STARTS_A_DAEMON], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"line ready\n"
    pids = json.loads(told.read_text()) + descendants(server.pid)
    assert len(living(folder)) == 2
    server.kill()
    server.wait()
    server.stdout.close()
    executor = LocalExecutor(attempt_limit=2, idle_workers=1, runtime_dir=folder, memory_mb=None)
    try:
        await executor.start()
        # The zygote has no code of steps; it goes by itself a moment later than its supervisors.
        assert [pid for pid in json.loads(told.read_text()) if start_time(pid) is not None] == []
        async with asyncio.timeout(10):
            while [pid for pid in pids if start_time(pid) is not None]:
                await asyncio.sleep(0.01)
    finally:
        await executor.close(grace_s=0)
    assert list(folder.iterdir()) == []


async def test_the_next_server_kills_supervisors_that_do_not_go(tmp_path: Path) -> None:
    stuck = subprocess.Popen([sys.executable, "-c", "import signal, time; print(1, flush=True); time.sleep(600)"],
                             stdout=subprocess.PIPE)  # fmt: skip
    assert stuck.stdout is not None
    stuck.stdout.readline()
    stuck.stdout.close()
    (tmp_path / f"{stuck.pid}.supervisor").write_text(str(start_time(stuck.pid)))
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path, memory_mb=None)
    try:
        await executor.start()
        assert stuck.poll() == -signal.SIGKILL
    finally:
        await executor.close(grace_s=0)
        stuck.kill()
        stuck.wait()


async def test_another_process_with_a_recorded_pid_is_not_touched(tmp_path: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        (tmp_path / f"{bystander.pid}.supervisor").write_text("1")
        executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path, memory_mb=None)
        await executor.start()
        await executor.close(grace_s=0)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


async def test_files_left_by_killed_supervisors_reach_no_step(tmp_path: Path) -> None:
    left = tmp_path / "4711.scratch"
    left.mkdir()
    (left / "secret").write_text("of another step")
    (tmp_path / "4712.new").write_text("")
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path, memory_mb=None)
    await executor.start()
    await executor.close(grace_s=0)
    assert list(tmp_path.iterdir()) == []


async def test_a_supervisor_with_the_pid_of_an_earlier_one_begins_with_an_empty_folder(tmp_path: Path) -> None:
    """In a container pids begin anew with each start."""
    code = """
import os, socket, sys
from pathlib import Path
from infrastructure.workers.supervisor import supervise
folder = Path(sys.argv[1])
stale = folder / f"{os.getpid()}.scratch"
stale.mkdir()
(stale / "secret").write_text("of another step")
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
supervise(theirs, folder, lambda scratch: print(os.listdir(scratch), flush=True), [])
"""
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


async def test_many_workers_asked_for_in_one_breath_are_had_and_none_is_lost(tmp_path: Path) -> None:
    zygote, ended, ours = Zygote(tmp_path), list[bool](), list[Connections]()

    def one_more() -> None:
        ours.append(zygote.spawn(WorkerOptions(kinds={}, role="expressions"), ended.append))

    one_more()
    first = zygote.pid
    assert first is not None
    assert zygote._socket is not None
    zygote._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # full with a few instead of 160
    os.kill(first, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (first, signal.SIGCONT)).start()
    try:
        for _ in range(12):
            one_more()
        assert (zygote.pid, ended) == (first, [])
    finally:
        await zygote.close()
        for connections in ours:
            connections.close()
    assert ended == [True] * 13


async def test_a_killed_supervisor_takes_its_worker_and_daemons_along(tmp_path: Path) -> None:
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        told = tmp_path / "pids"
        running = attempt(STARTS_A_DAEMON, path=str(told))
        executor.submit([running])
        async with asyncio.timeout(30):
            while not told.exists():
                await asyncio.sleep(0.01)
        pids = json.loads(told.read_text())
        (supervisor,) = living(tmp_path / "w")
        os.kill(supervisor, signal.SIGKILL)
        lost = await said.first(Lost, running)
        assert lost.reason == "worker_died"
        assert [pid for pid in pids if start_time(pid) is not None] == []
        after = attempt("def main():\n    return 1")
        executor.submit([after])
        await said.first(Succeeded, after)
    finally:
        await executor.close(grace_s=0)


@pytest.mark.parametrize("unread", [False, True], ids=["idle", "with a request unread"])
async def test_workers_outlive_a_killed_zygote_and_new_ones_can_be_had(tmp_path: Path, unread: bool) -> None:
    executor = LocalExecutor(attempt_limit=2, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        release = tmp_path / "release"
        running = attempt(
            "import os, time\ndef main(path):\n    while not os.path.exists(path): time.sleep(0.01)\n    return 1",
            path=str(release),
        )
        executor.submit([running])
        await said.first(Begun, running)
        assert executor.zygote.pid is not None
        others = [attempt("def main():\n    return 2") for _ in range(5)]
        if unread:
            os.kill(executor.zygote.pid, signal.SIGSTOP)
            executor.submit(others)
        os.kill(executor.zygote.pid, signal.SIGKILL)
        if not unread:
            executor.submit(others)
        for other in others:
            await said.first(Succeeded, other)
        release.touch()
        await said.first(Succeeded, running)
    finally:
        await executor.close(grace_s=0)


async def test_an_attempt_over_its_memory_fails_or_is_lost_and_says_so(tmp_path: Path) -> None:
    executor = LocalExecutor(attempt_limit=2, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=200)
    said = Said(executor)
    await executor.start()
    try:
        at_once = attempt("def main():\n    return len(bytearray(2_000_000_000))")
        executor.submit([at_once])
        erred = await said.first(Erred, at_once)
        assert erred.error.code == "out_of_memory"
        in_children = attempt(
            "import os, time\ndef main():\n    for _ in range(3):\n        if os.fork() == 0:\n"
            "            held = b'x' * 150_000_000\n            time.sleep(600)\n    time.sleep(600)"
        )
        executor.submit([in_children])
        lost = await said.first(Lost, in_children)
        assert lost.reason == "out_of_memory"
        fine = attempt("def main():\n    return len(bytearray(50_000_000))")
        executor.submit([fine])
        await said.first(Succeeded, fine)
    finally:
        await executor.close(grace_s=0)


async def test_what_the_kernel_killed_before_the_server_started_is_not_told_of_its_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor_module, "oom_kills", lambda: 3)
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        killed = attempt("import os, signal\ndef main():\n    os.kill(os.getpid(), signal.SIGKILL)")
        executor.submit([killed])
        assert (await said.first(Lost, killed)).reason == "worker_died"
        monkeypatch.setattr(executor_module, "oom_kills", lambda: 4)
        again = attempt("import os, signal\ndef main():\n    os.kill(os.getpid(), signal.SIGKILL)")
        executor.submit([again])
        assert (await said.first(Lost, again)).reason == "out_of_memory"
    finally:
        await executor.close(grace_s=0)


async def test_a_worker_holds_no_file_of_the_server(tmp_path: Path) -> None:
    secret = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(secret, True)
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        looking = attempt(
            "import os\ndef main():\n    names = []\n    for fd in os.listdir('/proc/self/fd'):\n        try:\n"
            "            names.append(os.readlink(f'/proc/self/fd/{fd}'))\n        except OSError: pass\n"
            "    return names"
        )
        executor.submit([looking])
        names = json.loads((await said.first(Succeeded, looking)).output)
        kinds = {re.sub(r"[\d\[\]]+", "", name) for name in names}
        assert not [name for name in names if name.endswith("lock")]
        assert kinds <= {
            "/dev/null",
            "pipe:",
            "socket:",
            "/proc//clear_refs",
            "/proc//task//children",
            "/proc//fd",
            "/memfd:runwright-board (deleted)",
        }
        assert sum(name.startswith("socket:") for name in names) == 1
    finally:
        os.close(secret)
        await executor.close(grace_s=0)


async def test_settings_and_passwords_of_the_server_do_not_reach_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RUNWRIGHT_DATABASE_URL", "RUNWRIGHT_API_KEY", "PGPASSWORD", "DATABASE_URL"):
        monkeypatch.setenv(name, "secret-value")
    monkeypatch.setenv("HARMLESS", "kept")
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        looking = attempt("import os\ndef main():\n    return dict(os.environ)")
        executor.submit([looking])
        seen = json.loads((await said.first(Succeeded, looking)).output)
        assert "secret-value" not in seen.values()
        assert seen["HARMLESS"] == "kept"
    finally:
        await executor.close(grace_s=0)


async def test_a_warm_pool_is_small(tmp_path: Path) -> None:
    """Two idle workers, their supervisors and the zygote, in proportional memory (PSS)."""
    executor = LocalExecutor(attempt_limit=2, idle_workers=2, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        for _ in range(4):
            warm = attempt("def main():\n    return 1")
            executor.submit([warm])
            await said.first(Succeeded, warm)
        assert executor.zygote.pid is not None
        pids: list[int] = []
        until = time.monotonic() + 10
        while len(pids) != 5 and time.monotonic() < until:  # the first may have done all of it before the second is up
            pids = [executor.zygote.pid, *descendants(executor.zygote.pid)]
            await asyncio.sleep(0.02)
        assert len(pids) == 5
        pss = {pid: _pss_bytes(pid) for pid in pids}
        assert sum(pss.values()) < 45 * 2**20, pss
    finally:
        await executor.close(grace_s=0)
    assert not children(pids[0])


def _pss_bytes(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


async def test_one_that_writes_without_end_does_not_starve_the_others(tmp_path: Path) -> None:
    executor = LocalExecutor(attempt_limit=3, idle_workers=2, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        flood = attempt("import os\ndef main():\n    while True:\n        print('x' * 100)")
        executor.submit([flood])
        await said.first(Begun, flood)
        for _ in range(50):
            quick = attempt("def main():\n    return 1")
            executor.submit([quick])
            await said.first(Succeeded, quick)
        executor.cancel(flood.id, grace_s=0.2)
        await said.first(object, flood)
    finally:
        await executor.close(grace_s=0)


@pytest.mark.parametrize("junk", [b"\xff\xff\xff\x7f", b"\x05\x00\x00\x00junk!" * 10])
async def test_code_that_writes_to_our_socket_only_hurts_itself(tmp_path: Path, junk: bytes) -> None:
    executor = LocalExecutor(attempt_limit=2, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        rude = attempt(
            "import os, stat, time\ndef main(junk):\n    for fd in range(3, 60):\n        try:\n"
            "            if stat.S_ISSOCK(os.fstat(fd).st_mode): os.write(fd, bytes(junk))\n"
            "        except OSError: pass\n"
            "    time.sleep(600)",
            junk=list(junk),
        )
        executor.submit([rude])
        await said.first(Lost, rude)
        fine = attempt("def main():\n    return 1")
        executor.submit([fine])
        await said.first(Succeeded, fine)
    finally:
        await executor.close(grace_s=0)


async def test_workers_that_are_not_needed_any_more_end(tmp_path: Path) -> None:
    executor = LocalExecutor(attempt_limit=4, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None, idle_s=0.1)
    said = Said(executor)
    await executor.start()
    try:
        slow = [attempt("import time\ndef main():\n    time.sleep(0.2)") for _ in range(4)]
        executor.submit(slow)
        for one in slow:
            await said.first(Succeeded, one)
        assert executor.capacity().workers > 1
        async with asyncio.timeout(10):
            while executor.capacity().workers > 1:
                await asyncio.sleep(0.01)
        assert len(living(tmp_path / "w")) == 1
    finally:
        await executor.close(grace_s=0)


async def test_workers_that_die_at_their_start_are_not_begun_in_a_loop(tmp_path: Path) -> None:
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    await executor.start()
    try:
        killed: set[int] = set()
        deadline = asyncio.get_running_loop().time() + 1
        while asyncio.get_running_loop().time() < deadline:
            for supervisor in living(tmp_path / "w"):
                for worker in children(supervisor):
                    killed.add(worker)
                    os.kill(worker, signal.SIGKILL)
            await asyncio.sleep(0.002)
        assert 2 <= len(killed) <= 8
    finally:
        await executor.close(grace_s=0)


async def test_a_pool_of_processes_inside_a_step_works_and_leaves_nothing(tmp_path: Path) -> None:
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    said = Said(executor)
    await executor.start()
    try:
        pool = attempt(
            "from concurrent.futures import ProcessPoolExecutor\nfrom multiprocessing import get_context\n"
            "def double(x): return 2 * x\n"
            "def main():\n    with ProcessPoolExecutor(2, get_context('fork')) as pool:\n"
            "        return list(pool.map(double, range(5)))"
        )
        executor.submit([pool])
        assert (await said.first(Succeeded, pool)).output == b"[0,2,4,6,8]"
    finally:
        await executor.close(grace_s=0)


@pytest.mark.parametrize("executor_first", [True, False])
async def test_executor_and_expressions_that_share_a_zygote_close_in_any_order(
    tmp_path: Path, executor_first: bool
) -> None:
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None)
    await executor.start()
    expressions = PythonExpressions(executor.zygote)
    scope = Scope(inputs=JsonText(b"{}"), steps={}, execution=JsonText(b"{}"), now=datetime.now(UTC))
    assert await expressions.resolve("${1 + 1}", scope) == b"2"
    zygote = executor.zygote.pid
    assert zygote is not None
    pids = [zygote, *descendants(zygote)]
    async with asyncio.timeout(10):
        if executor_first:
            await executor.close(grace_s=0)
            await expressions.close()
        else:
            await expressions.close()
            await executor.close(grace_s=0)
    assert [pid for pid in pids if start_time(pid) is not None] == []
    assert list((tmp_path / "w").iterdir()) == []


async def test_an_idle_worker_that_has_grown_is_replaced_by_a_slim_one(tmp_path: Path) -> None:
    executor = LocalExecutor(attempt_limit=1, idle_workers=1, runtime_dir=tmp_path / "w", memory_mb=None, idle_s=0.1)
    said = Said(executor)
    await executor.start()
    try:
        grown = attempt("import sys, os\ndef main():\n    sys.kept = b'x' * 60_000_000\n    return os.getpid()")
        executor.submit([grown])
        pid = int((await said.first(Succeeded, grown)).output)
        async with asyncio.timeout(10):
            while start_time(pid) is not None or not living(tmp_path / "w"):
                await asyncio.sleep(0.01)
        after = attempt("import os\ndef main():\n    return os.getpid()")
        executor.submit([after])
        assert int((await said.first(Succeeded, after)).output) != pid
    finally:
        await executor.close(grace_s=0)


KILLS = """
import os, sys, time
from infrastructure.workers import processes
processes.become_subreaper()
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
r, w = os.pipe()
for i in range(20):
    if os.fork() == 0:
        child = os.fork()
        if child == 0:
            os.write(w, b".")
            time.sleep(600)
        os.waitpid(child, 0)
        open(sys.argv[1], "w").close()
        os._exit(0)
    os.read(r, 1)
os.nice(10)  # so that whoever is woken by a death comes before the one that kills
processes.kill_descendants()
"""


async def test_no_process_sees_its_child_killed_and_goes_on(tmp_path: Path) -> None:
    seen = tmp_path / "went on"
    subprocess.run([sys.executable, "-c", KILLS, str(seen)], cwd=ROOT, check=True, timeout=60)
    assert not seen.exists()
