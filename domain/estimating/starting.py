"""When those who wait in the queue will start, from how long runs of their workflows took. Pure: chance comes in.

The queue is played on many times, each time with other times for what runs and what waits, by the rules that admission
goes by (`domain/queueing/admission.py`): the order with its shares, limits, keys, needs, and who is not due yet. What
is left out: who comes later, and limits of single kinds of node.

How long the runs of a workflow take on average is known from few of them only. Each play draws from an urn that a drawn
run is put back into twice (Blackwell and MacQueen 1973), so that plays differ in the average as much as the few leave
it open. The urn begins with a weight of n - 4 for n runs: then the average varies as Student's does, (n - 1) / (n - 3)
times what the sample says.
"""

from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace
from math import inf
from typing import NamedTuple
from uuid import UUID

from domain.estimating.quantiles import Range, quantile
from domain.estimating.remaining import ENOUGH
from domain.queueing.admission import MOST_SHARED, SHARE_S, Bound, Group, Needs, Ticket
from domain.queueing.slots import Amounts

Draw = Callable[[], float]
"""A number from 0 to below 1, any as likely as another."""


class Took(NamedTuple):
    """How a run went, in seconds: it counted in its limits for `counts_s`, and had attempts out for `works_s` on each
    of `wide` slots."""

    counts_s: float
    works_s: float
    wide: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """An execution in the queue. It comes under `bounds`, starts in `due_s` seconds at the earliest, and may then go as
    any of `past` went."""

    ticket: Ticket
    bounds: Sequence[Bound]
    past: Sequence[Took]
    due_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """An execution that runs, with attempts on so many slots; as many as are `wanted` more it takes before anybody
    starts. What is `left` of it is one of these; empty: nobody can say."""

    groups: Sequence[Group]
    slots: int
    left: Sequence[Took]
    needs: Needs = ()
    wanted: int = 0


_Place = tuple[float, int, UUID, int]
"""In a line: its moment and position, its id, its index."""
_Head = tuple[float, int, UUID, int]
"""Before a workflow: how the first of a line stands, its position, its id, and the line."""


class _Line(NamedTuple):
    """Those that share all limits; groups by their numbers, `key` the one whose share counts beside the workflow's."""

    workflow: int
    key: int | None
    bounds: Sequence[tuple[int, int]]
    needs: Needs
    waiting: list[_Place]


class Outlook:
    """The queue as it stands; `play` it as often as one likes."""

    def __init__(self, *, slots: int, free: Amounts, waiting: Sequence[Awaiting], running: Sequence[Underway]) -> None:
        """`free` is what is left of the machine, by resource, beside what those that run hold."""
        self.slots, self.free, self.waiting, self.running = slots, free, waiting, running
        self._numbers: dict[Group, int] = {}
        self.lines: list[_Line] = []
        self.line_of: list[int] = []
        self.due: list[tuple[float, int]] = []
        """Who is not due yet, the last first: seconds before now, and the index."""
        known: dict[object, int] = {}
        for index, one in enumerate(waiting):
            ticket = one.ticket
            kind = (ticket.workflow_id, ticket.bound, tuple(one.bounds), ticket.needs)
            number = known.setdefault(kind, len(self.lines))
            if number == len(self.lines):
                self.lines.append(self._line(one))
            self.line_of.append(number)
            if one.due_s > 0:
                insort(self.due, (-one.due_s, index))
            else:
                self.lines[number].waiting.append((*ticket.order, index))
        self.groups_of = [[self._number(group) for group in one.ticket.groups] for one in waiting]
        self.underway = [[self._number(group) for group in one.groups] for one in running]
        self.groups = len(self._numbers)
        self.touched: list[list[int]] = [[] for _ in range(self.groups)]
        """By group: the lines that stand otherwise, or may start, once another number of it runs."""
        for number, line in enumerate(self.lines):
            line.waiting.sort()
            for group in {*(() if line.key is None else (line.key,)), *(group for group, _ in line.bounds)}:
                self.touched[group].append(number)

    def _number(self, group: Group) -> int:
        return self._numbers.setdefault(group, len(self._numbers))

    def _line(self, one: Awaiting) -> _Line:
        ticket = one.ticket
        key = None if ticket.bound is None or ticket.bound.group.key is None else self._number(ticket.bound.group)
        bounds = [(self._number(bound.group), bound.limit) for bound in one.bounds]
        return _Line(self._number(Group(ticket.workflow_id)), key, bounds, ticket.needs, [])

    def play(self, draw: Draw) -> Sequence[float]:
        """Seconds until each of `waiting` starts, as it may come to pass; infinite where nobody can say."""
        return _Play(self, draw).starts()


class _Play:
    """One way it may come to pass."""

    def __init__(self, outlook: Outlook, draw: Draw) -> None:
        self._outlook, self._draw = outlook, draw
        self._counts = [0] * outlook.groups
        self._free = {**outlook.free}
        self._lines = [[*line.waiting] for line in outlook.lines]
        self._offered: list[_Head | None] = [None] * len(self._lines)
        self._heads: dict[int, list[_Head]] = {}
        self._urns: dict[int, list[Took]] = {}
        self._ends: list[tuple[float, int, Sequence[int], Needs]] = []
        """When those that run count no more."""
        self._can_be_said = True
        busy: list[float] = []
        wanted: list[tuple[float, Underway]] = []
        for one, groups in zip(outlook.running, outlook.underway, strict=True):
            took = one.left[int(draw() * len(one.left))] if one.left else None
            self._count(groups, 1)
            if took is not None:
                heappush(self._ends, (took.counts_s, len(self._ends), groups, one.needs))
                busy += [took.works_s] * one.slots
                if one.wanted:
                    wanted.append((took.works_s, one))
            elif one.slots or one.wanted:
                self._can_be_said = False
        idle = outlook.slots - len(busy)
        self._slots = [0.0] * idle + busy if idle >= 0 else sorted(busy)[-outlook.slots :]
        """When each is free."""
        heapify(self._slots)
        for works_s, one in wanted:
            for _ in range(min(one.wanted, len(self._slots) - one.slots)):
                free_at = self._slots[0]
                heapreplace(self._slots, max(free_at, works_s) if one.slots else free_at + works_s)

    def starts(self) -> Sequence[float]:
        """Of each that waits."""
        outlook, ends, slots, due = self._outlook, self._ends, self._slots, [*self._outlook.due]
        found = [inf] * len(outlook.waiting)
        if not (slots and self._can_be_said):
            return found
        for line in range(len(self._lines)):
            self._offer(line)
        now = 0.0
        while True:
            now = max(now, slots[0])
            while ends and ends[0][0] <= now:
                _, _, groups, needs = heappop(ends)
                self._give_back(groups, needs)
            while due and -due[-1][0] <= now:
                _, index = due.pop()
                line = outlook.line_of[index]
                heappush(self._lines[line], (*outlook.waiting[index].ticket.order, index))
                self._offer(line)
            line = self._first()
            if line is None:
                if not (ends or due):
                    return found
                now = min(ends[0][0] if ends else inf, -due[-1][0] if due else inf)
                continue
            *_, index = heappop(self._lines[line])
            one, groups = outlook.waiting[index], outlook.groups_of[index]
            found[index] = now
            if len(one.past) < ENOUGH:
                return found  # how long it will be in the way of the others nobody knows
            took = self._drawn(one.past)
            for resource, amount in one.ticket.needs:
                self._free[resource] = self._free.get(resource, 0.0) - amount
            heappush(ends, (now + took.counts_s, len(found) + index, groups, one.ticket.needs))
            if took.wide == 1:
                heapreplace(slots, now + took.works_s)
            else:
                for free_at in [heappop(slots) for _ in range(min(took.wide, len(slots)))]:
                    heappush(slots, max(now, free_at) + took.works_s)
            self._count(groups, 1)
            self._offer(line)

    def _drawn(self, past: Sequence[Took]) -> Took:
        urn = self._urns.setdefault(id(past), [])
        weight = len(past) - 4
        ball = self._draw() * (weight + len(urn))
        if ball < weight:
            took = past[min(len(past) - 1, int(ball / weight * len(past)))]
        else:
            took = urn[min(len(urn) - 1, int(ball - weight))]
        urn.append(took)
        return took

    def _count(self, groups: Sequence[int], more: int) -> None:
        for group in groups:
            self._counts[group] += more
            for line in self._outlook.touched[group]:
                self._offer(line)

    def _give_back(self, groups: Sequence[int], needs: Needs) -> None:
        for resource, amount in needs:
            self._free[resource] = self._free.get(resource, 0.0) + amount
        self._count(groups, -1)
        if needs:
            for number, line in enumerate(self._outlook.lines):
                if line.needs:
                    self._offer(number)

    # ── who is next, as in admission ──

    def _offer(self, number: int) -> None:
        """How the line's first stands may be new, or it may start now."""
        waiting = self._lines[number]
        if not waiting:
            self._offered[number] = None
            return
        line, (moment, position, execution_id, _) = self._outlook.lines[number], waiting[0]
        share = 0.0 if line.key is None else SHARE_S * min(MOST_SHARED, self._counts[line.key])
        head = (moment + share, position, execution_id, number)
        if head != self._offered[number]:
            self._offered[number] = head
            heappush(self._heads.setdefault(line.workflow, []), head)

    def _first(self) -> int | None:
        best: _Head | None = None
        counts, offered, lines = self._counts, self._offered, self._outlook.lines
        for workflow, heads in self._heads.items():
            while heads:
                head = heads[0]
                number = head[3]
                if head == offered[number]:
                    line = lines[number]
                    if not (line.bounds or line.needs) or self._may_start(line):
                        moment = head[0] + SHARE_S * min(MOST_SHARED, counts[workflow])
                        if best is None or moment <= best[0]:
                            standing = (moment, *head[1:])
                            best = standing if best is None else min(best, standing)
                        break
                    offered[number] = None
                heappop(heads)
        return None if best is None else best[3]

    def _may_start(self, line: _Line) -> bool:
        for group, limit in line.bounds:
            if self._counts[group] >= limit:
                return False
        return all(round(self._free.get(resource, 0.0), 6) >= amount for resource, amount in line.needs)


def ranges(outlook: Outlook, plays: Sequence[Sequence[float]]) -> Mapping[UUID, Range]:
    """Seconds until each that waits starts; those nobody can say it of are left out."""
    found: dict[UUID, Range] = {}
    for one, starts in zip(outlook.waiting, zip(*plays, strict=True), strict=True):
        ordered = sorted(starts)
        # The rank of p90 falls between two plays; both must have come to a start.
        if ordered[min(len(ordered) - 1, int((len(ordered) + 1) * 0.9))] < inf:
            found[one.ticket.execution_id] = Range(p50=quantile(ordered, 0.5), p90=quantile(ordered, 0.9))
    return found
