"""The queue: its order, its limits, and what it says about who waits, against a plain model of the same rules."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import cast
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.queueing.admission import (
    AGEING_S,
    MOST_SHARED,
    SHARE_S,
    TURNS_KEPT,
    Admission,
    Bound,
    Group,
    Ticket,
    WaitCause,
)
from domain.queueing.slots import Slots

FLOWS = [UUID(int=100 + i) for i in range(3)]


def ticket(
    number: int, at: float, *, flow: int = 0, priority: int = 0, key: str | None = None, limit: int = 0
) -> Ticket:
    bound = Bound(Group(FLOWS[flow], key), limit) if limit else None
    return Ticket(
        execution_id=UUID(int=number), workflow_id=FLOWS[flow], came_at=at, position=number, priority=priority,
        bound=bound,
    )  # fmt: skip


def started(queue: Admission[int], now: float) -> list[int]:
    """Everybody who may start now starts, and holds a slot."""
    found: list[int] = []
    while True:
        first = queue.next_queued(now)
        if first is None:
            return found
        one = queue.ticket(first)
        assert one is not None
        found.append(cast("int", queue.leave(first)))
        queue.let_in(first, one.groups, now)
        queue.slots.take()


def end(queue: Admission[int], number: int, now: float) -> None:
    queue.ended(UUID(int=number), now)
    queue.slots.give_back()


def filled(slots: int, *tickets: Ticket) -> Admission[int]:
    queue: Admission[int] = Admission(Slots(slots))
    for one in tickets:
        queue.enqueue(one, one.execution_id.int, one.came_at)
    return queue


def test_first_in_first_out_within_a_priority_and_the_higher_first() -> None:
    queue = filled(9, ticket(1, 0.0), ticket(2, 0.1), ticket(3, 0.2, priority=5), ticket(4, 0.3, priority=5))
    assert [queue.place(UUID(int=n)) for n in (1, 2, 3, 4)] == [3, 4, 1, 2]
    assert started(queue, 1.0) == [3, 4, 1, 2]


def test_who_waits_long_enough_goes_before_a_higher_priority() -> None:
    queue = filled(
        1, ticket(1, 0.0), ticket(2, AGEING_S * 2 + 0.1, priority=2), ticket(3, AGEING_S * 2 - 0.1, priority=2)
    )
    order = [started(queue, 100.0)]
    for _ in range(2):
        end(queue, order[-1][0], 100.0)
        order.append(started(queue, 100.0))
    assert order == [[3], [1], [2]]


def test_a_key_at_its_limit_holds_up_nobody_else_and_says_who_holds_it() -> None:
    queue = filled(
        9, ticket(1, 0, key="Seattle", limit=2), ticket(2, 1, key="Seattle", limit=2),
        ticket(3, 2, key="Seattle", limit=2), ticket(4, 3, key="Tokyo", limit=2), ticket(5, 4, flow=1),
    )  # fmt: skip
    assert sorted(started(queue, 5)) == [1, 2, 4, 5]
    said = queue.explain(UUID(int=3))
    assert said is not None
    assert said.bound is not None
    assert (said.cause, said.bound.limit, said.holders, said.place) == (
        WaitCause.KEY_LIMIT, 2, [UUID(int=1), UUID(int=2)], 1
    )  # fmt: skip
    end(queue, 1, 6)
    assert started(queue, 6) == [3]


def test_a_limit_of_a_workflow_counts_those_with_a_key_as_well() -> None:
    queue = filled(9, ticket(1, 1, key="a", limit=9), ticket(2, 2, key="b", limit=9), ticket(3, 3, limit=2))
    assert started(queue, 4) == [1, 2]
    said = queue.explain(UUID(int=3))
    assert said is not None
    assert (said.cause, said.bound) == (WaitCause.WORKFLOW_LIMIT, Bound(Group(FLOWS[0]), 2))
    end(queue, 1, 5)
    assert started(queue, 6) == [3]


def test_one_that_others_wait_for_comes_under_no_limit() -> None:
    first = ticket(1, 0, key="a", limit=1)
    queue = filled(9, first, replace(ticket(2, 1, key="a", limit=1), exempt=True))
    assert (started(queue, 2), queue.limits_of(first)) == ([1, 2], (first.bound,))
    assert queue.limits_of(replace(first, exempt=True)) == ()


def test_a_workflow_with_many_running_lets_others_go_first_but_not_for_ever() -> None:
    waiting = [ticket(n, n / 100) for n in range(1, 30)]
    queue = filled(10, *waiting)
    assert len(started(queue, 1)) == 10
    other = ticket(99, 20.0, flow=1)
    queue.enqueue(other, 99, 20.0)
    end(queue, 1, 21)
    assert started(queue, 21) == [99], "nine others of its workflow run: 45 s"
    late = ticket(98, SHARE_S * MOST_SHARED + 1, flow=2)
    queue.enqueue(late, 98, late.came_at)
    end(queue, 2, late.came_at)
    assert started(queue, late.came_at) == [11], "but no more than a minute"


def test_who_is_held_does_not_start_and_takes_its_place_again() -> None:
    queue = filled(0, ticket(1, 0), ticket(2, 1), ticket(3, 2))
    queue.hold(UUID(int=1), 3)
    queue.hold(UUID(int=1), 4)
    said = queue.explain(UUID(int=1))
    assert said is not None
    assert (said.cause, said.place) == (WaitCause.HELD, 0)
    queue.slots.limit = 1
    assert started(queue, 5) == [2]
    queue.release(UUID(int=1), 7)
    end(queue, 2, 8)
    assert queue.waited(UUID(int=1), 9) == {WaitCause.SLOTS: 5.0, WaitCause.HELD: 4.0}
    assert started(queue, 9) == [1]


def test_the_first_places_are_told_in_order_however_many_lines_there_are() -> None:
    queue = filled(0, *(ticket(n, (n * 7) % 40, key=str(n % 13), limit=1, priority=n % 3) for n in range(1, 60)))
    queue.hold(UUID(int=3), 0.0, WaitCause.DELAYED)
    queue.hold(UUID(int=4), 0.0)
    in_order = [one for one, said in queue.in_order() if said.place]
    assert [queue.first(most) for most in (0, 1, 5, 100)] == [[], in_order[:1], in_order[:5], in_order]
    assert [one.execution_id.int for one in queue.delayed()] == [3]


def test_time_is_counted_for_its_cause() -> None:
    queue = filled(1, ticket(1, 0, key="a", limit=1), ticket(2, 0, key="a", limit=1), ticket(3, 0, key="b", limit=1))
    assert started(queue, 2) == [1]
    end(queue, 1, 7)
    assert started(queue, 7) == [2]
    assert queue.waited(UUID(int=3), 10) == {WaitCause.SLOTS: 10}
    queue.enqueue(ticket(4, 10, key="a", limit=1), 4, 10)
    end(queue, 2, 15)
    assert queue.waited(UUID(int=4), 16) == {WaitCause.KEY_LIMIT: 5, WaitCause.SLOTS: 1}


def test_who_held_it_is_told_turn_by_turn() -> None:
    queue = filled(9, ticket(1, 1.0, key="Oslo", limit=1), ticket(2, 2.0, key="Oslo", limit=1))
    started(queue, 10.0)
    queue.enqueue(ticket(3, 12.0, key="Oslo", limit=1), 3, 12.0)
    end(queue, 1, 20.0)
    assert started(queue, 20.0) == [2]
    queue.hold(UUID(int=3), 30.0)
    queue.release(UUID(int=3), 35.0)
    told = [(turn.since, turn.cause, turn.holder and turn.holder.int) for turn in queue.turns(UUID(int=3))]
    limit = WaitCause.KEY_LIMIT
    assert told[0] == (12.0, limit, 1)
    assert told[-3:] == [(20.0, limit, 2), (30.0, WaitCause.HELD, None), (35.0, limit, 2)]


def test_one_that_comes_may_start_at_once_only_when_nobody_could_before() -> None:
    queue = filled(1, ticket(1, 0, key="a", limit=1))
    assert not queue.open_to(ticket(2, 1), 1.0), "the first may"
    assert started(queue, 1) == [1]
    queue.slots.limit = 2
    queue.enqueue(ticket(3, 2, key="a", limit=1), 3, 2)
    assert queue.open_to(ticket(4, 3), 4.0)
    assert not queue.open_to(ticket(4, 3, key="a", limit=1), 4.0)
    queue.slots.wait(UUID(int=1), 1, 1)
    assert not queue.open_to(ticket(4, 3), 4.0), "a running one waits for that slot"


@pytest.mark.parametrize("priority", [-100, 0, 100])
def test_nobody_starves(priority: int) -> None:
    """Others of the highest priority come for ever, one a second; the bound says when it is its turn."""
    bound_s = (100 - priority) * AGEING_S + 2 * MOST_SHARED * SHARE_S
    queue = filled(1, ticket(1, 0, priority=priority))
    queue.slots.take()
    now, numbers = 0.0, count(2)
    while True:
        now += 1.0
        number = next(numbers)
        queue.enqueue(ticket(number, now, flow=number % 2, priority=100), number, now)
        queue.slots.give_back()
        [next_one] = started(queue, now)
        if next_one == 1:
            break
        queue.ended(UUID(int=next_one), now)
        assert now <= bound_s + 2
    assert now >= bound_s - 2 * MOST_SHARED * SHARE_S - 2


# ── the same against a model ─────────────────────────────────────────────────────────────────────


@dataclass
class Model:
    """One that waits, as simply as can be."""

    ticket: Ticket
    since: float
    held: bool = False
    waited: dict[WaitCause, float] = field(default_factory=dict[WaitCause, float])


class TestQueue(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.queue: Admission[int] = Admission(Slots(4))
        self.waiting: dict[int, Model] = {}
        self.running: dict[int, Ticket] = {}
        self.now = 0.0
        self.numbers = count(1)

    def _run_of(self, group: Group) -> int:
        return sum(group in one.groups for one in self.running.values())

    def _cause(self, one: Model) -> WaitCause:
        if one.held:
            return WaitCause.HELD
        bound = one.ticket.bound
        if one.ticket.exempt:
            return WaitCause.SLOTS
        if bound is not None and self._run_of(bound.group) >= bound.limit:
            return WaitCause.WORKFLOW_LIMIT if bound.group.key is None else WaitCause.KEY_LIMIT
        return WaitCause.SLOTS

    def _standing(self, one: Model) -> tuple[float, int]:
        bound = one.ticket.bound
        share = min(MOST_SHARED, self._run_of(Group(one.ticket.workflow_id)))
        if bound is not None and bound.group.key is not None:
            share += min(MOST_SHARED, self._run_of(bound.group))
        return one.ticket.moment + SHARE_S * share, one.ticket.position

    def _pass(self, seconds: float) -> None:
        for one in self.waiting.values():
            cause = self._cause(one)
            one.waited[cause] = one.waited.get(cause, 0.0) + seconds
        self.now += seconds

    @rule(
        flow=st.integers(0, 2), priority=st.integers(-2, 2), key=st.sampled_from([None, "a", "b"]),
        limit=st.integers(0, 2), seconds=st.integers(0, 40), exempt=st.sampled_from([False, False, True]),
    )  # fmt: skip
    def comes(self, flow: int, priority: int, key: str | None, limit: int, seconds: int, exempt: bool) -> None:
        self._pass(float(seconds))
        number = next(self.numbers)
        one = ticket(number, self.now, flow=flow, priority=priority, key=key if limit else None, limit=limit)
        one = replace(one, exempt=exempt)
        self.queue.enqueue(one, number, self.now)
        self.waiting[number] = Model(one, self.now)

    @rule()
    def starts(self) -> None:
        free = [one for one in self.waiting.values() if self._cause(one) is WaitCause.SLOTS]
        may = bool(free) and len(self.running) < self.queue.slots.limit
        expected = min(free, key=self._standing).ticket.position if may else None
        waited = None if expected is None else self.queue.waited(UUID(int=expected), self.now)
        assert self.queue.next_queued(self.now) == (None if expected is None else UUID(int=expected))
        if expected is not None:
            assert self.queue.leave(UUID(int=expected)) == expected
            one = self.waiting.pop(expected)
            assert waited == {cause: seconds for cause, seconds in one.waited.items() if seconds}
            self.running[expected] = one.ticket
            self.queue.let_in(one.ticket.execution_id, one.ticket.groups, self.now)
            self.queue.slots.take()

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def ends(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.running)))
        del self.running[number]
        end(self.queue, number, self.now)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), does=st.sampled_from(["leave", "hold", "release", "come again"]))
    def is_told(self, data: st.DataObject, does: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.waiting)))
        if does == "leave":
            assert self.queue.leave(UUID(int=number)) == number
            del self.waiting[number]
            return
        if does == "come again":
            one = self.waiting[number]
            one.ticket, one.held = replace(one.ticket, priority=data.draw(st.integers(-2, 2))), False
            self.queue.enqueue(one.ticket, number, self.now)
            return
        tell: Callable[[UUID, float], None] = getattr(self.queue, does)
        tell(UUID(int=number), self.now)
        self.waiting[number].held = does == "hold"

    @invariant()
    def says_what_is(self) -> None:
        assert self.queue.queued == len(self.waiting)
        places = [one for one in self.waiting.values() if not one.held]
        places.sort(key=lambda one: one.ticket.order)
        told = [(ticket.position, why.place, why.cause) for ticket, why in self.queue.in_order()]
        held = [(one.ticket.position, 0, WaitCause.HELD) for one in self.waiting.values() if one.held]
        expected = [(one.ticket.position, place, self._cause(one)) for place, one in enumerate(places, 1)]
        assert told[: len(places)] == expected
        assert sorted(told[len(places) :]) == sorted(held)
        assert self.queue.causes() == Counter(self._cause(one) for one in self.waiting.values())
        for place, one in enumerate(places, 1):
            said = self.queue.explain(one.ticket.execution_id)
            assert said is not None
            assert (said.cause, said.place) == (self._cause(one), place)
            assert sum(self.queue.waited(one.ticket.execution_id, self.now).values()) == self.now - one.since
        for one in self.waiting.values():
            turns = self.queue.turns(one.ticket.execution_id)
            assert turns[-1].cause is (WaitCause.HELD if one.held else self._cause(one))
            assert [turn.since for turn in turns] == sorted(turn.since for turn in turns)
            assert len(turns) == TURNS_KEPT or turns[0].since == one.since


TestLifeOfAQueue = TestQueue.TestCase
TestLifeOfAQueue.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
del TestQueue
