"""How executions come into the queue, and what follows for the others there: whom one replaces, whom it debounces.

However one comes (created here, heard of, loaded again), it comes this way: so neither a lost answer nor a restart
forgets what follows.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from application.counting import ticket_heard, ticket_of
from application.family import Family, Runs
from application.patience import patiently
from application.ports import Clock, LeadingMemberFailed, LeaseLost, VersionConflict
from application.preparing import PreparedGraph
from application.queue import Queue, Queued
from application.running import Running
from domain.errors import Refusal
from domain.event import Cause
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.execution.status import FINAL, ExecutionStatus
from domain.queueing.admission import Admission, Ticket
from domain.values import Part

log = logging.getLogger("runwright.conductor")
REPLACED_GRACE_S = 5.0
Graphs = Callable[[UUID, int, Part | None], Awaitable[PreparedGraph]]


class Arrivals:
    """Of one server."""

    def __init__(
        self, runs: Runs, queue: Queue, admission: Admission[Queued], running: Running, family: Family, graphs: Graphs,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._runs, self._queue, self._admission, self._running = runs, queue, admission, running
        self._family, self._graphs, self._clock = family, graphs, clock

    def enqueue(self, execution: Execution, position: int, prepared: PreparedGraph) -> None:
        """It waits until it may start, for as long as its workflow lets it."""
        state, ticket = execution.state, ticket_of(execution, position, prepared.needs)
        self._queue.put(
            Queued(
                ticket=ticket, execution=execution, held=state.held, limit_s=prepared.graph.settings.queue_timeout_s,
                since=_since(ticket), came=state.created_at,
            )
        )  # fmt: skip
        self._debounce(ticket)
        cause = Cause(at=self._clock.now(), actor=state.command_actor, command_id=state.command_id)
        for other in self._running.to_replace(execution):
            self._runs.spawn(self._replace(other, cause, f"replaced by #{state.number}"))
        if state.concurrency is not None:
            self._running.recount_soon()

    def hear(self, event: e.Created | e.Retried, position: int) -> None:
        """Another server has queued it. It waits here too, at once: what comes next may be that it has started."""
        ticket = ticket_heard(event, position)
        self._queue.put(Queued(ticket=ticket, execution=None, since=_since(ticket), came=event.timestamp))
        self._runs.spawn(self._limit(event, ticket))
        self._debounce(ticket)

    async def _limit(self, event: e.Created | e.Retried, ticket: Ticket) -> None:
        # Of a next run only its settings are looked at, and a part of a workflow has those of the whole.
        prepared = await patiently(lambda: self._graphs(event.workflow_id, event.workflow_version, None))
        self._queue.limit(event.originator_id, prepared.graph.settings.queue_timeout_s, _since(ticket))

    def look_again(self, execution_id: UUID) -> None:
        """It was to come into the queue, or its parent asked for it, while it was in hand: now it can be said."""
        self._runs.spawn(self._come_late(execution_id))

    async def _come_late(self, execution_id: UUID) -> None:
        execution = await patiently(lambda: self._runs.load(execution_id))
        state = execution.state
        if state.status in FINAL:
            self._family.tell_parent(execution)
            return
        prepared = await patiently(lambda: self._graphs(state.workflow_id, state.workflow_version, state.part))
        known = execution_id in self._runs.live or self._runs.is_queued(execution_id)
        if state.status is ExecutionStatus.QUEUED and not (known or self._runs.closing):
            self.enqueue(execution, 0, prepared)

    async def leave_if_ended(self, execution_id: UUID, after_s: float) -> None:
        """A stop was not answered. One that is held would never be looked at, and wait for ever in what this server
        shows."""
        await asyncio.sleep(after_s)
        await self._look_at(execution_id)

    async def look_at_all(self) -> None:
        """Nothing else would show that something was missed about those that wait: one that is held is never tried."""
        for execution_id in self._admission.everybody():
            try:
                await self._look_at(execution_id)
            except Exception as error:  # it must not keep the others from being looked at
                log.error("execution %s waits and can't be looked at: %r", execution_id, error)

    async def _look_at(self, execution_id: UUID) -> None:
        queued = self._admission.kept(execution_id)
        if queued is None:
            return
        known = (queued.ticket.priority, queued.held)
        state = (await patiently(lambda: self._runs.load(execution_id))).state
        if self._admission.kept(execution_id) is not queued or known != (queued.ticket.priority, queued.held):
            return  # what was heard meanwhile is newer
        if state.status is not ExecutionStatus.QUEUED:
            self._queue.take_out(execution_id)
            self._running.recount_soon()
            self.look_again(execution_id)  # its end is told, and its next run waits, if it has come meanwhile
        elif known != (state.priority, state.held):
            self._queue.change(execution_id, priority=state.priority, held=state.held)

    async def debounced_since(self, workflow_id: UUID, key: str) -> float | None:
        """Unix milliseconds at which the first one came of those that are delayed together; None: none are."""
        together = self._admission.delayed_with(workflow_id, key)
        if not together:
            return None
        debounce = (await self._runs.load(together[-1])).state.debounce
        return None if debounce is None else debounce.since_ms

    def _debounce(self, ticket: Ticket) -> None:
        """Of those that are delayed together only the last one goes on."""
        if ticket.debounce is None:
            return
        *before, last = self._admission.delayed_with(ticket.workflow_id, ticket.debounce) or [ticket.execution_id]
        if before:
            self._runs.spawn(self._give_way(before, last))

    async def _give_way(self, before: Sequence[UUID], last: UUID) -> None:
        state = (await patiently(lambda: self._runs.load(last))).state
        cause = Cause(at=self._clock.now(), actor=state.command_actor, command_id=state.command_id)
        for other in before:
            await self._replace(other, cause, f"debounced by #{state.number}")

    async def _replace(self, execution_id: UUID, cause: Cause, reason: str) -> None:
        try:
            await patiently(lambda: self._runs.stop(execution_id, cause, grace_s=REPLACED_GRACE_S, reason=reason))
        except (Refusal, VersionConflict, LeaseLost, LeadingMemberFailed) as error:  # it has ended meanwhile, say
            log.info("execution %s was not replaced: %s", execution_id, error)


def _since(ticket: Ticket) -> datetime:
    return datetime.fromtimestamp(ticket.came_at, UTC)
