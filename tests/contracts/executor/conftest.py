"""The executors that the contract is run against. Another executor joins by one more entry in EXECUTORS."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from application.ports import (
    Attempt,
    AttemptId,
    Cancelled,
    Erred,
    Executor,
    Logged,
    Lost,
    Outcome,
    Signal,
    Succeeded,
)
from infrastructure.workers.executor import LocalExecutor
from infrastructure.workers.spawning import namespaces_refused

FINAL = (Succeeded, Erred, Cancelled, Lost)
PATIENCE_S = 30.0


class Bench:
    """An executor with everything it said, in order."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.said: list[Signal] = []
        self.calls: list[Sequence[Signal]] = []
        self._more = asyncio.Event()
        executor.connect(self._sink)

    def _sink(self, signals: Sequence[Signal]) -> None:
        self.calls.append(signals)
        self.said += signals
        self._more.set()

    def submit(
        self,
        code: str,
        *,
        timeout_s: float | None = None,
        grace_s: float = 5.0,
        retry_safe: bool = True,
        profile: str | None = None,
        **args: object,
    ) -> AttemptId:
        """Hand one attempt of a python step over."""
        attempt = Attempt(
            id=AttemptId(execution_id=uuid4(), run=1, path="node", attempt=1),
            kind="python",
            input=json.dumps({"code": code, "args": args}).encode(),
            profile=profile or code,
            retry_safe=retry_safe,
            timeout_s=timeout_s,
            idempotency_key=f"key-{code[:10]}",
            grace_s=grace_s,
        )
        self.executor.submit([attempt])
        return attempt.id

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until what was said fulfils a condition."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self._more.clear()
                await self._more.wait()

    async def outcome(self, attempt: AttemptId) -> Outcome:
        """Wait for the terminal signal; there must be exactly one, and nothing after it."""
        await self.until(lambda: any(isinstance(s, FINAL) and s.id == attempt for s in self.said))
        of_it = [s for s in self.said if s.id == attempt]
        finals = [s for s in of_it if isinstance(s, FINAL)]
        assert len(finals) == 1
        assert of_it[-1] is finals[0], "something was said after the terminal signal"
        return finals[0]

    async def run(self, code: str, **more: object) -> Outcome:
        """Submit and wait."""
        return await self.outcome(self.submit(code, **more))

    async def line(self, attempt: AttemptId, text: str) -> None:
        """Wait until the attempt has written this line."""
        await self.until(lambda: text in self.texts(attempt))

    def texts(self, attempt: AttemptId) -> list[str]:
        """Its lines so far."""
        return [line.text for line in self.lines(attempt)]

    def lines(self, attempt: AttemptId):
        """Its log lines so far."""
        return [line for s in self.said if isinstance(s, Logged) and s.id == attempt for line in s.lines]


async def _local(folder: Path, *, namespaces: bool = False) -> LocalExecutor:
    executor = LocalExecutor(
        attempt_limit=4, idle_workers=2, runtime_dir=folder / "workers", memory_mb=None, namespaces=namespaces
    )
    await executor.start()
    return executor


EXECUTORS: dict[str, Callable[[Path], Awaitable[Executor]]] = {
    "local": _local,
    "namespaces": partial(_local, namespaces=True),
}
_REFUSED = namespaces_refused()
_ALLOWED = [
    pytest.param(name, marks=pytest.mark.skipif(name == "namespaces" and bool(_REFUSED), reason=f"here: {_REFUSED}"))
    for name in sorted(EXECUTORS)
]


@pytest.fixture(params=_ALLOWED)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """Each executor, started, with its signals collected."""
    executor = await EXECUTORS[request.param](tmp_path)
    bench = Bench(executor)
    yield bench
    await executor.close(grace_s=0)
