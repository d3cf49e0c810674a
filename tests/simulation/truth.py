"""What is really so in a simulated world: the log, which attempts live, who wrote what, and what went wrong at once.

Claims that no log can show afterwards are checked here, at the moment: code runs only after its start is stored, and
nothing is called dead while it lives.
"""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from application.ports import AttemptId
from domain.event import RecordedEvent
from domain.execution import events as e
from infrastructure import mapper
from infrastructure.memory.log import MemoryLog
from tests.simulation.faults import Faults

T = TypeVar("T")


class Truth:
    """Shared by every boot of the server."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.faults = Faults(random)
        self.log = MemoryLog()
        self.alive: set[AttemptId] = set()
        """Attempts that have a process."""
        self.runs: dict[UUID, int] = {}
        self.writers: dict[int, UUID] = {}
        self.acknowledged: list[tuple[UUID, int]] = []
        self.breaches: list[str] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Something that no death of a server ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it is told

    def stored(self, position: int, event: RecordedEvent, server: UUID) -> None:
        """An event stands in the log now."""
        self.writers[position] = server
        execution = event.originator_id
        match event:
            case e.Retried():
                self.runs[execution] = event.run
            case e.StepStopped() | e.StepLost():
                if (
                    AttemptId(
                        execution_id=execution, run=self.runs.get(execution, 1), path=event.path, attempt=event.attempt
                    )
                    in self.alive
                ):
                    self.breaches.append(f"10 {execution} at {position}: {event.path} is called dead and lives")
            case e.Stopped() | e.Completed() | e.Failed():
                living = sorted(x.path for x in self.alive if x.execution_id == execution)
                if living:
                    self.breaches.append(f"10 {execution} at {position}: it has ended and {living} live")
            case _:
                pass

    def begins(self, attempt: AttemptId) -> None:
        """A process of an attempt comes to life."""
        stored = any(
            isinstance(event, e.StepStarted) and (event.path, event.attempt) == (attempt.path, attempt.attempt)
            for event in self.history(attempt.execution_id)
        )
        if not stored:
            self.breaches.append(
                f"6 {attempt.execution_id}: {attempt.path} was handed over before its start was stored"
            )
        if attempt in self.alive:
            self.breaches.append(f"4 {attempt.execution_id}: {attempt.path} attempt {attempt.attempt} runs twice")
        self.alive.add(attempt)

    def history(self, stream: UUID) -> list[RecordedEvent]:
        return [self.event(position) for position in self.log.streams.get(stream, [])]

    def event(self, position: int) -> RecordedEvent:
        record = self.log.records[position - 1]
        return mapper.decode(record.topic, record.stream_id, record.version, record.state, record.number)
