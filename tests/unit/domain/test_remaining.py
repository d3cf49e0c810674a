"""How long an execution still takes: that what is said is kept, and that nothing is said where nothing is known."""

import pytest

from benchmarks import maps
from benchmarks.estimates import DURATIONS, GRAPHS, coverage
from domain.estimating.items import Items, items_left_s
from domain.estimating.quantiles import quantile, range_of
from domain.estimating.remaining import ENOUGH, PastRun, PastStep, Standing, order_of, remaining
from domain.workflow.graph import Graph

_AB: dict[str, object] = {
    "nodes": [{"id": name, "kind": "python", "config": {}} for name in "ab"],
    "edges": [{"from": "a", "to": "b"}],
}
CHAIN = Graph.of(_AB)
NEW = Standing(ended={}, out_s={})


def run(a: float | None, b: float | None, version: int = 1) -> PastRun:
    steps = {"a": PastStep(lag_s=0.0, took_s=a), "b": PastStep(lag_s=0.0, took_s=b)}
    return PastRun(version=version, steps=steps)


def left(past: list[PastRun], now: Standing = NEW, version: int = 1) -> tuple[float, float] | None:
    return remaining(CHAIN, order_of(CHAIN), version, past, now)


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("kind", ["lognormal", "bimodal"])
@pytest.mark.parametrize("name", GRAPHS)
def test_half_of_held_out_runs_end_within_p50_and_nine_of_ten_within_p90(
    name: str, kind: str, together: bool, later: bool
) -> None:
    within = coverage(name, DURATIONS[kind], together, 150, later=later)
    assert within == (pytest.approx(0.5, abs=0.14), pytest.approx(0.9, abs=0.08))  # 150 draws: ±4 and ±2.5 points


def test_nothing_is_said_below_five_runs_and_a_range_from_then_on() -> None:
    past = [run(n, 10) for n in range(1, ENOUGH)]
    assert left(past) is None
    assert left([*past, run(5, 10)]) == (13, 15)


def test_what_is_done_is_done_and_what_runs_takes_what_is_left_of_it() -> None:
    past = [run(10, 20)] * 5
    assert left(past, Standing(ended={"a": 10}, out_s={})) == (20, 20)
    assert left(past, Standing(ended={}, out_s={"a": 4})) == (26, 26)
    assert left(past, Standing(ended={"a": 10, "b": 20}, out_s={})) == (0, 0)


def test_a_step_that_runs_longer_than_ever_takes_as_long_again() -> None:
    assert left([run(10, 20)] * 5, Standing(ended={}, out_s={"a": 60})) == (60 + 20, 60 + 20)


def test_runs_that_the_step_has_outlasted_are_not_asked_while_others_are_left() -> None:
    past = [run(10, 1)] * 20 + [run(100, 1)] * 5
    assert left(past, Standing(ended={}, out_s={"a": 50})) == (51, 51)


def test_runs_that_took_another_way_are_left_out() -> None:
    past = [run(10, None)] * 10 + [run(10, 40)] * 5
    assert left(past, Standing(ended={"a": 10}, out_s={"b": 1})) == (39, 39)
    assert left(past, Standing(ended={"a": 10, "b": None}, out_s={})) == (0, 0)


def test_of_another_version_only_runs_that_know_the_steps_are_asked() -> None:
    older = [run(10, 20)] * 5
    assert left(older, version=2) == (30, 30)
    unknown = [PastRun(version=1, steps={"a": PastStep(lag_s=0.0, took_s=10)})] * 5
    assert left(unknown, version=2) is None
    assert left(unknown, Standing(ended={"b": 3}, out_s={}), version=2) == (10, 10)


def test_what_is_tried_again_takes_one_attempt_from_when_it_is_due() -> None:
    twice = PastRun(
        version=1,
        steps={
            "a": PastStep(lag_s=0.0, took_s=50.0, once_s=10.0),
            "b": PastStep(lag_s=0.0, took_s=20.0, once_s=20.0),
        },
    )
    assert left([twice] * 5, Standing(ended={}, out_s={}, again_s={"a": -30.0})) == (60, 60)
    assert left([twice] * 5, Standing(ended={}, out_s={}, again_s={"a": 4.0})) == (26, 26)
    assert left([twice] * 5, Standing(ended={}, out_s={}, again_s={"a": 12.0})) == (32, 32), "longer than ever"


def test_what_ends_at_a_known_moment_ends_then() -> None:
    past = [run(10, 20)] * 5
    assert left(past, Standing(ended={}, out_s={}, due_s={"a": 3600.0})) == (3620, 3620)
    assert left(past, Standing(ended={}, out_s={}, due_s={"a": -1.0})) == (20, 20)


def test_when_a_person_answers_is_learnt_from_those_who_did_and_never_guessed() -> None:
    past = [run(100, 20)] * 5
    assert left(past, Standing(ended={}, out_s={"a": 40.0}, asks=frozenset("a"))) == (80, 80)
    assert left(past, Standing(ended={}, out_s={"a": 101.0}, asks=frozenset("a"))) is None
    assert left([*past, run(500, 20)], Standing(ended={}, out_s={"a": 101.0}, asks=frozenset("a"))) is None


@pytest.mark.parametrize(
    ("items", "seconds"),
    [
        (Items(left=8, wide=4, done_s=[], out_s=[]), 4.0),
        (Items(left=9, wide=4, done_s=[], out_s=[]), 6.0),
        (Items(left=4, wide=4, done_s=[2.0] * 9, out_s=[0.5] * 4), 1.5),
        (Items(left=5, wide=4, done_s=[2.0] * 9, out_s=[0.5] * 4), 3.5),
        (Items(left=1, wide=4, done_s=[2.0] * 9, out_s=[7.0]), 7.0),
        (Items(left=4_000, wide=4, done_s=[], out_s=[]), 2_000.0),
        (Items(left=0, wide=4, done_s=[2.0], out_s=[]), 0.0),
    ],
)
def test_a_map_takes_as_long_as_its_items_that_are_left(items: Items, seconds: float) -> None:
    assert items_left_s(items, [2.0] * 10, 3) == pytest.approx(seconds, abs=0.21)


def test_a_map_goes_on_at_its_own_pace_the_more_of_it_is_done() -> None:
    few = items_left_s(Items(left=10, wide=1, done_s=[6.0], out_s=[]), [2.0] * 10, 0)
    many = items_left_s(Items(left=10, wide=1, done_s=[6.0] * 200, out_s=[]), [2.0] * 10, 0)
    assert few is not None
    assert many is not None
    assert 20 < few < 30
    assert 55 < many < 60


def test_a_map_of_which_nothing_is_known_says_nothing() -> None:
    assert items_left_s(Items(left=10, wide=1, done_s=[], out_s=[1.0]), [], 0) is None


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("together", [False, True])
def test_half_of_the_maps_end_within_p50_and_nine_of_ten_within_p90(together: bool, share: float) -> None:
    within = maps.coverage(150, together=together, share=share)
    assert within == (pytest.approx(0.53, abs=0.14), pytest.approx(0.9, abs=0.09))  # 150 draws: ±4 and ±2.5 points


def test_a_quantile_is_that_of_the_next_number() -> None:
    assert [quantile([1, 2, 3, 4, 5, 6, 7, 8, 9], share) for share in (0.01, 0.1, 0.5, 0.9, 0.99)] == [1, 1, 5, 9, 9]
    assert range_of([3.0, 1.0]) == (2.0, 3.0)
