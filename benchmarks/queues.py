"""How often an execution of the queue starts within what was said, on drawn queues that the real admission empties.

Workflows of different length, priorities, a key with a limit, delayed ones; what each run takes is drawn from the
same distribution as the history, and admission itself (`domain/queueing/admission.py`) says who is next. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random
from uuid import UUID

from domain.estimating.starting import Awaiting, Outlook, Took, Underway, ranges
from domain.queueing.admission import Admission, Bound, Group, Ticket, WaitCause
from domain.queueing.slots import Slots

PAST = 40
PLAYS = 30
SEED = 20_261_127
FLOWS = [UUID(int=100 + n) for n in range(3)]


@dataclass(frozen=True, kw_only=True)
class DrawnQueue:
    """What waits, and how long each will take; what runs, with its slots, and how long each still takes. Seconds from
    now, by id; `due` holds those that are delayed."""

    slots: int
    free: Mapping[str, float]
    tickets: Sequence[Ticket]
    due: Mapping[UUID, float]
    running: Mapping[UUID, Ticket]
    takes: Mapping[UUID, float]


def emptied(queue: DrawnQueue) -> Mapping[UUID, float]:
    """When admission lets each in."""
    slots = Slots(queue.slots)
    slots.bound(queue.free)
    admission: Admission[None] = Admission(slots)
    ends: list[tuple[float, int, Ticket]] = []
    for ticket in queue.running.values():
        _let_in(admission, ticket, 0.0)
        ends.append((queue.takes[ticket.execution_id], ticket.position, ticket))
    heapify(ends)
    for ticket in queue.tickets:
        admission.enqueue(ticket, None, 0.0)
        if ticket.execution_id in queue.due:
            admission.hold(ticket.execution_id, 0.0, WaitCause.DELAYED)
    due = sorted((at, execution_id) for execution_id, at in queue.due.items())
    starts: dict[UUID, float] = {}
    now = 0.0
    while True:
        while (first := admission.next_queued(now)) is not None:
            ticket = admission.ticket(first)
            assert ticket is not None
            admission.leave(first)
            _let_in(admission, ticket, now)
            starts[first] = now
            heappush(ends, (now + queue.takes[first], ticket.position, ticket))
        if not (ends or due):
            return starts
        now = min(ends[0][0] if ends else due[0][0], due[0][0] if due else ends[0][0])
        while ends and ends[0][0] <= now:
            _, _, ended = heappop(ends)
            admission.ended(ended.execution_id, now)
            slots.give_back()
            slots.give_back(dict(ended.needs), slots=0)
        while due and due[0][0] <= now:
            admission.release(due.pop(0)[1], now)


def _let_in(admission: Admission[None], ticket: Ticket, now: float) -> None:
    admission.let_in(ticket.execution_id, ticket.groups, now)
    admission.slots.take()
    admission.slots.take(dict(ticket.needs), slots=0)


def drawn_queue(random: Random, takes: Sequence[float], size: int) -> DrawnQueue:
    """`takes`: the median of each workflow, in seconds."""
    slots = random.choice([1, 2, 4, 8])
    capped, scarce = random.random() < 0.5, random.random() < 0.3

    def ticket(number: int, came_at: float, *, delayed: bool = False) -> Ticket:
        flow = FLOWS[random.randrange(len(takes))]
        key = random.choice("abc") if capped and flow == FLOWS[0] else None
        needs = (("gpu", 1.0),) if scarce and random.random() < 0.3 else ()
        return Ticket(
            execution_id=UUID(int=number), workflow_id=flow, came_at=came_at, position=number,
            priority=random.choice([0, 0, 0, 2, 5]), bound=None if key is None else Bound(Group(flow, key), 2),
            needs=needs, delayed=delayed,
        )  # fmt: skip

    due = {UUID(int=1 + n): random.uniform(1, 200) for n in range(size) if random.random() < 0.05}
    tickets = [
        ticket(1 + n, n * 2.0 if (at := due.get(UUID(int=1 + n))) is None else size * 2.0 + at, delayed=at is not None)
        for n in range(size)
    ]
    running: list[Ticket] = []
    for n in range(slots):
        one = ticket(1 + size + n, -1.0)
        held = [other for other in running if other.groups == one.groups]
        if (one.bound is None or len(held) < one.bound.limit) and not one.needs:
            running.append(one)
    median = dict(zip(FLOWS, takes, strict=False))
    return DrawnQueue(
        slots=slots, free={"gpu": 2.0}, tickets=tickets, due=due,
        running={one.execution_id: one for one in running},
        takes={one.execution_id: median[one.workflow_id] * _factor(random) for one in [*tickets, *running]},
    )  # fmt: skip


def _factor(random: Random) -> float:
    return random.lognormvariate(0.0, 0.6)


def outlook_of(queue: DrawnQueue, past: Mapping[UUID, Sequence[Took]], left: Sequence[Sequence[Took]]) -> Outlook:
    """What the estimate is told of it."""
    return Outlook(
        slots=queue.slots, free=queue.free,
        waiting=[
            Awaiting(
                ticket=ticket, bounds=[] if ticket.bound is None else [ticket.bound], past=past[ticket.workflow_id],
                due_s=queue.due.get(ticket.execution_id, 0.0),
            )
            for ticket in queue.tickets
        ],
        running=[
            Underway(groups=one.groups, slots=1, left=some, needs=one.needs)
            for one, some in zip(queue.running.values(), left, strict=True)
        ],
    )  # fmt: skip


def coverage(held_out: int, *, size: int = 40, past: int = PAST, seed: int = SEED) -> tuple[float, float]:
    """The shares of executions, one drawn from each of so many queues, that started within p50 and within p90."""
    random = Random(seed)
    within50 = within90 = asked = 0
    for _ in range(held_out):
        takes = [random.uniform(2, 60) for _ in FLOWS]
        queue = drawn_queue(random, takes, size)
        median = dict(zip(FLOWS, takes, strict=True))

        def history(flow: UUID, median: Mapping[UUID, float] = median) -> list[Took]:
            return [Took(one := median[flow] * _factor(random), one) for _ in range(past)]

        known = {flow: history(flow) for flow in FLOWS}
        outlook = outlook_of(queue, known, [known[one.workflow_id] for one in queue.running.values()])
        told = ranges(outlook, [outlook.play(random.random) for _ in range(PLAYS)])
        truth = emptied(queue)
        # Not one of those that start at once, of which nothing need be known.
        later = [ticket.execution_id for ticket in queue.tickets if truth[ticket.execution_id] > 0]
        chosen = random.choice(later)
        within50 += truth[chosen] <= told[chosen].p50 + 1e-6
        within90 += truth[chosen] <= told[chosen].p90 + 1e-6
        asked += 1
    return within50 / asked, within90 / asked
