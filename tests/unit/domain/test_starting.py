"""When those who wait will start: by the order of admission, kept as said, and nothing said where nothing is known."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from random import Random
from time import perf_counter
from uuid import UUID

import pytest

from benchmarks.queues import FLOWS, coverage, drawn_queue, emptied, outlook_of
from domain.estimating.remaining import ENOUGH
from domain.estimating.starting import Awaiting, Outlook, Took, Underway, ranges
from domain.queueing.admission import Bound, Group, Ticket

TEN = [Took(10.0, 10.0)] * ENOUGH


def ticket(number: int, *, flow: int = 0, priority: int = 0, key: str | None = None, limit: int = 1) -> Ticket:
    bound = None if key is None else Bound(Group(FLOWS[flow], key), limit)
    return Ticket(
        execution_id=UUID(int=number), workflow_id=FLOWS[flow], came_at=float(number), position=number,
        priority=priority, bound=bound,
    )  # fmt: skip


def waits(one: Ticket, past: Sequence[Took] = TEN, due_s: float = 0.0) -> Awaiting:
    return Awaiting(ticket=one, bounds=[] if one.bound is None else [one.bound], past=past, due_s=due_s)


def runs(left_s: float | None = 10.0, *, slots: int = 1, flow: int = 0, key: str | None = None) -> Underway:
    groups = [Group(FLOWS[flow])] if key is None else [Group(FLOWS[flow]), Group(FLOWS[flow], key)]
    return Underway(groups=groups, slots=slots, left=[] if left_s is None else [Took(left_s, left_s)])


def told(slots: int, waiting: Sequence[Awaiting], running: Sequence[Underway] = ()) -> list[float | None]:
    outlook = Outlook(slots=slots, free={}, waiting=waiting, running=running)
    found = ranges(outlook, [outlook.play(Random(play).random) for play in range(12)])
    return [None if (one := found.get(w.ticket.execution_id)) is None else round(one.p90, 6) for w in waiting]


@pytest.mark.parametrize("seed", range(60))
def test_who_starts_when_is_what_admission_decides(seed: int) -> None:
    random = Random(seed)
    takes = [random.choice([3.0, 7.5, 20.0, 61.25]) for _ in FLOWS]
    queue = drawn_queue(random, takes, 60)
    exact = {one.execution_id: takes[FLOWS.index(one.workflow_id)] for one in [*queue.tickets, *queue.running.values()]}
    queue = type(queue)(
        slots=queue.slots, free=queue.free, tickets=queue.tickets, due=queue.due, running=queue.running, takes=exact
    )
    past = {flow: [Took(s, s)] * ENOUGH for flow, s in zip(FLOWS, takes, strict=True)}
    outlook = outlook_of(queue, past, [past[one.workflow_id] for one in queue.running.values()])
    starts = dict(zip([one.execution_id for one in queue.tickets], outlook.play(random.random), strict=True))
    assert starts == emptied(queue)


def test_half_start_within_p50_and_nine_of_ten_within_p90() -> None:
    assert coverage(300) == (pytest.approx(0.5, abs=0.09), pytest.approx(0.9, abs=0.06))  # ±3 and ±2 points


def test_a_long_queue_of_a_short_history_is_not_foretold_more_exactly_than_it_can_be() -> None:
    _, within90 = coverage(150, size=150, past=8)
    assert within90 > 0.82


def test_a_slot_that_is_free_is_taken_now_and_the_next_one_when_one_ends() -> None:
    assert told(2, [waits(ticket(n)) for n in (1, 2, 3, 4)], [runs(4.0)]) == [0, 4, 10, 14]


def test_who_is_at_a_limit_waits_for_its_holder_and_lets_others_pass() -> None:
    waiting = [waits(ticket(1, key="a")), waits(ticket(2, key="b")), waits(ticket(3, flow=1))]
    assert told(3, waiting, [runs(30.0, key="a")]) == [30, 0, 0]


def test_who_is_delayed_starts_no_sooner_than_it_is_due() -> None:
    assert told(1, [waits(ticket(1), due_s=25.0), waits(ticket(2)), waits(ticket(3))]) == [25, 0, 10]
    assert told(1, [waits(ticket(1), due_s=5.0), waits(ticket(2)), waits(ticket(3))]) == [10, 0, 20]


def test_a_higher_priority_goes_first() -> None:
    assert told(1, [waits(ticket(1)), waits(ticket(2, priority=3))], [runs(1.0)]) == [11, 1]


def test_a_run_with_several_slots_at_once_leaves_fewer_to_the_next() -> None:
    wide = [Took(10.0, 10.0, 3)] * ENOUGH
    assert told(4, [waits(ticket(1), wide), waits(ticket(2), wide), waits(ticket(3))]) == [0, 0, 10]


def test_a_run_that_only_waits_for_most_of_its_time_holds_no_slot_meanwhile() -> None:
    patient = [Took(1000.0, 2.0)] * ENOUGH
    assert told(1, [waits(ticket(n), patient) for n in (1, 2, 3)]) == [0, 2, 4]
    keyed = [waits(ticket(n, key="a"), patient) for n in (1, 2)]
    assert told(1, keyed) == [0, 1000]


def test_below_five_runs_nothing_is_said_of_those_behind() -> None:
    new = [Took(10.0, 10.0)] * (ENOUGH - 1)
    assert told(1, [waits(ticket(1)), waits(ticket(2, flow=1), new), waits(ticket(3))], [runs(3.0)]) == [3, 13, None]


def test_while_one_runs_of_which_nobody_can_say_how_long_nothing_is_said() -> None:
    assert told(4, [waits(ticket(1))], [runs(3.0), runs(None)]) == [None]


def test_one_that_waits_for_a_person_keeps_only_its_group_waiting() -> None:
    asks = runs(None, slots=0, key="a")
    assert told(1, [waits(ticket(1, key="a")), waits(ticket(2, key="b"))], [asks, runs(3.0)]) == [None, 3]


def test_nothing_starts_where_there_is_no_slot() -> None:
    assert told(0, [waits(ticket(1))]) == [None]


def test_who_runs_beyond_a_limit_that_was_lowered_holds_back_the_next() -> None:
    assert told(1, [waits(ticket(1))], [runs(3.0), runs(8.0)]) == [8]


def test_a_run_whose_steps_want_slots_takes_them_before_anybody_starts() -> None:
    wants = replace(runs(10.0, slots=0), wanted=1)
    assert told(2, [waits(ticket(1)), waits(ticket(2))], [wants, runs(4.0), runs(6.0)]) == [6, 14]
    wider = replace(runs(10.0, slots=1), wanted=50)
    assert told(3, [waits(ticket(1))], [wider, runs(4.0)]) == [10], "all slots until it ends"
    assert told(3, [waits(ticket(1))], [replace(wider, left=[]), runs(4.0)]) == [None]


def test_what_a_run_holds_of_the_machine_is_free_when_it_ends() -> None:
    needs = (("gpu", 1.0),)
    holder = Underway(groups=[Group(FLOWS[1])], slots=1, left=[Took(9.0, 9.0)], needs=needs)
    outlook = Outlook(
        slots=4, free={"gpu": 0.0}, running=[holder],
        waiting=[waits(replace(ticket(1), needs=needs)), waits(ticket(2))],
    )  # fmt: skip
    assert list(outlook.play(Random(1).random)) == [9.0, 0.0]


def test_two_hundred_places_are_played_within_some_milliseconds() -> None:
    random = Random(3)
    past = [Took(took := random.uniform(1, 90), took) for _ in range(100)]
    waiting = [waits(ticket(n, flow=n % 3, key=str(n % 40) if n % 3 else None, limit=2), past) for n in range(1, 201)]
    outlook = Outlook(slots=8, free={}, waiting=waiting, running=[])
    best = inf
    for _ in range(5):
        began = perf_counter()
        outlook.play(random.random)
        best = min(best, perf_counter() - began)
    assert best < 0.02, "about 1.5 ms on a free core"
