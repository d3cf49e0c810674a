# ruff: noqa: E501 - tables of cases
"""Every hostile expression, one by one: refused before a run, or ended within its time and memory; the server's process
stays as it is, and nothing of the machine is seen."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from application.ports import ExpressionFailed
from infrastructure.expressions import PythonExpressions
from infrastructure.expressions.evaluator import MAX_RESULT_BYTES, MEMORY_BYTES
from infrastructure.workers.processes import descendants
from infrastructure.workers.spawning import Zygote
from tests.fixtures.server import ROOT
from tests.integration.test_expressions_worker import SCOPE
from tests.unit.expressions_hostile import HOSTILE

LIMIT_S = 0.2
MARGIN_S = 2.0  # a new process, on a busy machine
CODE_BYTES = 150 * 2**20  # of the interpreter and its libraries, beside the data that the limit is for
CANARY = "canary-5f1d"


@contextmanager
def watched(zygote: Zygote) -> Generator[list[int]]:
    """The largest resident memory of a process below the zygote while it goes on, seen every 10 ms."""
    largest, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            for pid in descendants(zygote.pid) if zygote.pid else ():
                try:
                    largest[0] = max(largest[0], psutil.Process(pid).memory_info().rss)
                except psutil.Error:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield largest
    finally:
        over.set()
        thread.join()


async def test_the_whole_corpus_is_withstood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    (tmp_path / "canary").write_text(CANARY)
    zygote = Zygote(tmp_path)
    expressions = PythonExpressions(zygote, time_limit_s=LIMIT_S)
    await expressions.resolve("${1 + 1}", SCOPE)
    outcomes: Counter[str] = Counter()
    before = psutil.Process().memory_info().rss
    secrets = [CANARY, "root:x:0", str(ROOT), "secret-value", *filter(None, [os.environ.get("PATH")])]
    with watched(zygote) as largest:
        for text in (text for theme in HOSTILE.values() for text in theme):
            template = "${" + text + "}"
            problems = expressions.check(template, ancestors=frozenset({"load"}))
            assert all(problem.message and problem.advice for problem in problems)
            if any(problem.severity == "error" for problem in problems):
                outcomes["refused before a run"] += 1
                continue
            began = time.monotonic()
            try:
                result = (await expressions.resolve(template, SCOPE)).decode()
                outcomes["a harmless value"] += 1
            except ExpressionFailed as failed:
                result = failed.message
                outcomes["ended" if "longer than" in result or "brought its process down" in result else "failed"] += 1
            assert time.monotonic() - began < LIMIT_S + MARGIN_S, text[:80]
            assert len(result) <= MAX_RESULT_BYTES
            assert [secret for secret in secrets if secret in result and secret not in text] == [], text[:80]
    grown = psutil.Process().memory_info().rss - before
    await expressions.close()
    await zygote.close()
    with capsys.disabled():
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        print(
            f"\n{outcomes.total()} hostile expressions: {told}; largest process {largest[0] >> 20} MiB, we grew {grown >> 20} MiB"
        )
    assert outcomes.total() >= 300
    assert largest[0] < MEMORY_BYTES + CODE_BYTES
    assert grown < 100 * 2**20


GOOD = [
    "inputs.n + 1", "$now()", "$now('[Y0001]')", "$millis()", "$toMillis('2024-01-01T00:00:00Z')", "$fromMillis(0)",
    "$fromMillis(1e12, '[MNn] [D1o] [Y] [h]:[m] [P] [z]', '+0200')", "$toMillis('12/31/2020', '[M]/[D]/[Y]')",
    "$formatNumber(1234.5, '#,##0.00')", "$formatBase(100, 16)", "$formatInteger(12, 'w')", "$parseInteger('XII', 'I')",
    "$base64encode('ä')", "$base64decode('w6Q=')", "$encodeUrl('a ä')", "$encodeUrlComponent('ä')", "$decodeUrl('a%20b')",
    "$decodeUrlComponent('%C3%A4')", "$match('ab', /a/).match", "$replace('ab', /(a)/, '$1$1')", "$split('a b', / /)",
    "$string({'a': [1, 2.5, null]})", "$number('12.5')", "$sort([3, 1, 2])", "$sort([{'a': 2}], function($l, $r) { $l.a > $r.a })",
    "$map([1], function($v, $i) { $v + $i })", "$filter([1, 2], function($v) { $v > 1 })", "$reduce([1, 2], function($a, $b) { $a + $b })",
    "$sift({'a': 1}, function($v) { $v = 1 })", "$each({'a': 1}, function($v, $k) { $k })", "$merge([{'a': 1}, {'b': 2}])",
    "$zip([1], [2])", "$distinct([1, 1])", "$single([1])", "$spread({'a': 1})", "$lookup({'a': 1}, 'a')", "$type(1)", "$exists(inputs.n)",
    "$pad('a', 5, '#')", "$trim(' a ')", "$uppercase('é')", "$lowercase('É')", "$length('ä')", "$substringAfter('a-b', '-')",
    "$sum([1, 2])", "$max([1, 2])", "$average([1, 2])", "$round(2.567, 2)", "$power(2, 8)", "$sqrt(16)", "$abs(-1)", "$floor(1.5)",
    "inputs.rows{b: a}", "inputs.rows^(>a).b", "inputs.rows@$r.{'x': $r.a}", "inputs ~> |rows|{'a': 1}|", "[1..3]", "$not(false)",
    "inputs.city in ['Seattle']", "$contains(inputs.city, 'ea')", "inputs.n > 1 ? 'many' : 'few'", "($f := function($x) { $x * 2 }; $f(2))",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
async def test_behind_the_lock_every_kind_of_expression_works(lasting: PythonExpressions, text: str) -> None:
    json.loads(await lasting.resolve("${" + text + "}", SCOPE))


@pytest.fixture
async def lasting(tmp_path: Path):
    zygote = Zygote(tmp_path)
    expressions = PythonExpressions(zygote, time_limit_s=5.0)
    yield expressions
    await expressions.close()
    await zygote.close()


@pytest.mark.parametrize(
    "reach",
    [
        "open('/etc/passwd')", "import html.parser", "__import__('html.parser')", "import os; os.system('id')", "eval('1')", "exec('1')",
        "import os; os.listdir('/')", "import os; os.fork()", "import socket; socket.create_connection(('127.0.0.1', 1))",
        "import subprocess; subprocess.run(['id'])", "import ctypes; ctypes.CDLL(None)", "import sys; sys.addaudithook(print)",
        "import os; os.putenv('A', 'b')", "import os; os.kill(1, 0)",
    ],
)  # fmt: skip
def test_the_process_of_expressions_is_shut(reach: str) -> None:
    """Code that the library never runs, run in its place."""
    code = (
        "import os, socket, subprocess, ctypes, sys\n"
        "from infrastructure.expressions.evaluator import shut\n"
        f"reach = compile({reach!r}, '<reach>', 'exec')\n"
        "shut()\n"
        "try:\n    (lambda: None).__class__(reach, globals())()\n"
        "except BaseException as error:\n    os.write(1, f'{type(error).__name__}: {error}'.encode())\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.startswith("PermissionError: expressions reach nothing"), done.stdout + done.stderr
