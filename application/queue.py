"""The queue of executions as this server sees it: its own and those of others.

Who may start is `domain/queueing/admission.py`; starting one is the conductor's. An execution that has been taken out
and is being decided about is `in hand`: it is neither put in again nor started by anybody else here meanwhile.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from typing import Any, cast
from uuid import UUID

from application.failures import queue_timeout
from application.histories import Histories, lease_name
from application.patience import AGAIN_S
from application.ports import (
    Clock,
    EventStore,
    LeadingMemberFailed,
    LeaseGuard,
    LeaseLost,
    Member,
    StoreUnavailable,
    VersionConflict,
)
from application.timers import LONGEST_S
from domain.event import Cause, RecordedEvent
from domain.execution.execution import Execution
from domain.execution.status import FINAL, ExecutionStatus
from domain.queueing.admission import Admission, Ticket, Turn, WaitCause

log = logging.getLogger("runwright.conductor")
NOT_STARTED_S = 30.0
"""How long one that can't be started is let be: what is the matter with it may be over, or another server starts it."""
Waited = Mapping[WaitCause, float]
"""Seconds by cause."""
Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


@dataclass(kw_only=True, eq=False)
class Queued:
    """A place in the queue; `execution` is kept when it is in memory already. It came at `came`, and may wait for
    `limit_s` seconds (None: for ever) from `since` on, which is later when it is delayed."""

    ticket: Ticket
    execution: Execution | None
    held: bool = False
    limit_s: float | None = None
    since: datetime | None = None
    came: datetime | None = None
    turns: Sequence[Turn] = ()
    """What it has waited for, once it is let in."""

    @property
    def execution_id(self) -> UUID:
        """Of the execution."""
        return self.ticket.execution_id


class Queue:
    """Lets executions in while `admission` has room. Closed until `open` is called."""

    def __init__(
        self,
        admission: Admission[Queued],
        store: EventStore,
        histories: Histories,
        clock: Clock,
        spawn: Spawn,
        start: Callable[[Queued, Waited], Awaitable[None]],
        is_live: Callable[[Queued], bool],
        cause_of: Callable[[Execution], Cause],
        tell_parent: Callable[[Execution], None],
        look_again: Callable[[UUID], None],
    ) -> None:
        self.admission = admission
        self._store, self._histories, self._clock, self._spawn = store, histories, clock, spawn
        self._start, self._is_live, self._cause_of, self._tell_parent = start, is_live, cause_of, tell_parent
        self._look_again = look_again
        self._admitting: asyncio.Task[None] | None = None
        self._open = False
        self._timers: dict[UUID, asyncio.TimerHandle] = {}
        self._in_hand: Counter[UUID] = Counter()
        self._missed: set[UUID] = set()
        """Those that were to come into the queue while they were in hand."""
        self._aside: dict[UUID, Queued] = {}
        """Those that could not be started, until they are tried again."""

    def open(self) -> None:
        """Let in from now on."""
        self._open = True
        self.admit_soon()

    def close(self) -> None:
        """Let nobody in."""
        self._open = False

    def lets_in_at_once(self, ticket: Ticket) -> bool:
        """Whether an execution may start without having waited: it is not delayed, nobody is before it, a slot is free,
        no limit is reached."""
        return self._open and not ticket.delayed and self.admission.open_to(ticket, self._clock.monotonic())

    def holds(self, execution_id: UUID) -> bool:
        """Whether it waits to be admitted, or is being decided about; then it is looked at again once it is not."""
        if execution_id in self._in_hand:
            self._missed.add(execution_id)
            return True
        return self.admission.kept(execution_id) is not None or execution_id in self._aside

    @contextmanager
    def in_hand(self, execution_id: UUID) -> Generator[None]:
        """It is being decided about."""
        self._in_hand[execution_id] += 1
        try:
            yield
        finally:
            self._in_hand[execution_id] -= 1
            if not self._in_hand[execution_id]:
                del self._in_hand[execution_id]
                if execution_id in self._missed:
                    self._missed.discard(execution_id)
                    self._look_again(execution_id)

    def put(self, queued: Queued) -> None:
        """At its place, for as long as it may wait."""
        now, since = self._clock.now(), queued.since
        waited = {WaitCause.SLOTS: 0.0 if since is None else max(0.0, (now - since).total_seconds())}
        if since is not None and queued.came is not None:
            waited[WaitCause.DELAYED] = max(0.0, (min(now, since) - queued.came).total_seconds())
        self._put(queued, waited)

    def put_back(self, queued: Queued, waited: Waited | None = None) -> None:
        """At its place again, unless it has ended and come back as its next run meanwhile."""
        if not self._is_live(queued) and self.admission.kept(queued.execution_id) is None:
            self._put(queued, waited)

    def _put(self, queued: Queued, waited: Waited | None) -> None:
        now = self._clock.monotonic()
        self.admission.enqueue(queued.ticket, queued, now, waited)
        early_s = queued.ticket.came_at - self._clock.now().timestamp() if queued.ticket.delayed else 0.0
        if queued.held:
            self.admission.hold(queued.execution_id, now)
        elif early_s > 0:
            self.admission.hold(queued.execution_id, now, WaitCause.DELAYED)
            self._look_when_due(queued, early_s)
        self._set_timer(queued)
        self.admit_soon()

    def _look_when_due(self, queued: Queued, early_s: float) -> None:
        asyncio.get_running_loop().call_later(min(early_s, LONGEST_S), self._is_due, queued)

    def _is_due(self, queued: Queued) -> None:
        """It has been delayed long enough, if it is still there and nobody holds it."""
        if self.admission.kept(queued.execution_id) is queued and not queued.held:
            early_s = queued.ticket.came_at - self._clock.now().timestamp()
            if early_s > 0:
                self._look_when_due(queued, early_s)
                return
            self.admission.release(queued.execution_id, self._clock.monotonic())
            self.admit_soon()

    def limit(self, execution_id: UUID, limit_s: float | None, since: datetime | None) -> None:
        """Let it wait for at most `limit_s` seconds from `since` on, if it still waits."""
        queued = self.admission.kept(execution_id) or self._aside.get(execution_id)
        if queued is not None:
            queued.limit_s, queued.since = limit_s, since
            self._set_timer(queued)

    def _set_timer(self, queued: Queued, again_s: float | None = None) -> None:
        self._forget_timer(queued.execution_id)
        if queued.limit_s is None or queued.since is None:
            return
        left_s = min(max(0.0, self._left(queued)), LONGEST_S) if again_s is None else again_s
        self._timers[queued.execution_id] = asyncio.get_running_loop().call_later(left_s, self._is_late, queued)

    def _left(self, queued: Queued) -> float:
        """Seconds it may wait yet."""
        if queued.limit_s is None or queued.since is None:
            return inf
        return (queued.since + timedelta(seconds=queued.limit_s) - self._clock.now()).total_seconds()

    def _forget_timer(self, execution_id: UUID) -> None:
        timer = self._timers.pop(execution_id, None)
        if timer is not None:
            timer.cancel()

    def _is_late(self, queued: Queued) -> None:
        self._timers.pop(queued.execution_id, None)
        if self.admission.kept(queued.execution_id) is not queued:
            return
        if self._left(queued) > 0:
            self._set_timer(queued)
        elif self._open:
            self._spawn(self._give_up(queued))
        else:  # nothing is decided now
            self._set_timer(queued, AGAIN_S)

    def change(self, execution_id: UUID, *, priority: int, held: bool) -> None:
        """A person has changed how it waits, if it still does; what is known of it in memory is behind."""
        queued = self.admission.kept(execution_id)
        if queued is not None:
            waited = self.admission.waited(execution_id, self._clock.monotonic())
            queued.ticket, queued.held = replace(queued.ticket, priority=priority), held
            queued.execution = None
            self._put(queued, waited)

    def take_out(self, execution_id: UUID) -> Queued | None:
        """None when it does not wait."""
        self._forget_timer(execution_id)
        return self.admission.leave(execution_id) or self._aside.pop(execution_id, None)

    def admit_soon(self) -> None:
        """A slot may be free, or somebody waits who did not before."""
        if self._open and self.admission.queued and (self._admitting is None or self._admitting.done()):
            self._admitting = self._spawn(self._admit())

    async def _admit(self) -> None:
        while self._open and (first := self.admission.next_queued(self._clock.monotonic())) is not None:
            waited = self.admission.waited(first, self._clock.monotonic())
            turns = self.admission.turns(first)
            queued = cast("Queued", self.take_out(first))
            queued.turns = turns
            with self.in_hand(first):
                try:
                    await self._start(queued, waited)
                except StoreUnavailable as error:
                    log.warning("admission waits for the database: %s", error)
                    self.put_back(queued, waited)
                    await asyncio.sleep(AGAIN_S)
                except Exception as error:  # a kind of node is gone, an event is of a newer version: others can start
                    log.error("execution %s can't be started: %r", first, error)
                    self._put_aside(queued, waited)

    def _put_aside(self, queued: Queued, waited: Waited) -> None:
        self._aside[queued.execution_id] = queued
        self._spawn(self._try_again(queued, waited))

    async def _try_again(self, queued: Queued, waited: Waited) -> None:
        await asyncio.sleep(NOT_STARTED_S)
        if self._aside.get(queued.execution_id) is queued:
            del self._aside[queued.execution_id]
            queued.execution = None
            self.put_back(queued, waited)

    async def _give_up(self, queued: Queued) -> None:
        """It has waited too long: it fails, unless it was let in or taken out meanwhile."""
        execution_id = queued.execution_id
        if not self._open or self.admission.kept(execution_id) is not queued or queued.limit_s is None:
            return
        waited = self.admission.waited(execution_id, self._clock.monotonic())
        self.take_out(execution_id)
        with self.in_hand(execution_id):
            try:
                await self._fail(execution_id, queued.limit_s)
            except StoreUnavailable as error:
                log.warning("execution %s waits for the database to leave the queue: %s", execution_id, error)
                self.put_back(queued, waited)
                self._set_timer(queued, AGAIN_S)
            except (VersionConflict, LeaseLost, LeadingMemberFailed) as error:
                log.info("execution %s has left the queue otherwise: %s", execution_id, error)
                self.put_back(queued, waited)  # admission loads it anew and finds out how
            except Exception as error:
                log.error("execution %s can't be taken out of the queue: %r", execution_id, error)
                self._put_aside(queued, waited)

    async def _fail(self, execution_id: UUID, limit_s: float) -> None:
        execution = await self._histories.load(execution_id)
        if execution.state.status in FINAL:  # an append whose answer was lost
            self._tell_parent(execution)
        if execution.state.status is not ExecutionStatus.QUEUED:  # another server has it
            return
        so_far = await self._histories.log_stream_of(execution)
        execution.fail(
            self._cause_of(execution), queue_timeout(limit_s), cause_path=None,
            pointer="/settings/queue_timeout_s", log_events=so_far.version, log_lines=so_far.lines,
            dropped_lines=so_far.dropped,
        )  # fmt: skip
        name = lease_name(execution_id)
        events = cast("list[RecordedEvent]", [*execution.pending_events])
        guard = LeaseGuard(name=name, epoch=execution.state.epoch)
        await self._store.append(Member(events=events, guards=[guard], leases_closed=[name]))
        self._tell_parent(execution)
