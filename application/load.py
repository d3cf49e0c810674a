"""What may be out at once here, as the machine and the programs that steps call bear it. Moves become events."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.patience import patiently
from application.ports import (
    Cancelled,
    Clock,
    Erred,
    EventStore,
    Ids,
    Lost,
    Member,
    Pressures,
    Succeeded,
    VersionConflict,
)
from application.preparing import PreparedNode
from domain.errors import Category
from domain.event import NO_WORKFLOW, RecordedEvent, StepError
from domain.queueing.calls import Calls
from domain.queueing.controller import CALM, Controller, Pressure, Why
from domain.queueing.limits import LimitMoved
from domain.queueing.memory import LearntMemory
from domain.queueing.slots import Slots

log = logging.getLogger("runwright.load")
SAMPLE_S, IDLE_SAMPLE_S = 0.25, 1.0
"""How often the machine is looked at while attempts are out, and while none are."""
TOLD_S = 1.0
"""Moves within this time are told as one."""
LARGE_OF = 20
"""Attempts, of which the largest says how much memory the next one may take."""
ACTOR = "runwright"
_TOO_LATE = frozenset({"http_timeout", "llm_timeout"})


@dataclass(kw_only=True)
class _Move:
    before: int | None
    after: int | None
    why: Why
    pressure: Pressure | None


class Load:
    """Of one server. Without `follows` the number of attempts stays as it was given."""

    def __init__(
        self, slots: Slots, clock: Clock, *, follows: Controller | None = None, limits_changed: Callable[[], None],
        more_free: Callable[[], None],
    ) -> None:  # fmt: skip
        self.slots, self._clock, self.follows = slots, clock, follows
        self._limits_changed, self._more_free = limits_changed, more_free
        self.memory = LearntMemory()
        self.calls = Calls()
        self.pressure: Pressure = CALM
        self._ceiling = slots.limit
        self._pinned: int | None = None
        self._peaks: deque[int] = deque(maxlen=LARGE_OF)
        self._moves: dict[str | None, _Move] = {}
        self._has_moved = asyncio.Event()
        if follows is not None:
            slots.limit = follows.limit

    @property
    def pinned(self) -> bool:
        """Whether the number of attempts is what an operator says."""
        return self._pinned is not None

    @property
    def ceiling(self) -> int:
        """The most attempts there are workers for."""
        return self._ceiling

    def pin(self, attempts: int | None) -> None:
        """So many attempts from now on, whatever the load; None: it follows the load again."""
        if attempts == self._pinned:
            return
        self._pinned = attempts
        loose = self._ceiling if self.follows is None else self.follows.limit
        if attempts is None:
            self._set(loose, Why.UNPINNED)
        else:
            self._set(min(attempts, self._ceiling), Why.PINNED)

    # ── what it learns from ──

    def ended(self, node: PreparedNode, outcome: Succeeded | Erred | Cancelled | Lost) -> None:
        """An attempt is over; its slot is given back already."""
        if isinstance(outcome, Succeeded | Erred) and outcome.usage is not None:
            self.memory.learn(node.profile, outcome.usage.peak_memory_bytes)
            self._peaks.append(outcome.usage.peak_memory_bytes)
        if node.call is not None and isinstance(outcome, Succeeded | Erred):
            self._called(node.call, outcome)
        follows = self.follows
        if follows is None:
            return
        if follows.ended(self.slots.used + 1, self._clock.monotonic(), self._each()) and not self.pinned:
            self._set(follows.limit, Why.DEMAND)

    def _each(self) -> float:
        """The share of the memory that an attempt may take, as those before did; 0: nobody knows."""
        memory = self.pressure.memory_bytes
        return max(self._peaks, default=0) / memory if memory else 0.0

    def _called(self, name: str, outcome: Succeeded | Erred) -> None:
        if isinstance(outcome, Erred) and _asked_too_often(outcome.error):
            out = int(self.slots.taken(name)) + 1
            moved, why = self.calls.refused(name, out, self._clock.monotonic()), Why.CALLS_REFUSED
        else:
            moved, why = self.calls.answered(name), Why.CALLS_ANSWERED
        if moved is not None:
            self._note(name, *moved, why, None)
            self._limits_changed()

    def look(self, pressure: Pressure) -> None:
        """The machine is like that now."""
        self.pressure = pressure
        follows = self.follows
        if follows is None:
            return
        why = follows.sample(pressure, self.slots.used, self._clock.monotonic(), self._each())
        if why is not None and not self.pinned:
            self._set(follows.limit, why)

    def _set(self, limit: int, why: Why) -> None:
        before, self.slots.limit = self.slots.limit, limit
        if before != limit:
            self._note(None, before, limit, why, self.pressure)
            if limit > before:
                self._more_free()

    # ── what it tells ──

    def _note(self, resource: str | None, before: int | None, after: int | None, why: Why, at: Pressure | None) -> None:
        known = self._moves.get(resource)
        if known is None:
            self._moves[resource] = _Move(before=before, after=after, why=why, pressure=at)
        else:
            known.after, known.why, known.pressure = after, why, at
        self._has_moved.set()

    async def watch(self, pressures: Pressures) -> None:
        """Look at the machine, for ever."""
        while True:
            await asyncio.sleep(SAMPLE_S if self.slots.used else IDLE_SAMPLE_S)
            self.look(pressures.read())

    async def record(self, store: EventStore, ids: Ids, server_id: UUID) -> None:
        """Store the moves, for ever: a stream of this server's own."""
        version = await patiently(lambda: store.head(server_id))
        while True:
            await self._has_moved.wait()
            await asyncio.sleep(TOLD_S)
            self._has_moved.clear()
            moves, self._moves = self._moves, {}
            changed = [(resource, move) for resource, move in moves.items() if move.before != move.after]
            if not changed:
                continue
            for resource, move in changed:
                log.info("limit of %s: %s to %s (%s)", resource or "attempts", move.before, move.after, move.why)
            made = [(resource, move, ids.new()) for resource, move in changed]
            while True:
                events: list[RecordedEvent] = [
                    _event(resource, move, command_id, server_id, version + nth, self._clock.now())
                    for nth, (resource, move, command_id) in enumerate(made, 1)
                ]
                member = Member(events=events)
                try:
                    await patiently(lambda member=member: store.append(member))
                except VersionConflict:  # of a process of this server that is not dead yet
                    version = await patiently(lambda: store.head(server_id))
                else:
                    version += len(events)
                    break


def _event(
    resource: str | None, move: _Move, command_id: UUID, server_id: UUID, version: int, now: datetime
) -> LimitMoved:
    at = move.pressure
    return LimitMoved(
        originator_id=server_id, originator_version=version, timestamp=now, actor=ACTOR, cause=command_id,
        workflow_id=NO_WORKFLOW, server_id=server_id, resource=resource, from_limit=move.before, to_limit=move.after,
        reason=move.why.value, memory_used=None if at is None else at.memory_used,
        memory_stall=None if at is None else at.memory_stall, cpu_others=None if at is None else at.cpu_others,
        cpu_wait=None if at is None else at.cpu_wait,
    )  # fmt: skip


def _asked_too_often(error: StepError) -> bool:
    return error.category is Category.CAPACITY or error.type == "HTTP 429" or error.code in _TOO_LATE
