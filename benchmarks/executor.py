"""What running step code costs, without the log and the server: `python -m benchmarks.executor`.

Each figure is a median unless it says otherwise. Ratios between machines differ; shapes do not.
"""

import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from application.ports import (
    Attempt,
    AttemptId,
    Cancelled,
    Erred,
    Logged,
    Lost,
    Outcome,
    Scope,
    Signal,
    Succeeded,
)
from domain.values import JsonText
from infrastructure.expressions import PythonExpressions
from infrastructure.workers.executor import LocalExecutor
from infrastructure.workers.processes import descendants

NO_OP = "def main():\n    return None"
SLEEP = "import time\ndef main():\n    time.sleep(600)"
PRINT = "def main(n):\n    for i in range(n): print('a line of forty characters, give or take', i)"
LAG = "import time\ndef main():\n    for _ in range(200):\n        print('x')\n        time.sleep(0.002)"


class _Bench:
    def __init__(self, folder: Path) -> None:
        self.executor = LocalExecutor(attempt_limit=8, idle_workers=2, runtime_dir=folder, memory_mb=None)
        self.executor.connect(self._sink)
        self._waiting: dict[AttemptId, asyncio.Future[Outcome]] = {}
        self.lags_ms: list[float] = []
        self.lines = 0

    def _sink(self, signals: Sequence[Signal]) -> None:
        now = time.time() * 1000
        for signal in signals:
            if isinstance(signal, Logged):
                self.lines += len(signal.lines)
                self.lags_ms += [now - line.at_ms for line in signal.lines]
            elif isinstance(signal, Succeeded | Erred | Cancelled | Lost):
                self._waiting.pop(signal.id).set_result(signal)

    def submit(self, code: str, **args: object) -> tuple[AttemptId, asyncio.Future[Outcome]]:
        attempt = Attempt(
            id=AttemptId(execution_id=uuid4(), run=1, path="step", attempt=1),
            kind="python",
            input=JsonText(json.dumps({"code": code, "args": args}).encode()),
            profile=code,
            retry_safe=True,
            timeout_s=None,
            idempotency_key="",
        )
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[attempt.id] = future
        self.executor.submit([attempt])
        return attempt.id, future


async def figures() -> dict[str, float]:
    """Every figure by its name; the unit is the last part of the name."""
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder) / "workers")
        await bench.executor.start()
        try:
            found = await _attempts(bench) | await _ends(bench) | await _lines(bench) | _memory(bench)
            return found | await _expressions(bench)
        finally:
            await bench.executor.close(grace_s=0)


async def _attempts(bench: _Bench) -> dict[str, float]:
    trips: list[float] = []
    for _ in range(2000):
        began = time.perf_counter()
        await bench.submit(NO_OP)[1]
        trips.append((time.perf_counter() - began) * 1000)
    began = time.perf_counter()
    ahead = 8  # as many at a time as one server of two cores would hand out
    for _ in range(500):
        await asyncio.gather(*(bench.submit(NO_OP)[1] for _ in range(ahead)))
    took = time.perf_counter() - began
    return {
        "round_trip_ms": statistics.median(trips),
        "round_trip_p99_ms": statistics.quantiles(trips, n=100)[98],
        "eight_at_a_time_per_s": 500 * ahead / took,
    }


async def _ends(bench: _Bench) -> dict[str, float]:
    deaths: list[float] = []
    replacements: list[float] = []
    for _ in range(20):
        attempt, future = bench.submit(SLEEP)
        await asyncio.sleep(0.06)
        bench.executor.cancel(attempt, grace_s=5)
        outcome = await future
        if isinstance(outcome, Cancelled):
            deaths.append(outcome.death_ms)
        began = time.perf_counter()
        await asyncio.gather(*(bench.submit(NO_OP)[1] for _ in range(4)))
        replacements.append((time.perf_counter() - began) * 1000)
    return {
        "stop_to_proven_death_ms": statistics.median(deaths),
        "four_steps_after_it_ms": statistics.median(replacements),
    }


async def _lines(bench: _Bench) -> dict[str, float]:
    bench.lags_ms.clear()
    await bench.submit(LAG)[1]
    lag = statistics.median(bench.lags_ms)
    bench.lines = 0
    began = time.perf_counter()
    await asyncio.gather(*(bench.submit(PRINT, n=20_000)[1] for _ in range(4)))
    return {"line_lag_ms": lag, "lines_of_four_steps_per_s": bench.lines / (time.perf_counter() - began)}


def _memory(bench: _Bench) -> dict[str, float]:
    zygote = bench.executor.zygote.pid
    pids = [] if zygote is None else [zygote, *descendants(zygote)]
    total = 0
    for pid in pids:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        total += int(found[1]) if found else 0
    return {"worker_processes": float(len(pids)), "worker_processes_pss_mb": total / 1024}


async def _expressions(bench: _Bench) -> dict[str, float]:
    scope = Scope(
        inputs=JsonText(b'{"n":3}'),
        steps={"load": JsonText(b'{"output":{"rows":[' + b",".join([b'{"t":1}'] * 1000) + b"]}}")},
        execution=JsonText(b"{}"),
        now=datetime.now(UTC),
    )
    expressions = PythonExpressions(bench.executor.zygote)
    try:
        await expressions.resolve("${inputs.n + 1}", scope)
        found: dict[str, float] = {}
        for name, template in (("plain_path_us", "${steps.load.output.rows}"), ("expression_us", "${inputs.n + 1}")):
            took: list[float] = []
            for _ in range(1000):
                began = time.perf_counter()
                await expressions.resolve(template, scope)
                took.append((time.perf_counter() - began) * 1e6)
            found[name] = statistics.median(took)
        return found
    finally:
        await expressions.close()


def main() -> None:
    """Print the figures."""
    for name, value in asyncio.run(figures()).items():
        print(f"{name:28} {value:12,.3f}")


if __name__ == "__main__":
    main()
