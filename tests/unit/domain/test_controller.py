"""The limit that follows the load, by injected samples; and what is learnt of memory and of who is called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.queueing.calls import Calls
from domain.queueing.controller import CPU_REST_S, CPU_SAMPLES, GROW_S, REGROW_S, REST_S, Controller, Pressure, Why
from domain.queueing.memory import ENOUGH, MB, LearntMemory

CALM = Pressure(memory_used=0.3, memory_stall=0.0, cpu_others=0.1, cpu_wait=0.2)
FULL = Pressure(memory_used=0.95, memory_stall=0.0, cpu_others=0.1, cpu_wait=0.2)
BUSY = Pressure(memory_used=0.3, memory_stall=0.0, cpu_others=0.8, cpu_wait=0.9)


def risen(controller: Controller, now: float = 0.0) -> float:
    while controller.limit < controller.ceiling:
        now += GROW_S
        controller.sample(CALM, controller.limit, now)
    return now


def test_it_begins_at_the_cores_and_rises_while_all_slots_are_used() -> None:
    controller = Controller(cores=2, ceiling=8)
    assert controller.limit == 2
    assert controller.sample(CALM, 1, 10.0) is None, "one slot is free"
    assert controller.sample(CALM, 2, 11.0) is Why.DEMAND
    assert controller.sample(CALM, 3, 11.1) is None, "half a second has not passed"
    assert [controller.ended(used, 11.2) for used in (2, 3, 4, 5, 6, 7, 8)] == [False, *[True] * 5, False]
    assert controller.limit == 8


@pytest.mark.parametrize(
    ("pressure", "why", "low", "rest_s"), [(FULL, Why.MEMORY, 1, REST_S), (BUSY, Why.CPU, 4, CPU_REST_S)]
)
def test_under_pressure_it_falls_within_five_seconds_and_recovers_after(
    pressure: Pressure, why: Why, low: int, rest_s: float
) -> None:
    controller = Controller(cores=2, ceiling=8)
    began = now = risen(controller)
    moved: list[tuple[float, Why]] = []
    while now < began + 5.0:
        now += 0.25
        if (reason := controller.sample(pressure, controller.limit, now)) is not None:
            moved.append((now - began, reason))
    assert controller.limit == low
    assert {reason for _, reason in moved} == {why}
    assert moved[0][0] <= 1.0
    ended, pressed = now, controller.limit
    assert not controller.ended(controller.limit, now), "not at once"
    while controller.limit < 8:
        now += 0.25
        assert now - ended < rest_s + (8 - pressed + 1) * REGROW_S + 1
        reason = controller.sample(CALM, controller.limit, now)
        assert reason in (None, Why.RECOVERED)
        assert reason is None or now - ended >= rest_s - 0.3


def test_it_does_not_rise_where_one_more_would_make_memory_short() -> None:
    controller = Controller(cores=2, ceiling=8)
    full = Pressure(memory_used=0.8)
    controller.sample(full, 1, 1.0)
    assert not controller.ended(2, 1.1, each=0.11)
    assert controller.sample(full, 2, 10.0, each=0.11) is None
    assert controller.limit == 2
    assert controller.ended(2, 10.1, each=0.05)
    controller.sample(Pressure(memory_used=0.5), 2, 12.9)
    assert not controller.ended(3, 12.95, each=0.11), "it was 0.8 a moment ago: not all hold theirs at once"
    controller.sample(Pressure(memory_used=0.5), 2, 13.1)
    assert controller.ended(3, 13.2, each=0.11)


def test_what_is_not_used_is_given_up_at_once() -> None:
    controller = Controller(cores=2, ceiling=8)
    now = risen(controller)
    assert controller.sample(FULL, 2, now + 1) is Why.MEMORY
    assert controller.limit == 1


def test_other_programs_lower_nothing_while_not_all_of_it_is_used() -> None:
    controller = Controller(cores=2, ceiling=8)
    now = risen(controller)
    assert {controller.sample(BUSY, 7, now + n) for n in range(1, 20)} == {None}
    assert controller.limit == 8


def test_once_other_programs_leave_the_cores_it_rises_with_each_attempt_that_ends() -> None:
    controller = Controller(cores=2, ceiling=8)
    now = risen(controller)
    for n in range(1, 20):
        controller.sample(BUSY, 8, now + n)
    assert controller.limit == 4
    assert [controller.ended(used, now + 19 + CPU_REST_S) for used in (4, 5, 6, 7)] == [True] * 4


def test_a_moment_of_another_program_moves_nothing() -> None:
    controller = Controller(cores=2, ceiling=8)
    now = risen(controller)
    for _ in range(10):
        for pressure in [BUSY] * (CPU_SAMPLES - 1) + [CALM]:
            now += 0.25
            assert controller.sample(pressure, 8, now) is None


def test_others_that_keep_nobody_waiting_for_a_cpu_move_nothing() -> None:
    controller = Controller(cores=2, ceiling=8)
    now = risen(controller)
    idle = Pressure(memory_used=0.3, cpu_others=0.9, cpu_wait=0.1)
    assert {controller.sample(idle, 8, now + n) for n in range(1, 20)} == {None}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([CALM, FULL, BUSY]), st.integers(0, 12), st.booleans()), max_size=200))
def test_it_stays_between_one_and_the_ceiling_and_says_each_move(
    samples: list[tuple[Pressure, int, bool]],
) -> None:
    """The same samples, the same moves; a limit never falls without pressure and never rises under it."""

    def live() -> list[int]:
        controller, now, limits = Controller(cores=2, ceiling=8), 0.0, [2]
        for pressure, used, ends in samples:
            now += 0.25
            before = controller.limit
            grew = ends and controller.ended(used, now)
            assert controller.limit == before + grew
            before = controller.limit
            why = controller.sample(pressure, used, now)
            assert (why is not None) == (controller.limit != before)
            if controller.limit != before:
                assert (controller.limit < before) == (why in (Why.MEMORY, Why.CPU))
            assert 1 <= controller.limit <= 8
            limits.append(controller.limit)
        return limits

    assert live() == live()


def test_memory_is_learnt_as_the_95th_percentile_once_there_are_enough() -> None:
    memory = LearntMemory()
    for n in range(1, ENOUGH + 1):
        assert memory.mb("a") is None
        memory.learn("a", n * MB)
    assert memory.mb("a") == 5
    for n in range(6, 101):
        memory.learn("a", n * MB)
    assert memory.mb("a") == 98, "of the last fifty"
    memory.learn("a", 0)
    assert (memory.mb("a"), memory.mb("b")) == (98, None)


def test_calls_that_are_refused_are_halved_once_and_rise_by_one_for_each_full_round() -> None:
    calls = Calls()
    assert calls.answered("x") is None, "nobody was refused yet"
    assert calls.refused("x", 8, 0.0) == (8, 4)
    assert calls.refused("x", 7, 0.5) is None, "that answers what was out together"
    assert calls.refused("x", 4, 1.5) == (4, 2)
    assert calls.refused("x", 2, 3.0) == (2, 1)
    assert calls.refused("x", 1, 5.0) is None, "one may always ask"
    moves = [calls.answered("x") for _ in range(1 + 2 + 3)]
    assert [move for move in moves if move] == [(1, 2), (2, 3), (3, 4)]
    assert calls.limits() == {"x": 4.0}
    for _ in range(1_000):
        if calls.answered("x") == (16, None):
            break
    assert calls.limits() == {}, "far above what was ever out it is dropped"
