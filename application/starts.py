"""When those in the queue will start: read now and then, and kept for a moment for everybody who asks."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol
from uuid import UUID

from application.past import Known, Past
from application.ports import Clock
from application.projections import rows as r
from application.queue_view import QueueStanding, QueueView, Runs
from domain.estimating.quantiles import Range
from domain.estimating.remaining import ENOUGH
from domain.estimating.starting import Awaiting, Outlook, Took, Underway, ranges
from domain.execution.status import ExecutionStatus

PLACES = 200
"""That are always looked at."""
MOST_PLACES = 1_000
"""Behind these nothing is said: what comes meanwhile would matter more than what is known."""
STARTS_PLAYED = 6_000
"""By all plays together, about 6 µs each: some 40 ms, a play at a time between other work."""
FEWEST_PLAYS, MOST_PLAYS = 12, 30
KEPT_S = 2.0
STALE_S = 10.0
"""So old may be what is told while it is played anew: nobody but the first one waits for that."""
PAST_KEPT_S = 30.0
MOST_WORKFLOWS = 30
"""Whose past is read for one estimate; it ends at the first place of a further one."""
LOOKED_AT = 50
"""Running executions whose steps are read; of others only how long they have run."""


class StartViews(Protocol):
    """Reading the views."""

    async def executions_of(self, ids: Sequence[UUID]) -> Sequence[r.ExecutionRow]: ...
    async def step_times(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[r.StepTimes]]: ...


@dataclass(frozen=True, kw_only=True)
class Starts:
    """Seconds from `at` (of the monotonic clock) until each starts; of those behind `places` nothing is known."""

    at: float
    places: int
    ranges: Mapping[UUID, Range]


class StartEstimates:
    """Of the queue as this server sees it."""

    def __init__(self, queue: QueueView, past: Past, views: StartViews, clock: Clock) -> None:
        self._queue, self._past, self._views, self._clock = queue, past, views, clock
        self._kept: Starts | None = None
        self._one_at_a_time = asyncio.Lock()

    async def of(self, asked: Iterable[int], now: datetime) -> Starts:
        """Of those at these places at least, as far as anything is said."""
        places = max((PLACES, *(place for place in asked if place <= MOST_PLACES)))
        kept = self._kept_for(places, STALE_S)
        if kept is not None and self._one_at_a_time.locked():
            return kept  # somebody has begun to play anew
        async with self._one_at_a_time:
            kept = self._kept_for(places, KEPT_S)
            if kept is None:
                kept = self._kept = await self._played(places, now)
            return kept

    def _kept_for(self, places: int, age_s: float) -> Starts | None:
        kept = self._kept
        fits = kept is not None and kept.places >= places and self._clock.monotonic() - kept.at < age_s
        return kept if fits else None

    def told(self, starts: Starts, execution_id: UUID) -> dict[str, float] | None:
        """Milliseconds from now until it starts; None when nobody can say."""
        found = starts.ranges.get(execution_id)
        if found is None:
            return None
        gone_s = self._clock.monotonic() - starts.at
        return {"p50": max(0.0, found.p50 - gone_s) * 1000, "p90": max(0.0, found.p90 - gone_s) * 1000}

    async def _played(self, places: int, now: datetime) -> Starts:
        at = self._clock.monotonic()
        standing = self._queue.standing(places, now)
        known: dict[UUID, Known] = {}
        running = await self._underway(standing, known, now)
        waiting: list[Awaiting] = []
        for ticket, bounds, due_s in standing.waiting:
            past = await self._known(ticket.workflow_id, known)
            if past is None:
                break
            waiting.append(Awaiting(ticket=ticket, bounds=bounds, past=past.took, due_s=due_s))
        outlook = Outlook(slots=standing.slots, free=standing.free, waiting=waiting, running=running)
        plays: list[Sequence[float]] = []
        for play in range(max(FEWEST_PLAYS, min(MOST_PLAYS, STARTS_PLAYED // max(1, len(waiting))))):
            # The same numbers each time: what is told changes with what happens, and not by chance.
            plays.append(outlook.play(Random(play).random))  # noqa: S311 - nothing secret
            await asyncio.sleep(0)
        return Starts(at=at, places=places, ranges=ranges(outlook, plays))

    async def _known(self, workflow_id: UUID, known: dict[UUID, Known]) -> Known | None:
        if workflow_id not in known:
            if len(known) >= MOST_WORKFLOWS:
                return None
            found = await self._past.of(workflow_id, kept_s=PAST_KEPT_S)
            few = len(found.took) < ENOUGH  # then each further run matters
            known[workflow_id] = await self._past.of(workflow_id) if few else found
        return known[workflow_id]

    async def _underway(self, standing: QueueStanding, known: dict[UUID, Known], now: datetime) -> list[Underway]:
        # Those with attempts out first: these hold the slots.
        ids = sorted(standing.running, key=lambda one: -standing.running[one].attempts)[:LOOKED_AT]
        rows = {row.id: row for row in await self._views.executions_of(ids)}
        steps = await self._views.step_times(ids)
        found: list[Underway] = []
        for execution_id, runs in standing.running.items():
            row = rows.get(execution_id)
            if row is not None and row.status is ExecutionStatus.PAUSED:  # its attempts end, and no other starts
                found.append(Underway(groups=runs.groups, slots=0, left=(), needs=runs.needs))
                continue
            past = await self._known(runs.groups[0].workflow_id, known)
            left: Sequence[Took] = ()
            if past is not None:
                left = await self._left(past, row, steps.get(execution_id, ()), runs, now)
            found.append(
                Underway(groups=runs.groups, slots=runs.attempts, wanted=runs.wanted, left=left, needs=runs.needs)
            )
        return found

    async def _left(
        self, past: Known, row: r.ExecutionRow | None, steps: Sequence[r.StepTimes], runs: Runs, now: datetime
    ) -> Sequence[Took]:
        if row is not None and row.status is ExecutionStatus.RUNNING:
            said = await self._past.left(past, row, steps, now)
            if said.seconds or said.waits_for_person:
                return _with_work(said.seconds, past)
        return _by_age(past, runs.started_at or (None if row is None else row.started_at), now)


def _with_work(seconds: Sequence[float], past: Known) -> Sequence[Took]:
    """Of the time that is left attempts are out for the same share as in runs before."""
    whole = sum(one.counts_s for one in past.took)
    share = sum(one.works_s for one in past.took) / whole if whole > 0 else 1.0
    return [Took(s, s * share) for s in seconds]


def _by_age(past: Known, started_at: datetime | None, now: datetime) -> Sequence[Took]:
    """What is left if it takes as long as one of those that took longer than it has run already, however they ended."""
    if len(past.took) < ENOUGH:
        return ()
    age_s = 0.0 if started_at is None else max(0.0, (now - started_at).total_seconds())
    longer = [one.counts_s - age_s for one in past.took if one.counts_s > age_s]
    return _with_work(longer or [age_s], past)  # longer than ever: as long again
