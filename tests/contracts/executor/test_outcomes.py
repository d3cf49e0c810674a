"""What an executor says about attempts that end by themselves."""

import re
import time

import pytest

from application.ports import Begun, Erred, Lost, Progressed, Succeeded
from tests.contracts.executor.conftest import Bench


async def test_an_attempt_gives_its_output_with_what_it_cost(bench: Bench) -> None:
    attempt = bench.submit(
        "import time\ndef main(x):\n    held = bytearray(60_000_000)\n    time.sleep(0.2)\n"
        "    return {'double': 2 * x, 'held': len(held)}",
        x=4,
    )
    outcome = await bench.outcome(attempt)
    assert isinstance(outcome, Succeeded)
    assert outcome.output == b'{"double":8,"held":60000000}'
    assert outcome.usage.peak_memory_bytes > 60_000_000
    assert 0 < outcome.usage.wall_ms < 10_000
    begun = [s for s in bench.said if isinstance(s, Begun)]
    assert [(s.id, s.began_at_ms) for s in begun] == [(attempt, outcome.usage.began_at_ms)]


async def test_of_an_attempt_that_ends_at_once_its_outcome_says_when_it_began(bench: Bench) -> None:
    before = time.time() * 1000
    outcome = await bench.run("def main():\n    return 1")
    assert isinstance(outcome, Succeeded)
    assert before - 1 <= outcome.usage.began_at_ms <= time.time() * 1000
    assert len([s for s in bench.said if isinstance(s, Begun)]) <= 1


async def test_the_peak_of_an_attempt_is_not_that_of_the_one_before(bench: Bench) -> None:
    big = await bench.run("def main():\n    return len(bytearray(200_000_000))")
    small = await bench.run("def main():\n    return 1")
    assert isinstance(big, Succeeded)
    assert isinstance(small, Succeeded)
    assert small.usage.peak_memory_bytes < big.usage.peak_memory_bytes - 150_000_000


async def test_cpu_time_includes_ended_children(bench: Bench) -> None:
    code = """
import subprocess, sys
def main():
    subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.3: pass"], check=True)
"""
    outcome = await bench.run(code)
    assert isinstance(outcome, Succeeded)
    assert outcome.usage.cpu_ms >= 290


async def test_cpu_time_includes_children_that_ended_and_nobody_waited_for(bench: Bench) -> None:
    code = """
import os, time
from pathlib import Path
def main():
    child = os.fork()
    if child == 0:
        while time.process_time() < 0.3: pass
        os._exit(0)
    while Path(f"/proc/{child}/stat").read_text().rsplit(")")[-1].split()[0] != "Z":
        time.sleep(0.01)
"""
    outcome = await bench.run(code)
    assert isinstance(outcome, Succeeded)
    assert outcome.usage.cpu_ms >= 290


async def test_what_a_step_left_behind_says_is_not_the_next_steps(bench: Bench) -> None:
    leaves = """
import os
def main():
    if os.fork() == 0:
        while True: os.write(1, b"of the one before\\n")
"""
    quick = "def main():\n    return 1"
    for _ in range(3):
        first = [bench.submit(leaves) for _ in range(4)]
        nexts = [bench.submit(quick) for _ in range(4)]
        for one in [*first, *nexts]:
            await bench.outcome(one)
        assert [text for one in nexts for text in bench.texts(one)] == []


async def test_progress_attachments_and_the_idempotency_key_reach_the_step_and_us(bench: Bench) -> None:
    code = """
def main(step):
    step.progress(0.25, "a quarter")
    step.progress(7)
    step.attach("report.html", "<p>é</p>")
    step.attach("raw.bin", b"\\x00", "application/x-raw")
    return [step.idempotency_key, step.path, step.attempt]
"""
    attempt = bench.submit(code)
    outcome = await bench.outcome(attempt)
    assert isinstance(outcome, Succeeded)
    assert outcome.output == b'["key-\\ndef main(","node",1]'
    assert [(a.name, a.media_type, a.content) for a in outcome.attachments] == [
        ("report.html", "text/html", "<p>é</p>".encode()),
        ("raw.bin", "application/x-raw", b"\x00"),
    ]
    told = [(s.fraction, s.text) for s in bench.said if isinstance(s, Progressed)]
    assert told == [(0.25, "a quarter"), (1.0, None)]


async def test_the_last_progress_of_a_flood_arrives(bench: Bench) -> None:
    attempt = bench.submit("def main(step):\n    for i in range(100_001): step.progress(i / 100_000)")
    await bench.outcome(attempt)
    told = [s.fraction for s in bench.said if isinstance(s, Progressed)]
    assert told[-1] == 1.0
    assert len(told) < 1000


async def test_an_asynchronous_main_is_awaited(bench: Bench) -> None:
    outcome = await bench.run("import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    return 'done'")
    assert isinstance(outcome, Succeeded)
    assert outcome.output == b'"done"'


async def test_modules_dataclasses_and_large_values_work(bench: Bench) -> None:
    code = """
from __future__ import annotations
from dataclasses import dataclass, asdict
@dataclass
class Row:
    a: int
def main(text):
    return {"row": asdict(Row(len(text))), "text": text}
"""
    outcome = await bench.run(code, text="ä" * 3_000_000)
    assert isinstance(outcome, Succeeded)
    assert outcome.output.startswith(b'{"row":{"a":3000000}')
    assert len(outcome.output) > 6_000_000


FAILURES = {
    "raise ValueError('too bad')": ("python_exception", "ValueError", "too bad"),
    "import sys; sys.exit(3)": ("step_exited", "SystemExit", "3"),
    "import sys; sys.exit()": ("step_exited", "SystemExit", "sys.exit"),
    "raise KeyboardInterrupt": ("python_exception", "KeyboardInterrupt", ""),
    "raise BaseException('odd')": ("python_exception", "BaseException", "odd"),
    "def f(): return f()\n    f()": ("python_exception", "RecursionError", "recursion"),
    "class E(Exception):\n        def __str__(self): raise OSError\n    raise E": ("python_exception", "E", "__str__"),
    "raise MemoryError": ("out_of_memory", "MemoryError", "memory"),
    "raise ExceptionGroup('several', [OSError(1), KeyError(2)])": ("python_exception", "ExceptionGroup", "several"),
    "import os; os._exit(4)": ("process_exited", "ProcessExited", "4"),
    "import os; os.abort()": ("process_crashed", "SIGABRT", "SIGABRT"),
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)": ("process_crashed", "SIGSEGV", "SIGSEGV"),
    "return {1, 2}": ("output_not_json", "TypeError", "set"),
    "return {'a': [1, float('nan')]}": ("output_not_json", "TypeError", "/a/1"),
    "return {'a': {'b': 2 ** 63}}": ("output_not_json", "TypeError", "/a/b"),
    "return {1: 2}": ("output_not_json", "TypeError", "key"),
    "return 'a\\0b'": ("output_not_json", "TypeError", "NUL"),
    "return ['\\ud800']": ("output_not_json", "TypeError", "surrogate"),
    "import datetime; return datetime.date.today()": ("output_not_json", "TypeError", "datetime.date"),
    "import decimal; return [decimal.Decimal(1)]": ("output_not_json", "TypeError", "decimal.Decimal"),
    "return lambda: 1": ("output_not_json", "TypeError", "function"),
    "x = []\n    x.append(x)\n    return x": ("output_not_json", "TypeError", "deeper than 64"),
    "return 'x' * (65 * 2 ** 20)": ("output_too_large", "output_too_large", "MiB"),
    "open('/nowhere/at/all')": ("python_exception", "FileNotFoundError", "/nowhere"),
}


@pytest.mark.parametrize("body", FAILURES)
async def test_each_way_to_fail_is_told_clearly(bench: Bench, body: str) -> None:
    code, kind, said = FAILURES[body]
    outcome = await bench.run(f"def main():\n    {body}")
    assert isinstance(outcome, Erred)
    error = outcome.error
    assert (error.code, error.type) == (code, kind)
    assert said in error.message
    assert error.advice.endswith((".", ")"))
    after = await bench.run("def main():\n    return 1")
    assert isinstance(after, Succeeded), "the next attempt suffers from the one before"


async def test_code_that_does_not_fit_its_node_is_told(bench: Bench) -> None:
    no_main = await bench.run("def other(): pass")
    wrong = await bench.run("def main(a): pass", b=1)
    inside = await bench.run("def main():\n    return len(1, 2)")
    assert isinstance(no_main, Erred)
    assert no_main.error.code == "python_no_main"
    assert isinstance(wrong, Erred)
    assert wrong.error.code == "python_wrong_arguments"
    assert isinstance(inside, Erred)
    assert inside.error.code == "python_exception"


async def test_a_traceback_shows_only_the_nodes_code_with_its_lines(bench: Bench) -> None:
    outcome = await bench.run("def helper(x):\n    return 1 / x\n\ndef main():\n    return helper(0)\n")
    assert isinstance(outcome, Erred)
    text = outcome.error.traceback or ""
    assert re.findall(r'File "([^"]+)", line (\d+)', text) == [("<node>", "5"), ("<node>", "2")]
    assert "return 1 / x" in text


async def test_what_the_code_raises_itself_is_told_apart_from_what_a_library_raises(bench: Bench) -> None:
    own = await bench.run("def main():\n    raise ValueError('no weather of 2031')")
    library = await bench.run("import json\ndef main():\n    return json.loads('{')")
    assert isinstance(own, Erred)
    assert own.error.advice.startswith("The node's own code raised this")
    assert isinstance(library, Erred)
    assert library.error.advice.startswith("Read the traceback")


async def test_a_traceback_is_bounded(bench: Bench) -> None:
    outcome = await bench.run("def main():\n    raise ValueError('x' * 1_000_000)")
    assert isinstance(outcome, Erred)
    assert len((outcome.error.traceback or "").encode()) <= 64 * 1024
    assert len(outcome.error.message) <= 4000


async def test_a_timeout_ends_the_attempt_and_is_an_error_of_that_category(bench: Bench) -> None:
    quick = bench.submit("def main():\n    return 1", timeout_s=20)
    slow = bench.submit("import time\ndef main():\n    time.sleep(600)", timeout_s=0.2)
    assert isinstance(await bench.outcome(quick), Succeeded)
    outcome = await bench.outcome(slow)
    assert isinstance(outcome, Erred)
    assert (outcome.error.code, outcome.error.category) == ("step_timeout", "timeout")


async def test_a_killed_worker_is_a_lost_attempt_and_the_pool_goes_on(bench: Bench) -> None:
    outcome = await bench.run("import os, signal\ndef main():\n    os.kill(os.getpid(), signal.SIGKILL)")
    assert isinstance(outcome, Lost)
    assert outcome.reason == "worker_died"
    assert isinstance(await bench.run("def main():\n    return 1"), Succeeded)


async def test_attempts_behind_one_that_kills_its_worker_run_all_the_same(bench: Bench) -> None:
    killer = "import os, signal\ndef main():\n    os.kill(os.getpid(), signal.SIGKILL)"
    killers = [bench.submit(killer) for _ in range(4)]
    others = [bench.submit("def main(n):\n    return n", n=n) for n in range(24)]
    for attempt in killers:
        assert isinstance(await bench.outcome(attempt), Lost)
    for n, attempt in enumerate(others):
        outcome = await bench.outcome(attempt)
        assert isinstance(outcome, Succeeded)
        assert outcome.output == str(n).encode()


async def test_an_attempt_behind_a_slow_one_moves_to_another_worker(bench: Bench) -> None:
    slow = [bench.submit("import time\ndef main():\n    time.sleep(600)") for _ in range(3)]
    quick = [bench.submit("def main():\n    return 1") for _ in range(6)]
    for attempt in quick:
        assert isinstance(await bench.outcome(attempt), Succeeded)
    for attempt in slow:
        bench.executor.cancel(attempt, grace_s=0)
        await bench.outcome(attempt)


async def test_an_attempt_meets_nothing_of_the_one_before(bench: Bench) -> None:
    dirty = """
import os, sys, signal, logging, threading, time
def main():
    os.environ["LEFT"] = "1"; os.chdir("/"); sys.path.insert(0, "/left"); sys.setrecursionlimit(5000)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.getLogger().handlers.clear(); logging.getLogger().setLevel(50)
    sys.stdout = None
    return 1
"""
    clean = """
import os, sys, signal, logging
def main():
    logging.info("heard"); print("seen")
    open("here", "w").close()
    return [os.environ.get("LEFT"), "/left" in sys.path, sys.getrecursionlimit() < 5000,
            signal.getsignal(signal.SIGTERM) != signal.SIG_IGN, os.getcwd() != "/", os.listdir(".")]
"""
    for _ in range(4):
        assert isinstance(await bench.run(dirty, profile="same"), Succeeded)
    for _ in range(4):
        attempt = bench.submit(clean, profile="same")
        outcome = await bench.outcome(attempt)
        assert isinstance(outcome, Succeeded)
        assert outcome.output == b'[null,false,true,true,true,["here"]]'
        assert bench.texts(attempt) == ["heard", "seen"]
