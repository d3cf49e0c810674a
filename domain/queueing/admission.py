"""Who starts next, and why the others wait. Pure: no clock, no I/O.

An execution is let in when a slot is free that no running execution waits for (`slots.py`), no limit of its groups is
reached, and what it needs of the machine is free.

A place in the queue is a moment: when the execution came, moved forward by AGEING_S for each step of its priority, and
back by SHARE_S for each running execution of its workflow and of its key, of which at most MOST_SHARED count. The
first part never changes, so nobody starves: an execution of priority p starts, once its limits let it, before any that
came (highest priority - p) * AGEING_S + 2 * MOST_SHARED * SHARE_S later. Whoever may not start because of a limit, is
held or is not due yet holds up nobody outside their group.
"""

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappop, heappush, merge, nsmallest
from itertools import islice
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from domain.queueing.slots import Short, Slots

AGEING_S = 30.0
SHARE_S = 5.0
MOST_SHARED = 12

T = TypeVar("T")


class Group(NamedTuple):
    """Executions that are counted together: all of a workflow, or those of it with one concurrency key."""

    workflow_id: UUID
    key: str | None = None


class Bound(NamedTuple):
    """At most so many executions of a group run at once."""

    group: Group
    limit: int


Needs = tuple[tuple[str, float], ...]
"""How much of which resources; hashable."""


class WaitCause(StrEnum):
    """Why an execution waits."""

    SLOTS = "slots"
    """No slot is free, or others are before it."""
    WORKFLOW_LIMIT = "workflow_limit"
    KEY_LIMIT = "key_limit"
    RESOURCES = "resources"
    """Too little of the machine is free."""
    HELD = "held"
    """By a person."""
    DELAYED = "delayed"
    """Until a moment that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An execution that waits. `came_at` in seconds of a clock that all tickets share, of a delayed one the moment it
    waits for; `position` in the log tells apart who came at the same moment. `bound` is what its definition says."""

    execution_id: UUID
    workflow_id: UUID
    came_at: float
    position: int
    priority: int = 0
    bound: Bound | None = None
    exempt: bool = False
    """No limit keeps it out: an execution of the same workflow waits for it."""
    needs: Needs = ()
    """What must be free when it starts."""
    debounce: str | None = None
    """Only the last one of its workflow and this runs, of those that are delayed together."""
    delayed: bool = False
    """It may not start before `came_at`."""

    @property
    def moment(self) -> float:
        """Its place, before shares."""
        return self.came_at - self.priority * AGEING_S

    @property
    def order(self) -> tuple[float, int, UUID]:
        """Its place among those it shares all limits with."""
        return (self.moment, self.position, self.execution_id)

    @property
    def group(self) -> Group:
        """The smallest it counts in."""
        return self.groups[-1]

    @property
    def groups(self) -> tuple[Group, ...]:
        """Where it counts once it runs."""
        whole = Group(self.workflow_id)
        return (whole,) if self.bound is None or self.bound.group == whole else (whole, self.bound.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Why an execution waits. Of a limit that is reached: the `bound`, and `holders` (the executions that run, oldest
    first); `short` of a resource; `place` from 1 among all that are not held, 0 for one that is;
    `higher`: how many before it have a higher priority."""

    cause: WaitCause
    bound: Bound | None = None
    short: Short | None = None
    holders: Sequence[UUID] = ()
    place: int = 0
    higher: int = 0


class Turn(NamedTuple):
    """From `since` on it waited for this; of a limit that is reached `holder` is the oldest of those that run."""

    since: float
    cause: WaitCause
    holder: UUID | None = None


TURNS_KEPT = 20
"""The last ones: of more that came and went while somebody waited, the first are not told."""
_Seconds = dict[WaitCause, float]


class _Kind(NamedTuple):
    """What those of a line have in common."""

    workflow_id: UUID
    bound: Bound | None
    exempt: bool
    needs: Needs


class _Barrier(NamedTuple):
    """What keeps those of a line out."""

    cause: WaitCause
    bound: Bound | None = None
    short: Short | None = None


@dataclass(slots=True, eq=False)
class _Line:
    """Those that share all limits, in order. `waited` counts seconds by cause since the line exists."""

    kind: "_Kind"
    cause: WaitCause
    since: float
    tickets: list[tuple[float, int, UUID]] = field(default_factory=list[tuple[float, int, UUID]])
    waited: "_Seconds" = field(default_factory=dict[WaitCause, float])
    offered: tuple[float, int, UUID] | None = None
    """How it stands among the heads; None when it does not."""
    turns: deque[Turn] = field(default_factory=lambda: deque[Turn](maxlen=TURNS_KEPT))

    def count(self, now: float) -> "_Seconds":
        """Seconds by cause until now."""
        self.waited[self.cause] = self.waited.get(self.cause, 0.0) + now - self.since
        self.since = now
        return self.waited


@dataclass(slots=True)
class _Entry(Generic[T]):
    ticket: Ticket
    kept: T
    line: _Line | None
    """None while it stands apart."""
    since: float
    before: "_Seconds"
    """What its line had waited when it came."""
    waited: "_Seconds"
    """What it has waited outside that line."""
    apart: WaitCause = WaitCause.HELD
    joined: float = 0.0
    """When it came to its line."""
    turns: list[Turn] = field(default_factory=list[Turn])
    """Before it came to its line, or since it stands apart."""


def _kind_of(ticket: Ticket) -> _Kind:
    return _Kind(ticket.workflow_id, ticket.bound, ticket.exempt, ticket.needs)


class Admission(Generic[T]):
    """The queue of one service. `T` is what is kept of a queued execution. `now` is in seconds of any clock that does
    not go back."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self._caps: dict[UUID, int] = {}
        self._needing: list[_Line] = []
        """Lines of those that need something of the machine."""
        self._entries: dict[UUID, _Entry[T]] = {}
        self._queued_in: Counter[UUID] = Counter()
        self._lines: dict[UUID, dict[_Kind, _Line]] = {}
        self._heads: dict[UUID, list[tuple[float, int, UUID]]] = {}
        """By workflow, a heap of the heads of its lines with their shares; what is out of date is left out when met."""
        self._by_group: dict[Group, list[_Line]] = {}
        self._elsewhere: set[UUID] = set()
        self._full: set[Group] = set()
        self._running: dict[Group, dict[UUID, None]] = {}
        self._groups: dict[UUID, tuple[Group, ...]] = {}

    # ── limits that are set from outside ──

    def cap(self, caps: Mapping[UUID, int], now: float) -> None:
        """At most so many executions of these workflows run at once, whatever their definitions say, and of others as
        many as theirs say."""
        changed = {workflow_id for workflow_id, _ in self._caps.items() ^ caps.items()}
        self._caps = dict(caps)
        for workflow_id in changed:
            for line in [*self._lines.get(workflow_id, {}).values()]:
                self._judge(line, now)

    def limits_of(self, ticket: Ticket) -> tuple[Bound, ...]:
        """What an execution comes under when it starts."""
        return self._bounds(_kind_of(ticket))

    def _bounds(self, kind: _Kind) -> tuple[Bound, ...]:
        if kind.exempt:
            return ()
        own = () if kind.bound is None else (kind.bound,)
        cap = self._caps.get(kind.workflow_id)
        return own if cap is None else (Bound(Group(kind.workflow_id), cap), *own)

    # ── who runs ──

    def let_in(self, execution_id: UUID, groups: tuple[Group, ...], now: float) -> None:
        """The execution runs here and counts. Idempotent."""
        self._elsewhere.discard(execution_id)
        if execution_id in self._groups:
            return
        self._groups[execution_id] = groups
        for group in groups:
            self._running.setdefault(group, {})[execution_id] = None
            self._changed(group, now)

    def ended(self, execution_id: UUID, now: float) -> None:
        """It counts no more. Idempotent."""
        self._elsewhere.discard(execution_id)
        for group in self._groups.pop(execution_id, ()):
            running = self._running[group]
            del running[execution_id]
            if not running:
                del self._running[group]
            self._changed(group, now)

    def runs_elsewhere(self, execution_id: UUID, groups: tuple[Group, ...], now: float) -> None:
        """The execution runs on another server and counts, until it has ended or is not found there. Idempotent."""
        if execution_id not in self._groups:
            self.let_in(execution_id, groups, now)
            self._elsewhere.add(execution_id)

    def found_elsewhere(self, found: Mapping[UUID, tuple[Group, ...]], now: float) -> None:
        """These run elsewhere, and no others; limits that were reached unseen are seen now."""
        for gone in self._elsewhere - found.keys():
            self.ended(gone, now)
        for execution_id, groups in found.items():
            self.runs_elsewhere(execution_id, groups, now)
        full, self._full = self._full, set()
        for group in full:
            self._changed(group, now)

    def is_full(self, group: Group, now: float) -> None:
        """A limit of the group is reached by whom this server has not heard of yet; until `found_elsewhere`."""
        self._full.add(group)
        self._changed(group, now)

    @property
    def any_elsewhere(self) -> bool:
        """Whether some of those that count run on other servers."""
        return bool(self._elsewhere)

    @property
    def running_in_all(self) -> int:
        """How many run, on all servers."""
        return len(self._groups)

    def who_runs(self) -> Mapping[UUID, tuple[Group, ...]]:
        """All that count, with their groups."""
        return self._groups

    def running(self, group: Group) -> Sequence[UUID]:
        """Who runs of a group, oldest first."""
        return [*self._running.get(group, ())]

    def _barrier(self, kind: _Kind) -> _Barrier | None:
        """What keeps an execution out now."""
        for bound in self._bounds(kind):
            if bound.group in self._full or len(self._running.get(bound.group, ())) >= bound.limit:
                return _Barrier(WaitCause.WORKFLOW_LIMIT if bound.group.key is None else WaitCause.KEY_LIMIT, bound)
        short = self.slots.lacks(dict(kind.needs)) if kind.needs else None
        return None if short is None else _Barrier(WaitCause.RESOURCES, short=short)

    def _changed(self, group: Group, now: float) -> None:
        """So many run of the group: who waits in it may be nearer or farther, and for another cause."""
        if group.key is None and group.workflow_id in self._caps:
            lines = [*self._lines.get(group.workflow_id, {}).values()]
        else:
            lines = self._by_group.get(group, ())
        for line in lines:
            self._judge(line, now)

    def _judge(self, line: _Line, now: float) -> None:
        barrier = self._barrier(line.kind)
        cause = WaitCause.SLOTS if barrier is None else barrier.cause
        if cause is not line.cause:
            line.count(now)
            line.cause = cause
        bound = None if barrier is None else barrier.bound
        holder = None if bound is None else next(iter(self._running.get(bound.group, ())), None)
        last = line.turns[-1] if line.turns else None
        if last is None or (last.cause, last.holder) != (cause, holder):
            line.turns.append(Turn(now, cause, holder))
        if barrier is None:
            self._offer(line)

    # ── the queue ──

    def enqueue(self, ticket: Ticket, kept: T, now: float, waited: Mapping[WaitCause, float] | None = None) -> None:
        """It waits from now on, at its place; `waited` is what it has waited before, in seconds by cause. One that
        waits already goes on waiting, by the new ticket."""
        before = self._entries.get(ticket.execution_id)
        turns: list[Turn] = []
        if before is not None:
            waited, turns = self._waited(before, now), self._turns(before)
            self.leave(ticket.execution_id)
        entry = _Entry(ticket, kept, None, now, {}, dict(waited or {}), turns=turns)
        self._entries[ticket.execution_id] = entry
        self._queued_in[ticket.workflow_id] += 1
        self._line_up(entry, now)

    def hold(self, execution_id: UUID, now: float, cause: WaitCause = WaitCause.HELD) -> None:
        """It does not start until it is released, because a person holds it or it is delayed. Idempotent."""
        entry = self._entries.get(execution_id)
        if entry is not None and (entry.line is not None or entry.apart is not cause):
            entry.waited = self._waited(entry, now)
            entry.turns = [*self._turns(entry), Turn(now, cause)]
            self._step_out(entry)
            entry.since, entry.apart = now, cause

    def release(self, execution_id: UUID, now: float) -> None:
        """It waits at its place again. Idempotent."""
        entry = self._entries.get(execution_id)
        if entry is not None and entry.line is None:
            entry.waited = self._waited(entry, now)
            self._line_up(entry, now)

    def leave(self, execution_id: UUID) -> T | None:
        """Take out of the queue; None when it is not there."""
        entry = self._entries.pop(execution_id, None)
        if entry is None:
            return None
        workflow_id = entry.ticket.workflow_id
        self._queued_in[workflow_id] -= 1
        if not self._queued_in[workflow_id]:
            del self._queued_in[workflow_id]
        self._step_out(entry)
        return entry.kept

    def next_queued(self, now: float) -> UUID | None:
        """Who starts next, when a slot is free. It stays in the queue until it leaves."""
        if not (self._entries and self.slots.may_admit):
            return None
        self.resources_changed(now)
        return self._head()

    def resources_changed(self, now: float) -> None:
        """More or less of the machine is free: who needs something of it may start, or no more."""
        for line in self._needing:
            self._judge(line, now)

    def open_to(self, ticket: Ticket, now: float) -> bool:
        """Whether an execution that comes now may start at once: a slot is free, nobody could take it before, and
        nothing else keeps it out."""
        return self.slots.may_admit and self._barrier(_kind_of(ticket)) is None and self.next_queued(now) is None

    def kept(self, execution_id: UUID) -> T | None:
        """What is kept of a queued execution; None when it is not in the queue."""
        entry = self._entries.get(execution_id)
        return None if entry is None else entry.kept

    def ticket(self, execution_id: UUID) -> Ticket | None:
        """The ticket of a queued execution."""
        entry = self._entries.get(execution_id)
        return None if entry is None else entry.ticket

    def everybody(self) -> Sequence[UUID]:
        """Who waits, in no order."""
        return [*self._entries]

    @property
    def queued(self) -> int:
        """How many wait in the queue."""
        return len(self._entries)

    def queued_in(self, workflow_id: UUID) -> int:
        """How many wait of a workflow, held ones included."""
        return self._queued_in.get(workflow_id, 0)

    def queued_of(self, group: Group) -> Sequence[UUID]:
        """Who waits of a group, in order."""
        lines = self._lines.get(group.workflow_id, {}).values()
        found = [one for line in lines for one in line.tickets]
        held = [entry.ticket.order for entry in self._entries.values() if entry.line is None]
        return [
            execution_id
            for _, _, execution_id in sorted([*found, *held])
            if group in self._entries[execution_id].ticket.groups
        ]

    def in_order(self) -> Iterator[tuple[Ticket, Waits]]:
        """Everybody and why they wait, by their places before shares; then who is held."""
        before = dict[int, int]()
        lines = (line.tickets for lines in self._lines.values() for line in lines.values())
        for place, (_, _, execution_id) in enumerate(merge(*lines), 1):
            entry = self._entries[execution_id]
            priority = entry.ticket.priority
            higher = sum(count for other, count in before.items() if other > priority)
            before[priority] = before.get(priority, 0) + 1
            yield entry.ticket, self._explain(entry, place, higher)
        for entry in [*self._entries.values()]:
            if entry.line is None:
                yield entry.ticket, Waits(cause=entry.apart)

    def first(self, most: int) -> Sequence[Ticket]:
        """Those at the first places, in order."""
        lines = (line.tickets for lines in self._lines.values() for line in lines.values())
        # Nobody of a line is before its head; merging thousands of lines of one each would take far longer.
        nearest = nsmallest(most, lines, key=lambda tickets: tickets[0])
        return [self._entries[execution_id].ticket for _, _, execution_id in islice(merge(*nearest), most)]

    def delayed(self) -> Sequence[Ticket]:
        """Those that are not due yet, the next first."""
        found = [
            entry.ticket for entry in self._entries.values() if entry.line is None and entry.apart is WaitCause.DELAYED
        ]
        return sorted(found, key=lambda ticket: ticket.came_at)

    def oldest(self) -> float | None:
        """When the one came that waits longest."""
        return min((entry.ticket.came_at for entry in self._entries.values()), default=None)

    def priorities(self) -> Mapping[int, int]:
        """How many wait of each priority, the highest first."""
        found = Counter(entry.ticket.priority for entry in self._entries.values())
        return dict(sorted(found.items(), reverse=True))

    @property
    def limited(self) -> bool:
        """Whether somebody waits for a limit."""
        limits = (WaitCause.WORKFLOW_LIMIT, WaitCause.KEY_LIMIT)
        return any(line.cause in limits for lines in self._lines.values() for line in lines.values())

    def causes(self) -> Mapping[WaitCause, int]:
        """How many wait for each cause."""
        found: dict[WaitCause, int] = {}
        for lines in self._lines.values():
            for line in lines.values():
                found[line.cause] = found.get(line.cause, 0) + len(line.tickets)
        if len(self._entries) > sum(found.values()):
            for entry in self._entries.values():
                if entry.line is None:
                    found[entry.apart] = found.get(entry.apart, 0) + 1
        return found

    def bounds(self) -> Sequence[tuple[Bound, int, int]]:
        """The limits that somebody waits under: each with how many run and how many wait, most waiting first."""
        found: dict[Bound, int] = {}
        for lines in self._lines.values():
            for line in lines.values():
                for bound in self._bounds(line.kind):
                    found[bound] = found.get(bound, 0) + len(line.tickets)
        told = [(bound, len(self._running.get(bound.group, ())), waiting) for bound, waiting in found.items()]
        return sorted(told, key=lambda one: -one[2])

    def place(self, execution_id: UUID) -> int | None:
        """The place in the queue, from 1, before shares; 0 while it is held."""
        entry = self._entries.get(execution_id)
        if entry is None:
            return None
        if entry.line is None:
            return 0
        return self.place_among(entry.ticket)

    def delayed_with(self, workflow_id: UUID, key: str) -> Sequence[UUID]:
        """Those of a workflow that are delayed and have this key, oldest first."""
        return sorted(
            execution_id
            for execution_id, entry in self._entries.items()
            if entry.line is None
            and entry.apart is WaitCause.DELAYED
            and entry.ticket.workflow_id == workflow_id
            and entry.ticket.debounce == key
        )

    def place_among(self, ticket: Ticket) -> int:
        """The place it has, or would have."""
        order = ticket.order
        return 1 + sum(bisect_left(line.tickets, order) for lines in self._lines.values() for line in lines.values())

    def explain(self, execution_id: UUID) -> Waits | None:
        """Why it waits; None when it does not."""
        entry = self._entries.get(execution_id)
        if entry is None:
            return None
        if entry.line is None:
            return Waits(cause=entry.apart)
        ticket = entry.ticket
        higher = sum(
            other.ticket.priority > ticket.priority and other.line is not None and other.ticket.order < ticket.order
            for other in self._entries.values()
        )
        return self._explain(entry, self.place(execution_id) or 0, higher)

    def _explain(self, entry: _Entry[T], place: int, higher: int) -> Waits:
        barrier = self._barrier(_kind_of(entry.ticket))
        if barrier is None:
            return Waits(cause=WaitCause.SLOTS, place=place, higher=higher)
        cause, bound, short = barrier
        if bound is None:
            return Waits(cause=cause, short=short, place=place, higher=higher)
        holders = self.running(bound.group)
        return Waits(cause=cause, bound=bound, holders=holders, place=place, higher=higher)

    def waited(self, execution_id: UUID, now: float) -> Mapping[WaitCause, float]:
        """Seconds it has waited until now, by cause; they add up to its time in this queue."""
        entry = self._entries.get(execution_id)
        return {} if entry is None else {cause: s for cause, s in self._waited(entry, now).items() if s > 0}

    def turns(self, execution_id: UUID) -> Sequence[Turn]:
        """What it has waited for since it came into this queue, one after the other."""
        entry = self._entries.get(execution_id)
        return () if entry is None else self._turns(entry)[-TURNS_KEPT:]

    # ── order ──

    def _turns(self, entry: _Entry[T]) -> list[Turn]:
        if entry.line is None:
            return entry.turns
        turns, joined = [*entry.line.turns], entry.joined
        # The one that held when it came holds for it from then on.
        first = max((nth for nth, turn in enumerate(turns) if turn.since <= joined), default=None)
        if first is not None:
            turns = [turns[first]._replace(since=joined), *turns[first + 1 :]]
        return [*entry.turns, *turns]

    def _waited(self, entry: _Entry[T], now: float) -> _Seconds:
        waited = dict(entry.waited)
        if entry.line is None:
            waited[entry.apart] = waited.get(entry.apart, 0.0) + now - entry.since
            return waited
        for cause, seconds in entry.line.count(now).items():
            waited[cause] = waited.get(cause, 0.0) + seconds - entry.before.get(cause, 0.0)
        return waited

    def _line_up(self, entry: _Entry[T], now: float) -> None:
        ticket, kind = entry.ticket, _kind_of(entry.ticket)
        lines = self._lines.setdefault(ticket.workflow_id, {})
        line = lines.get(kind)
        if line is None:
            line = lines[kind] = _Line(kind, WaitCause.SLOTS, now)
            if kind.bound is not None:
                self._by_group.setdefault(kind.bound.group, []).append(line)
            if kind.needs:
                self._needing.append(line)
            self._judge(line, now)
        insort(line.tickets, ticket.order)
        entry.line, entry.before, entry.joined = line, dict(line.count(now)), now
        self._offer(line)

    def _step_out(self, entry: _Entry[T]) -> None:
        line, entry.line = entry.line, None
        if line is None:
            return
        del line.tickets[bisect_left(line.tickets, entry.ticket.order)]
        if line.tickets:
            self._offer(line)
            return
        workflow_id, bound = line.kind.workflow_id, line.kind.bound
        del self._lines[workflow_id][line.kind]
        if line.kind.needs:
            self._needing.remove(line)
        if bound is not None:
            same = self._by_group[bound.group]
            same.remove(line)
            if not same:
                del self._by_group[bound.group]
        if not self._lines[workflow_id]:
            del self._lines[workflow_id]
            self._heads.pop(workflow_id, None)

    def _offer(self, line: _Line) -> None:
        """The line's head, or how it stands, may be new."""
        standing = self._standing(line) if line.tickets else None
        if standing is not None and standing != line.offered:
            heappush(self._heads.setdefault(line.kind.workflow_id, []), standing)
            line.offered = standing

    def _standing(self, line: _Line) -> tuple[float, int, UUID]:
        moment, position, execution_id = line.tickets[0]
        bound = line.kind.bound
        return (moment + self._share(None if bound is None else bound.group), position, execution_id)

    def _share(self, group: Group | None) -> float:
        if group is None or group.key is None:
            return 0.0
        return SHARE_S * min(MOST_SHARED, len(self._running.get(group, ())))

    def _head(self) -> UUID | None:
        """Who starts next of those whom no limit keeps out."""
        best: tuple[float, int, UUID] | None = None
        for workflow_id in [*self._heads]:
            head = self._head_of(workflow_id)
            if head is not None:
                moment, position, execution_id = head
                running = min(MOST_SHARED, len(self._running.get(Group(workflow_id), ())))
                standing = (moment + SHARE_S * running, position, execution_id)
                best = standing if best is None else min(best, standing)
        return None if best is None else best[2]

    def _head_of(self, workflow_id: UUID) -> tuple[float, int, UUID] | None:
        heads = self._heads[workflow_id]
        while heads:
            entry = self._entries.get(heads[0][2])
            line = None if entry is None else entry.line
            if line is not None and heads[0] == line.offered:
                if line.cause is WaitCause.SLOTS:
                    return heads[0]
                line.offered = None
            heappop(heads)
        del self._heads[workflow_id]
        return None
