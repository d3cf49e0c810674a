"""What is known of the runs before: read from the views, kept for a moment, asked by estimates and statistics."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, Protocol
from uuid import UUID

from application.ports import Clock
from application.preparing import PreparedGraph
from application.projections import rows as r
from application.standing import Step, run_of, standing_of, took_of, waits_for_a_person
from application.versions import Versions
from domain.estimating.quantiles import Range, range_of
from domain.estimating.remaining import PastRun, order_of, played_on
from domain.estimating.starting import Took
from domain.execution.status import FINAL, STEP_FINAL, ExecutionStatus
from domain.values import Part

MOST_RUNS = 100
MOST_STEPS = 20_000
"""Steps that are read of a workflow: of large graphs fewer runs."""
MOST_ITEMS = 4_000
"""Items of maps that are read of a workflow, over all of these runs."""
OWN_ITEMS = 400
"""That are read of one that runs."""
MUCH_ROOM = 1_000
"""On a server that runs nothing itself: how many attempts others have room for it does not know."""
KEPT_S = 5.0
KEPT = 50
"""Workflows whose past is in memory."""


class PastViews(Protocol):
    """Reading the views."""

    async def last_executions(self, workflow_ids: Sequence[UUID], each: int) -> Sequence[r.ExecutionRow]: ...
    async def last_ended(self, workflow_id: UUID, limit: int) -> Sequence[r.ExecutionRow]: ...
    async def step_times(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[r.StepTimes]]: ...
    async def item_times(self, ids: Sequence[UUID], each: int) -> Mapping[UUID, Sequence[r.StepTimes]]: ...


@dataclass(frozen=True, kw_only=True)
class Known:
    """Of a workflow: its last executions and the last that have ended, newest first, the steps of these, and the runs
    that completed."""

    at: float
    rows: Sequence[r.ExecutionRow]
    steps: Mapping[UUID, Sequence[r.StepTimes]]
    runs: Sequence[PastRun]
    graphs: Mapping[int, PreparedGraph]
    """Of the versions that they ran."""

    @cached_property
    def took(self) -> Sequence[Took]:
        """How long those that ended, however they did, held slots and counted in limits."""
        return [
            took_of(row.ended_at - row.started_at, self.steps.get(row.id, ()), self.graphs[row.workflow_version])
            for row in self.rows
            if row.run == 1 and row.started_at is not None and row.ended_at is not None
            if row.status in FINAL and row.workflow_version in self.graphs
        ]


class Remaining(NamedTuple):
    """Seconds that an execution may still take, one as likely as another; none when nothing can be said: too few have
    completed, it is paused or ends, or, with `waits_for_person`, a person is to answer and nobody knows when."""

    seconds: Sequence[float]
    waits_for_person: bool

    @property
    def range(self) -> Range | None:
        """Half of the cases, and nine of ten."""
        return range_of(self.seconds) if self.seconds else None


NOTHING_SAID = Remaining((), waits_for_person=False)


class Past:
    """Reads it at most every KEPT_S seconds."""

    def __init__(self, views: PastViews, versions: Versions, clock: Clock, room: Callable[[], int]) -> None:
        """`room` answers how many attempts may be out at once here."""
        self._views, self._versions, self._clock, self._room = views, versions, clock, room
        self._known: OrderedDict[UUID, Known] = OrderedDict()
        self._orders: OrderedDict[tuple[UUID, int, Part | None], Sequence[str]] = OrderedDict()

    async def of(self, workflow_id: UUID, kept_s: float = KEPT_S) -> Known:
        """The last executions of a workflow, as they were at most `kept_s` seconds ago."""
        now = self._clock.monotonic()
        known = self._known.get(workflow_id)
        if known is not None and now - known.at < kept_s:
            return known
        workflow = await self._versions.workflow(workflow_id)
        latest = workflow.ready_version
        size = len((await self._versions.graph(workflow_id, latest)).graph.nodes) if latest else 1
        each = max(10, min(MOST_RUNS, MOST_STEPS // max(1, size)))
        # The last ones may all be in the queue.
        # What ran only for one step says little about the whole.
        last = [row for row in await self._views.last_executions([workflow_id], each) if row.part is None]
        ended = [row for row in await self._views.last_ended(workflow_id, each) if row.parked is None]
        found = {row.id: row for row in (*last, *ended)}
        rows = sorted(found.values(), key=lambda row: -row.created)
        steps = await self._views.step_times([row.id for row in ended])
        graphs = {
            number: await self._versions.graph(workflow_id, number)
            for number in {row.workflow_version for row in ended}
        }
        completed = [row for row in ended if row.status is ExecutionStatus.COMPLETED and row.run == 1]
        mapping = [row.id for row in completed if any(step.items is not None for step in steps.get(row.id, ()))]
        items = await self._views.item_times(mapping, MOST_ITEMS // max(1, len(mapping)))
        runs = [
            run_of(
                row, row.started_at, steps.get(row.id, ()), items.get(row.id, ()), graphs[row.workflow_version].graph
            )
            for row in completed
            if row.started_at is not None
        ]
        known = self._known[workflow_id] = Known(at=now, rows=rows, steps=steps, runs=runs, graphs=graphs)
        self._known.move_to_end(workflow_id)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known

    async def remaining(self, row: r.ExecutionRow, steps: Sequence[Step], now: datetime) -> Remaining:
        """How long an execution that runs still takes."""
        if row.status is not ExecutionStatus.RUNNING:
            return NOTHING_SAID
        return await self.left(await self.of(row.workflow_id), row, steps, now)

    async def left(self, known: Known, row: r.ExecutionRow, steps: Sequence[Step], now: datetime) -> Remaining:
        """The same of one that runs, from what is known of its workflow."""
        prepared = await self._versions.graph(row.workflow_id, row.workflow_version, row.part)
        if waits_for_a_person(row, steps, prepared):
            return Remaining((), waits_for_person=True)
        mapping = any(step.items is not None and step.status not in STEP_FINAL for step in steps)
        items = (await self._views.item_times([row.id], OWN_ITEMS)).get(row.id, ()) if mapping else ()
        standing = standing_of(steps, items, prepared, self._room() or MUCH_ROOM, now)
        of_version = (row.workflow_id, row.workflow_version, row.part)
        order = self._orders.get(of_version)
        if order is None:
            order = self._orders[of_version] = order_of(prepared.graph)
            if len(self._orders) > KEPT:
                self._orders.popitem(last=False)
        found = played_on(prepared.graph, order, row.workflow_version, known.runs, standing)
        return Remaining(found, waits_for_person=not found and bool(standing.asks))
