"""Who runs, here and on other servers, as far as limits ask.

The truth is in the leases, and the append that starts an execution is refused by it (ADR 0007). What is known here only
saves tries: our own live executions exactly, those of others by what is heard and by asking the database now and then.
"""

import asyncio
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from uuid import UUID

from application.counting import groups_of
from application.patience import AGAIN_S, patiently
from application.ports import Clock, Leases
from application.queue import Queued, Spawn
from domain.execution.execution import Execution
from domain.queueing.admission import Admission, Bound, Group, Ticket
from domain.values import Concurrency
from domain.workflow.graph import OnLimit

RECOUNT_S = 2.0
"""How often it is looked who runs elsewhere while somebody waits for a limit."""


class Running:
    """Keeps what `admission` counts. `live` are those that run here; `changed` is called when one more may start."""

    def __init__(
        self,
        admission: Admission[Queued],
        leases: Leases,
        clock: Clock,
        live: Collection[UUID],
        spawn: Spawn,
        changed: Callable[[], None],
    ) -> None:
        self._admission, self._leases, self._clock = admission, leases, clock
        self._live, self._spawn, self._changed = live, spawn, changed
        self._coming: dict[UUID, Group] = {}
        """Executions whose append into the queue is under way."""
        self._leaving: list[set[UUID]] = []
        """For each question under way who runs elsewhere: those that ended, or left this server, meanwhile."""
        self._recounting: asyncio.Task[None] | None = None
        self._due = False

    # ── what changes the count ──

    def begins(self, ticket: Ticket) -> None:
        """It runs here."""
        self._admission.let_in(ticket.execution_id, ticket.groups, self._clock.monotonic())

    def begins_elsewhere(self, ticket: Ticket) -> None:
        """It was heard that another server has started it."""
        self._admission.runs_elsewhere(ticket.execution_id, ticket.groups, self._clock.monotonic())

    def leaves(self, execution_id: UUID) -> None:
        """It does not run here any more; whether it does elsewhere is found out by `recount`."""
        for left in self._leaving:
            left.add(execution_id)
        self._admission.ended(execution_id, self._clock.monotonic())

    def has_ended(self, execution_id: UUID) -> None:
        """It does not run any more, here or elsewhere."""
        self.leaves(execution_id)
        self._changed()

    def is_full(self, limits: Sequence[Bound]) -> None:
        """One of these is reached by whom we have not heard of yet; they are closed until the next count."""
        for bound in limits:
            self._admission.is_full(bound.group, self._clock.monotonic())

    @contextmanager
    def coming(self, ticket: Ticket) -> Generator[None]:
        """It is being stored as one that waits."""
        self._coming[ticket.execution_id] = ticket.group
        try:
            yield
        finally:
            del self._coming[ticket.execution_id]

    # ── what makes it right in the end, whatever was missed ──

    async def recount(self) -> None:
        """See in the database who runs on other servers."""
        left = set[UUID]()
        self._leaving.append(left)
        try:
            rows = await patiently(self._leases.owned_executions)
        finally:
            # This one, not one that is equal: it belongs to another question, which needs it yet.
            self._leaving = [one for one in self._leaving if one is not left]
        found = {
            row.execution_id: groups_of(row.group)
            for row in rows
            if row.group is not None and row.execution_id not in self._live and row.execution_id not in left
        }
        self._admission.found_elsewhere(found, self._clock.monotonic())
        self._changed()

    def recount_soon(self) -> None:
        """In a moment, and again while somebody waits for a limit."""
        self._due = True
        if self._recounting is None or self._recounting.done():
            self._recounting = self._spawn(self._recount_while_limited())

    async def _recount_while_limited(self) -> None:
        while self._due or self._admission.limited:
            await asyncio.sleep(AGAIN_S)
            self._due = False
            await self.recount()
            if self._admission.limited:
                await asyncio.sleep(RECOUNT_S)

    # ── what follows from it ──

    async def is_over_limit(self, workflow_id: UUID, concurrency: Concurrency) -> bool:
        """Whether one more would have to wait for one of those that run or wait. Nobody is refused for a count that is
        out of date: before it says so it asks the database."""
        group = Group(workflow_id, concurrency.key)
        if len(self._there(group)) >= concurrency.limit and self._admission.any_elsewhere:
            await self.recount()
        return len(self._there(group)) >= concurrency.limit

    def to_replace(self, execution: Execution) -> Sequence[UUID]:
        """Whom an execution that has come into the queue replaces, where its workflow lets the newest go first: as many
        of the oldest as are over the limit with it, of those that run or wait before it."""
        concurrency, state = execution.state.concurrency, execution.state
        if concurrency is None or concurrency.on_limit != OnLimit.REPLACE_OLDEST or state.exempt:
            return []
        group = Group(state.workflow_id, concurrency.key)
        before = [*self._admission.running(group)]
        waiting = self._admission.queued_of(group)
        before += waiting[: waiting.index(execution.id)]
        return before[: max(0, len(self._there(group)) - concurrency.limit)]

    def _there(self, group: Group) -> list[UUID]:
        coming = (one for one, its in self._coming.items() if group in groups_of(its))
        return [*self._admission.running(group), *self._admission.queued_of(group), *coming]
