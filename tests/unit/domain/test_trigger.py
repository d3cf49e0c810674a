"""What a trigger does about due times that come, overlap, or were missed."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.event import Cause
from domain.triggering.trigger import (
    LATE_MS,
    CatchUp,
    Fire,
    Kind,
    Overlap,
    Skip,
    Trigger,
    TriggerEvent,
    TriggerFired,
    TriggerSettings,
    TriggerSkipped,
    Wait,
    create,
)
from domain.values import EMPTY_OBJECT
from infrastructure import mapper

ID, FLOW, RUN = (UUID(f"01900000-0000-7000-8000-00000000000{n}") for n in (1, 2, 3))
BEGIN = datetime(2026, 11, 27, 8, tzinfo=UTC)
T0 = BEGIN.timestamp() * 1000


def cause(ms: float = T0) -> Cause:
    return Cause(at=datetime.fromtimestamp(ms / 1000, UTC), actor="local:ada", command_id=ID)


def every(seconds: float = 60.0, **given: object) -> Trigger:
    made = TriggerSettings(name="often", kind=Kind.INTERVAL, every_s=seconds)
    return create(ID, cause(), FLOW, replace(made, **given), EMPTY_OBJECT)  # type: ignore[arg-type]


def at(seconds: float) -> float:
    return T0 + seconds * 1000


def test_it_waits_until_it_is_due_and_then_fires() -> None:
    trigger = every()
    assert trigger.decide(at(59.9), busy=False) == Wait(until_ms=at(60))
    assert trigger.decide(at(60), busy=False) == Fire(due_ms=at(60))
    fired = trigger.then(trigger.fire(cause(at(60)), RUN, Fire(due_ms=at(60))))
    assert fired.decide(at(60), busy=False) == Wait(until_ms=at(120))
    assert (fired.standing.fired, fired.standing.execution_id) == (1, RUN)


@pytest.mark.parametrize(
    ("overlap", "does"),
    [
        (Overlap.ALLOW, Fire(due_ms=at(60))), (Overlap.REPLACE, Fire(due_ms=at(60), stops=True)),
        (Overlap.SKIP, Skip(count=1, first_ms=at(60), last_ms=at(60), reason="overlap")),
        (Overlap.QUEUE, Wait(until_ms=None, for_end=True)),
    ],
)  # fmt: skip
def test_overlap(overlap: Overlap, does: object) -> None:
    assert every(overlap=overlap).decide(at(60), busy=True) == does


def test_those_that_waited_for_the_end_of_one_are_one() -> None:
    assert every(overlap=Overlap.QUEUE).decide(at(200), busy=False) == Fire(due_ms=at(180), missed=2)


@pytest.mark.parametrize(
    ("catch_up", "overlap", "does"),
    [
        (CatchUp.NONE, Overlap.SKIP, Skip(count=9, first_ms=at(60), last_ms=at(540), reason="missed")),
        (CatchUp.LATEST, Overlap.SKIP, Fire(due_ms=at(540), missed=8)),
        (CatchUp.ALL, Overlap.ALLOW, Fire(due_ms=at(60))),
    ],
)  # fmt: skip
def test_ten_minutes_without_a_server(catch_up: CatchUp, overlap: Overlap, does: object) -> None:
    assert every(catch_up=catch_up, overlap=overlap).decide(at(601), busy=False) == does


def test_nothing_is_made_up_for_after_a_pause() -> None:
    trigger = every()
    paused = trigger.then(trigger.pause(cause(at(30))))  # type: ignore[arg-type]
    assert paused.decide(at(600), busy=False) == Wait(until_ms=None)
    assert paused.next_ms() is None
    assert paused.pause(cause()) is None
    resumed = paused.then(paused.resume(cause(at(601))))  # type: ignore[arg-type]
    assert resumed.decide(at(601), busy=False) == Wait(until_ms=at(660))


def test_other_times_count_from_the_change_and_other_inputs_do_not_move_them() -> None:
    trigger = every()
    faster = trigger.change(cause(at(30)), replace(trigger.settings, every_s=10.0), EMPTY_OBJECT)
    assert faster is not None
    assert trigger.then(faster).next_ms() == at(40)
    renamed = trigger.change(cause(at(30)), replace(trigger.settings, name="other"), EMPTY_OBJECT)
    assert renamed is not None
    assert trigger.then(renamed).next_ms() == at(60)
    assert trigger.change(cause(at(30)), trigger.settings, EMPTY_OBJECT) is None


def test_jitter_is_the_same_for_a_time_wherever_it_is_asked_and_spread() -> None:
    trigger = every(60.0, jitter_s=30.0)
    late = [trigger.ripe_at(at(60 * n)) - at(60 * n) for n in range(1, 200)]
    assert late == [every(60.0, jitter_s=30.0).ripe_at(at(60 * n)) - at(60 * n) for n in range(1, 200)]
    assert all(0 <= one < 30_000 for one in late)
    assert max(late) - min(late) > 25_000
    assert trigger.decide(trigger.ripe_at(at(60)) - 1, busy=False) == Wait(until_ms=trigger.ripe_at(at(60)))


@pytest.mark.parametrize("seconds", [1.0, 10.0, 240.0])
def test_with_a_server_there_nothing_is_missed_though_the_jitter_is_longer_than_the_interval(seconds: float) -> None:
    trigger = every(seconds, jitter_s=600.0, catch_up=CatchUp.NONE, overlap=Overlap.ALLOW)
    fired = list[float]()
    now = T0
    while len(fired) < 1_000:
        what = trigger.decide(now, busy=False)
        if isinstance(what, Wait):
            assert what.until_ms is not None
            now = what.until_ms + 50
            continue
        assert isinstance(what, Fire), what
        fired.append(what.due_ms)
        trigger = trigger.then(trigger.fire(cause(now), RUN, what))
    assert fired == [at(seconds * n) for n in range(1, 1_001)]
    gone = trigger.decide(now + 3_600_000, busy=False)
    assert isinstance(gone, Skip), "an hour without a server is missed all the same"
    assert gone.reason == "missed"


def test_a_trigger_is_read_by_its_last_event_and_that_of_its_settings() -> None:
    trigger = every()
    events: list[TriggerEvent] = [trigger.last]
    for minute in range(1, 5):
        event = trigger.fire(cause(at(60 * minute)), RUN, Fire(due_ms=at(60 * minute)))
        events.append(event)
        trigger = trigger.then(event)
    read = mapper.decode(events[-1].TOPIC, ID, 5, mapper.encode(events[-1]), None)
    first = mapper.decode(events[0].TOPIC, ID, 1, mapper.encode(events[0]), None)
    assert Trigger.of(first, read) == trigger  # type: ignore[arg-type]


def test_an_event_from_before_anybody_counted_those_beside_is_read() -> None:
    event = every().fire(cause(at(60)), RUN, Fire(due_ms=at(60)))
    old = json.loads(mapper.encode(event))
    del old["data"]["standing"]["beside"], old["data"]["standing"]["replaced"]
    assert mapper.decode(event.TOPIC, ID, 2, json.dumps(old).encode(), None) == event


def test_what_is_replaced_and_what_runs_beside_is_remembered_until_the_next_one() -> None:
    trigger = every(overlap=Overlap.REPLACE)
    busy = [UUID(int=n) for n in range(1, 4)]
    by_hand = trigger.then(trigger.fire_by_hand(cause(at(10)), RUN, busy))
    assert (by_hand.standing.beside, by_hand.standing.replaced) == (tuple(busy), ())
    assert by_hand.standing.started == (*busy, RUN)
    fired = by_hand.then(by_hand.fire(cause(at(60)), FLOW, Fire(due_ms=at(60), stops=True), [busy[0], RUN]))
    assert (fired.standing.beside, fired.standing.replaced) == ((), (busy[0], RUN))
    many = fired.then(fired.fire_by_hand(cause(at(70)), RUN, [UUID(int=n) for n in range(1_000)]))
    assert many.standing.beside == tuple(UUID(int=n) for n in range(900, 1_000))


SETTINGS = st.builds(
    every,
    st.sampled_from([1.0, 7.0, 45.0, 600.0, 86_400.0]),
    overlap=st.sampled_from([*Overlap]), catch_up=st.sampled_from([*CatchUp]), jitter_s=st.sampled_from([0.0, 20.0]),
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(SETTINGS, st.lists(st.tuples(st.floats(0.1, 9_000.0), st.booleans()), max_size=8))
def test_every_due_time_is_dealt_with_once(trigger: Trigger, looks: list[tuple[float, bool]]) -> None:
    """Whenever it is looked at: what was due until the last one dealt with has fired, been skipped or been missed."""
    now, fired, before = T0, list[float](), 0.0
    for later, busy in looks:
        now += later * 1000
        for _ in range(3_000):
            what = trigger.decide(now, busy=busy)
            if isinstance(what, Wait):
                assert what.for_end or what.until_ms is None or what.until_ms > now
                break
            event = trigger.fire(cause(now), RUN, what) if isinstance(what, Fire) else trigger.skip(cause(now), what)
            if isinstance(event, TriggerFired):
                assert event.due_at_ms > before, "in order, none twice"
                assert trigger.ripe_at(event.due_at_ms) <= now, "never early"
                before = event.due_at_ms
                fired.append(before)
            else:
                assert isinstance(event, TriggerSkipped)
                before = event.last_due_at_ms
            trigger = trigger.then(event)
        else:
            pytest.fail("it never comes to rest")
    standing, seconds = trigger.standing, trigger.settings.every_s
    assert seconds is not None
    due = round((standing.handled_ms - T0) / (seconds * 1000))
    assert standing.fired + standing.skipped == due
    assert standing.fired == len(fired)
    if trigger.settings.overlap is not Overlap.QUEUE:
        assert now - standing.handled_ms < seconds * 1000 + 20_000 + 1, "nothing that is ripe is left"


def test_of_all_that_were_missed_the_latest_hundred_are_made_up_for() -> None:
    trigger = every(catch_up=CatchUp.ALL, overlap=Overlap.ALLOW)
    assert trigger.decide(at(60 * 300), busy=False) == Skip(
        count=198, first_ms=at(60), last_ms=at(60 * 198), reason="missed"
    )


def test_late_means_a_minute() -> None:
    assert LATE_MS == 60_000
