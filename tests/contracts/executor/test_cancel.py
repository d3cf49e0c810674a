"""A cancel ends everything an attempt started, and says how that is known."""

from pathlib import Path

import pytest

from application.ports import Begun, Cancelled, Erred, Succeeded
from infrastructure.workers.processes import start_time
from tests.contracts.executor.conftest import Bench
from tests.fixtures.processes import holders

SLEEP = "import time\ndef main():\n    print('begun')\n    time.sleep(600)"

# Whatever has the file open must die. Each goes on for long.
STUBBORN = {
    "ignores SIGTERM": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "catches everything": "guard = True",
    "spins in C": "spin = True",
    "forks children": "child()",
    "uses setsid": "child(session=True)",
    "forks twice": "child(session=True, twice=True)",
    "has children that ignore SIGTERM": "child(ignore=True, session=True, twice=True)",
}
TEMPLATE = """
import ctypes, os, signal, subprocess, sys, time
spin = guard = False
def child(session=False, twice=False, ignore=False):
    r, w = os.pipe()
    if os.fork() == 0:
        if session: os.setsid()
        if twice and os.fork(): os._exit(0)
        if ignore: signal.signal(signal.SIGTERM, signal.SIG_IGN)
        else: signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.write(w, b".")
        while True: time.sleep(600)
    os.read(r, 1)
def main(path):
    global spin, guard, mark
    mark = open(path, "w")
    BODY
    print("ready")
    if spin:
        ctypes.PyDLL(None).usleep(600_000_000)
    while True:
        try:
            time.sleep(600)
        except BaseException:
            if not guard: raise
"""


IDENTITY = (
    "[os.readlink('/proc/self/ns/pid'), os.getpid(), open('/proc/self/stat').read().rpartition(') ')[2].split()[19]]"
)
"""Of a process: its number is its own in its namespace only, and both are given again after its end."""


async def test_an_attempt_that_has_not_begun_is_taken_back(bench: Bench) -> None:
    slow = [bench.submit(SLEEP, retry_safe=False) for _ in range(4)]
    for attempt in slow:
        await bench.line(attempt, "begun")
    waiting = bench.submit("def main():\n    print('never')", retry_safe=False)
    bench.executor.cancel(waiting, grace_s=5)
    outcome = await bench.outcome(waiting)
    assert isinstance(outcome, Cancelled)
    assert (outcome.signal, outcome.proof) == ("none", "never_began")
    assert not [s for s in bench.said if isinstance(s, Begun) and s.id == waiting]
    for attempt in slow:
        bench.executor.cancel(attempt, grace_s=0)
        await bench.outcome(attempt)


async def test_a_running_attempt_can_clean_up_and_is_cancelled(bench: Bench) -> None:
    attempt = bench.submit(
        "import time\ndef main():\n    try:\n        print('begun')\n        time.sleep(600)\n"
        "    finally:\n        print('tidied')"
    )
    await bench.line(attempt, "begun")
    bench.executor.cancel(attempt, grace_s=20)
    outcome = await bench.outcome(attempt)
    assert isinstance(outcome, Cancelled)
    assert (outcome.signal, outcome.proof) == ("SIGTERM", "descendants_gone")
    assert outcome.death_ms < 5000
    assert bench.texts(attempt) == ["begun", "tidied"]


async def test_an_asynchronous_step_can_clean_up_too(bench: Bench) -> None:
    attempt = bench.submit(
        "import asyncio\nasync def main():\n    try:\n        print('begun')\n        await asyncio.sleep(600)\n"
        "    finally:\n        print('tidied')"
    )
    await bench.line(attempt, "begun")
    bench.executor.cancel(attempt, grace_s=20)
    assert isinstance(await bench.outcome(attempt), Cancelled)
    assert "tidied" in bench.texts(attempt)


@pytest.mark.parametrize("habit", STUBBORN)
async def test_stubborn_steps_are_dead_within_the_grace_and_two_seconds(
    bench: Bench, habit: str, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    attempt = bench.submit(TEMPLATE.replace("BODY", STUBBORN[habit]), path=str(mark))
    await bench.line(attempt, "ready")
    pids = holders(mark)
    assert len(pids) == 1 + STUBBORN[habit].count("child(")
    bench.executor.cancel(attempt, grace_s=0.5)
    outcome = await bench.outcome(attempt)
    assert isinstance(outcome, Cancelled)
    assert [pid for pid in pids if start_time(pid) is not None] == []
    assert outcome.proof == "descendants_gone"
    assert outcome.death_ms <= 2500


async def test_what_an_attempt_leaves_behind_is_killed_though_it_succeeded(bench: Bench, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = TEMPLATE.replace("BODY", "child(session=True, twice=True); child()").split('    print("ready")')[0]
    before = bench.executor.capacity().workers
    code += "    return " + IDENTITY
    first = await bench.run(code, path=str(mark))
    assert isinstance(first, Succeeded)
    after = [await bench.run("import os\ndef main():\n    return " + IDENTITY) for _ in range(6)]
    assert first.output not in {s.output for s in after if isinstance(s, Succeeded)}
    await bench.executor.close(grace_s=0)
    assert holders(mark) == []
    assert before >= 1


async def test_a_thread_left_behind_retires_the_worker(bench: Bench) -> None:
    code = (
        "import os, threading, time\ndef main():\n"
        "    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "    return " + IDENTITY
    )
    first = await bench.run(code)
    assert isinstance(first, Succeeded)
    others = [await bench.run("import os\ndef main():\n    return " + IDENTITY) for _ in range(6)]
    assert first.output not in {s.output for s in others if isinstance(s, Succeeded)}


async def test_an_outcome_that_was_first_is_not_overruled(bench: Bench) -> None:
    attempts = [bench.submit("def main():\n    return 1") for _ in range(60)]
    for attempt in attempts:
        bench.executor.cancel(attempt, grace_s=5)
    outcomes = [await bench.outcome(attempt) for attempt in attempts]
    assert all(isinstance(outcome, Cancelled | Succeeded) for outcome in outcomes)


async def test_cancelling_one_does_not_hurt_those_behind_it(bench: Bench) -> None:
    slow = bench.submit(SLEEP)
    others = [bench.submit("def main(n):\n    return n", n=n) for n in range(30)]
    await bench.line(slow, "begun")
    bench.executor.cancel(slow, grace_s=5)
    assert isinstance(await bench.outcome(slow), Cancelled)
    for n, attempt in enumerate(others):
        outcome = await bench.outcome(attempt)
        assert isinstance(outcome, Succeeded)
        assert outcome.output == str(n).encode()


async def test_a_second_cancel_shortens_the_grace(bench: Bench) -> None:
    attempt = bench.submit(
        "import signal, time\ndef main():\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    print('begun')\n    time.sleep(600)"
    )
    await bench.line(attempt, "begun")
    bench.executor.cancel(attempt, grace_s=60)
    bench.executor.cancel(attempt, grace_s=60)
    bench.executor.cancel(attempt, grace_s=0.1)
    outcome = await bench.outcome(attempt)
    assert isinstance(outcome, Cancelled)
    assert outcome.signal == "SIGKILL"
    assert outcome.death_ms < 5000


async def test_cancelling_what_is_unknown_or_over_changes_nothing(bench: Bench) -> None:
    attempt = bench.submit("def main():\n    return 1")
    await bench.outcome(attempt)
    bench.executor.cancel(attempt, grace_s=0)
    assert isinstance(await bench.run("def main():\n    return 2"), Succeeded)
    await bench.outcome(attempt)


async def test_a_step_that_ends_itself_on_the_order_is_cancelled_not_lost(bench: Bench) -> None:
    attempt = bench.submit(
        "import os, signal, time\ndef main():\n    signal.signal(signal.SIGTERM, lambda *a: os._exit(7))\n"
        "    print('begun')\n    time.sleep(600)"
    )
    await bench.line(attempt, "begun")
    bench.executor.cancel(attempt, grace_s=20)
    assert isinstance(await bench.outcome(attempt), Cancelled)


async def test_a_timeout_kills_stubborn_code_after_its_grace(bench: Bench) -> None:
    attempt = bench.submit(
        "import signal, time\ndef main():\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    time.sleep(600)",
        timeout_s=0.1,
        grace_s=0.1,
    )
    outcome = await bench.outcome(attempt)
    assert isinstance(outcome, Erred)
    assert outcome.error.code == "step_timeout"


async def test_close_leaves_nothing_alive(bench: Bench, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    attempt = bench.submit(TEMPLATE.replace("BODY", "child(ignore=True, session=True, twice=True)"), path=str(mark))
    await bench.line(attempt, "ready")
    pids = holders(mark)
    assert len(pids) == 2
    await bench.executor.close(grace_s=0.1)
    assert [pid for pid in pids if start_time(pid) is not None] == []
    assert bench.executor.capacity().workers == 0


async def test_a_step_that_heeds_the_stop_and_returns_is_not_waited_for(bench: Bench) -> None:
    attempt = bench.submit(
        "import signal, time\n"
        "def main():\n"
        "    told = []\n"
        "    signal.signal(signal.SIGTERM, lambda *_: told.append(1))\n"
        "    print('begun')\n"
        "    while not told:\n"
        "        time.sleep(0.02)\n"
        "    return 'tidied'"
    )
    await bench.line(attempt, "begun")
    bench.executor.cancel(attempt, grace_s=600)
    outcome = await bench.outcome(attempt)
    assert isinstance(outcome, Cancelled | Succeeded)
    if isinstance(outcome, Cancelled):
        assert (outcome.signal, outcome.proof) == ("SIGTERM", "descendants_gone")
