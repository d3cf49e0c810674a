"""An executor without processes: attempts take time, print, end in every way a worker can end."""

import asyncio
from collections.abc import Callable, Sequence

from application.ports import (
    Attempt,
    AttemptId,
    Begun,
    Cancelled,
    Capacity,
    Erred,
    Logged,
    Lost,
    Outcome,
    Progressed,
    Signal,
    Succeeded,
)
from domain.errors import Category
from domain.event import StepError
from domain.values import JsonText, LogLine, Usage
from tests.simulation.truth import Truth

TYPES = ("ValueError", "KeyError")


class SimulatedExecutor:
    """The Executor port of one boot. Its workers outlive a killed server for a moment, as real ones do."""

    def __init__(self, truth: Truth, limit: int) -> None:
        self._truth, self._faults, self._random, self._limit = truth, truth.faults, truth.random, limit
        self._sink: Callable[[Sequence[Signal]], None] = lambda signals: None
        self._plays: dict[AttemptId, asyncio.Task[None]] = {}
        self._ending: set[AttemptId] = set()
        self._said: list[Signal] = []
        self._dead = False

    def connect(self, sink: Callable[[Sequence[Signal]], None]) -> None:
        self._sink = sink

    async def start(self) -> None:
        """Wait until nothing of an earlier server lives."""
        while self._truth.alive:
            await asyncio.sleep(0.05)

    def submit(self, attempts: Sequence[Attempt]) -> None:
        for attempt in () if self._dead else attempts:
            self._truth.begins(attempt.id)
            self._plays[attempt.id] = self._truth.spawn(self._play(attempt))
        if len(self._plays) > self._limit:
            self._truth.breaches.append(
                f"7 {len(self._plays)} attempts were handed over and the limit is {self._limit}"
            )

    def cancel(self, attempt: AttemptId, *, grace_s: float) -> None:
        if attempt in self._plays and attempt not in self._ending:
            self._ending.add(attempt)
            if self._random.random() < 0.8:  # else its outcome is on its way already
                self._plays[attempt].cancel()
                self._plays[attempt] = self._truth.spawn(self._die(attempt, grace_s))

    def capacity(self) -> Capacity:
        return Capacity(workers=0, busy=0, attempts=len(self._plays), limit=self._limit)

    async def close(self, *, grace_s: float) -> None:
        self.kill(tells=False)

    def kill(self, *, tells: bool) -> None:
        """Everything dies a moment later, and nothing begins any more. `tells`: the server behind it hears of it."""
        self._dead = True
        for attempt, play in [*self._plays.items()]:
            play.cancel()
            self._truth.spawn(self._perish(attempt, tells))
        self._plays.clear()

    # ── one attempt ──

    async def _play(self, attempt: Attempt) -> None:
        await self._faults.pause(0.1)
        if self._faults.strikes("worker_lost") and self._random.random() < 0.3:
            self._end(Lost(id=attempt.id, reason="worker_died"))
            return
        began_at_ms = asyncio.get_running_loop().time() * 1000 + 1_767_225_600_000
        self._say(Begun(id=attempt.id, worker="worker-1", began_at_ms=began_at_ms))
        for number in range(self._random.choice([0, 0, 1, 3])):
            line = LogLine(at_ms=began_at_ms, level="info", stream="stdout", text=f"line {number}")
            self._say(Logged(id=attempt.id, lines=[line] * self._random.randint(1, 3), dropped=number % 2))
            if self._random.random() < 0.3:
                self._say(Progressed(id=attempt.id, fraction=0.5, text=None))
            await self._faults.pause(self._random.choice([0.0, 0.1, 2.0]))
        await self._faults.pause(self._random.choice([0.0, 0.01, 1.0, 10.0]))
        if self._faults.strikes("worker_lost"):
            self._end(Lost(id=attempt.id, reason=self._random.choice(["worker_died", "out_of_memory"])))
            return
        outcome = self._outcome(attempt, began_at_ms)
        if self._faults.strikes("outcome_late"):
            self._truth.alive.discard(attempt.id)
            await self._faults.pause(3.0)
        self._end(outcome)
        if self._faults.strikes("outcome_twice"):
            await self._faults.pause(self._random.choice([0.0, 0.01, 5.0]))
            self._say(outcome)

    def _outcome(self, attempt: Attempt, began_at_ms: float) -> Outcome:
        usage = Usage(wall_ms=1.0, cpu_ms=1.0, peak_memory_bytes=1, began_at_ms=began_at_ms)
        if self._random.random() < 0.25:
            category = self._random.choice([Category.STEP, Category.TIMEOUT, Category.VALIDATION])
            error = StepError(
                code="python_exception", category=category, type=self._random.choice(TYPES), message="no",
                advice="Try again.", retryable=self._random.random() < 0.7,
            )  # fmt: skip
            return Erred(id=attempt.id, error=error, usage=usage)
        large = self._random.random() < 0.15
        ok = "true" if self._random.random() < 0.7 else "false"
        output = f'{{"ok":{ok},"text":"{"x" * 300 * large}"}}'
        return Succeeded(id=attempt.id, output=JsonText(output.encode()), attachments=[], usage=usage)

    async def _die(self, attempt: AttemptId, grace_s: float) -> None:
        await self._faults.pause(min(grace_s, 1.0))
        self._end(Cancelled(id=attempt, signal="SIGTERM", proof="descendants_gone", death_ms=1.0))

    async def _perish(self, attempt: AttemptId, tells: bool) -> None:
        await self._faults.pause(0.2)
        self._truth.alive.discard(attempt)
        if tells:
            self._say(Lost(id=attempt, reason="worker_died"))

    def _end(self, outcome: Outcome) -> None:
        """It is dead, and then it is told."""
        self._truth.alive.discard(outcome.id)
        self._plays.pop(outcome.id, None)
        self._ending.discard(outcome.id)
        self._say(outcome)

    def _say(self, signal: Signal) -> None:
        """All of one turn of the loop in one call."""
        self._said.append(signal)
        if len(self._said) == 1:
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        said, self._said = self._said, []
        self._sink(said)
