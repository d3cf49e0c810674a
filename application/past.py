"""What is known of the runs before: read from the views, kept for a moment, asked by estimates and statistics."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol
from uuid import UUID

from application.ports import Clock
from application.preparing import PreparedGraph
from application.projections import rows as r
from application.versions import Versions
from domain.estimating.quantiles import Range, range_of
from domain.estimating.remaining import PastRun, PastStep, Standing, order_of, played_on
from domain.estimating.starting import Took
from domain.execution.status import FINAL, STEP_FINAL, ExecutionStatus, StepStatus
from domain.paths import item_template
from domain.workflow.graph import Graph

MOST_RUNS = 100
MOST_STEPS = 20_000
"""Steps that are read of a workflow: of large graphs fewer runs."""
KEPT_S = 5.0
KEPT = 50
"""Workflows whose past is in memory."""

Step = r.StepRow | r.StepTimes


class PastViews(Protocol):
    """Reading the views."""

    async def last_executions(self, workflow_ids: Sequence[UUID], each: int) -> Sequence[r.ExecutionRow]: ...
    async def last_ended(self, workflow_id: UUID, limit: int) -> Sequence[r.ExecutionRow]: ...
    async def step_times(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[r.StepTimes]]: ...


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
            _took(row.ended_at - row.started_at, self.steps.get(row.id, ()), self.graphs[row.workflow_version])
            for row in self.rows
            if row.run == 1 and row.started_at is not None and row.ended_at is not None
            if row.status in FINAL and row.workflow_version in self.graphs
        ]


class Past:
    """Reads it at most every KEPT_S seconds."""

    def __init__(self, views: PastViews, versions: Versions, clock: Clock) -> None:
        self._views, self._versions, self._clock = views, versions, clock
        self._known: OrderedDict[UUID, Known] = OrderedDict()
        self._orders: OrderedDict[tuple[UUID, int], Sequence[str]] = OrderedDict()

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
        last = await self._views.last_executions([workflow_id], each)
        ended = [row for row in await self._views.last_ended(workflow_id, each) if row.parked is None]
        found = {row.id: row for row in (*last, *ended)}
        rows = sorted(found.values(), key=lambda row: -row.created)
        steps = await self._views.step_times([row.id for row in ended])
        graphs = {
            number: await self._versions.graph(workflow_id, number)
            for number in {row.workflow_version for row in ended}
        }
        runs = [
            _run_of(
                row, row.started_at, {step.path: step for step in steps.get(row.id, ())},
                graphs[row.workflow_version].graph,
            )
            for row in ended
            if row.status is ExecutionStatus.COMPLETED and row.run == 1 and row.started_at is not None
        ]  # fmt: skip
        known = self._known[workflow_id] = Known(at=now, rows=rows, steps=steps, runs=runs, graphs=graphs)
        self._known.move_to_end(workflow_id)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known

    async def remaining(self, row: r.ExecutionRow, steps: Sequence[Step], now: datetime) -> Range | None:
        """Seconds until an execution that runs completes; None when nothing can be said: too few have completed, a
        person is waited for, it is paused or ends."""
        if row.status is not ExecutionStatus.RUNNING:
            return None
        found = await self.left(await self.of(row.workflow_id), row, steps, now)
        return range_of(found) if found else None

    async def left(self, known: Known, row: r.ExecutionRow, steps: Sequence[Step], now: datetime) -> Sequence[float]:
        """Seconds that one that runs may still take, one as likely as another; none when nothing can be said."""
        if any(_asks_a_person(step) for step in steps):
            return ()
        graph = (await self._versions.graph(row.workflow_id, row.workflow_version)).graph
        of_version = (row.workflow_id, row.workflow_version)
        order = self._orders.get(of_version)
        if order is None:
            order = self._orders[of_version] = order_of(graph)
            if len(self._orders) > KEPT:
                self._orders.popitem(last=False)
        return played_on(graph, order, row.workflow_version, known.runs, _standing(steps, graph, now))


def _asks_a_person(step: Step) -> bool:
    return step.status is StepStatus.WAITING and step.reason in ("approval", "unknown_outcome")


def _standing(steps: Sequence[Step], graph: Graph, now: datetime) -> Standing:
    ended: dict[str, float | None] = {}
    out_s: dict[str, float] = {}
    for step in steps:
        if step.path not in graph.nodes:
            continue
        if step.status in STEP_FINAL:
            ran = None if step.started_at is None or step.ended_at is None else step.ended_at - step.started_at
            ended[step.path] = None if ran is None else max(0.0, ran.total_seconds())
        elif step.started_at is not None and step.status is not StepStatus.PENDING:
            out_s[step.path] = max(0.0, (now - step.started_at).total_seconds())
    return Standing(ended=ended, out_s=out_s)


def _run_of(row: r.ExecutionRow, started: datetime, steps: Mapping[str, r.StepTimes], graph: Graph) -> PastRun:
    found: dict[str, PastStep] = {}
    for node_id in graph.nodes:
        step = steps.get(node_id)
        if step is None or step.started_at is None or step.ended_at is None:
            found[node_id] = PastStep(lag_s=0.0, took_s=None)
            continue
        before = [
            ended
            for edge in graph.incoming[node_id]
            if (source := steps.get(edge.source)) is not None
            and (ended := source.ended_at) is not None
            and ended <= step.started_at
        ]
        opened = max(before, default=started)
        found[node_id] = PastStep(
            lag_s=max(0.0, (step.started_at - opened).total_seconds()),
            took_s=max(0.0, (step.ended_at - step.started_at).total_seconds()),
        )
    return PastRun(version=row.workflow_version, steps=found)


def _took(whole: timedelta, steps: Sequence[r.StepTimes], graph: PreparedGraph) -> Took:
    """From when its attempts were out: for how long any was, and how many at once in that time. Of the items of a map
    the attempts are not read: as many are taken to be out as may be."""
    spans: list[tuple[float, float, int]] = []
    for step in steps:
        node = graph.nodes.get(step.path)
        if node is None:
            continue
        wide = 1 if node.in_worker else 0
        each = node.node.each
        if each is not None and step.items is not None:
            works = graph.templates[item_template(step.path, node.node.id)].in_worker
            wide = min(step.items.total, each.max_parallel or step.items.total) if works else 0
        spans += [
            (attempt.started_at.timestamp(), attempt.ended_at.timestamp(), wide)
            for attempt in step.attempts
            if wide and attempt.ended_at is not None
        ]
    works_s, until = 0.0, 0.0
    for start, end, _ in sorted(spans):
        works_s += max(0.0, end - max(start, until))
        until = max(until, end)
    slots_s = sum((end - start) * wide for start, end, wide in spans)
    counts_s = max(0.0, whole.total_seconds())
    return Took(counts_s, min(works_s, counts_s), max(1, round(slots_s / works_s)) if works_s > 0 else 1)
