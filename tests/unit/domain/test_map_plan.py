"""Maps: any outcome of any item in any order; what may start, when it is over, and the same after a restart."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Category
from domain.execution.mapping import MapPlan
from domain.execution.plan import Ending, Plan
from domain.execution.status import STEP_FINAL, StepStatus
from domain.paths import Reused, index_of, item_path, map_of, node_of, ranges_of, template_of
from domain.values import NULL, JsonText
from domain.workflow.graph import Graph
from domain.workflow.retry import Retry
from tests.unit.domain.given import Run, cause, graph, hand_over, replayed, step_error

AGAIN = Retry(max_attempts=2, interval_s=1, backoff=1, max_interval_s=1, jitter=False, on=frozenset({Category.STEP}))


def mapped(**config: object) -> Graph:
    inner = {"kind": "python", "config": {}, **config.pop("node", {})}  # type: ignore[dict-item]
    return graph({"m": {"kind": "map", "config": {"items": [], "node": inner, **config}}, "after": {}}, "m>after")


def expanded(of: Graph, count: int) -> Run:
    run = Run(of).start("m")
    run.execution.expand_step(cause(), "m", 1, count, None)
    run.observed()
    return run


@st.composite
def maps(draw: st.DrawFn) -> tuple[Graph, int]:
    policy = draw(st.sampled_from(["fail", "continue", {"max": 1}, {"max": 2}, {"max": "40%"}]))
    most = draw(st.none() | st.integers(1, 3))
    config = {"on_item_error": policy} | ({} if most is None else {"max_parallel": most})
    return mapped(**config), draw(st.integers(0, 6))


def picture(plan: Plan) -> tuple[object, ...]:
    one = plan.maps.get("m")
    inside = None if one is None else (sorted(one.active), sorted(one.failed), one.is_over, one.has_ended)
    return sorted(plan.startable()), plan.ending(), inside


def step(run: Run, data: st.DataObject) -> bool:
    state, plan = run.execution.state, run.plan
    moves = [("outcome", path) for path in state.open_attempts]
    moves += [("start", path) for path in plan.startable()]
    moves += [("due", path) for path, one in state.steps.items() if one.status is StepStatus.RETRYING]
    moves += [("answer", path) for path, one in state.steps.items() if one.waits("unknown_outcome")]
    ended = plan.ended_maps()
    if ended:
        over = ended[0].is_over
        error = step_error() if over else None
        run.execution.end_map(cause(), "m", output=JsonText(b"[]"), output_artifact=None, error=error, retry=None)
    elif not moves:
        return False
    else:
        move, path = data.draw(st.sampled_from(moves))
        if move == "start":
            hand_over(run.execution, path)
        elif move == "due":
            plan.retry_due(path)
        elif move == "answer":
            decision = data.draw(st.sampled_from(["run_again", "completed", "failed"]))
            run.execution.answer_step(cause(), path, decision=decision, output=NULL, error=step_error())
        else:
            attempt = state.open_attempts[path]
            how = data.draw(st.sampled_from(["complete", "fail", "retry", "lose", "unsafe"]))
            if how == "complete":
                run.execution.complete_step(cause(), path, attempt, output=NULL)
            elif how in ("lose", "unsafe"):
                run.execution.lose_step(cause(), path, attempt, reason="worker_died", retry_safe=how == "lose")
            else:
                retry = AGAIN if how == "retry" and not plan.map_is_over(path) else None
                run.execution.fail_step(cause(), path, attempt, step_error(), retry=retry)
    run.observed()
    if plan.maps and plan.maps["m"].is_over:
        run.execution.stop_held(cause(), "m[")
        run.observed()
    return True


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(given_map=maps(), data=st.data())
def test_a_map_ends_with_its_items_and_never_runs_more_than_it_may(
    given_map: tuple[Graph, int], data: st.DataObject
) -> None:
    of, count = given_map
    run = expanded(of, count)
    each = of.nodes["m"].each
    assert each is not None
    for _ in range(200):
        state = run.execution.state
        items = {path: one for path, one in state.steps.items() if map_of(path) == "m"}
        busy = [path for path, one in items.items() if one.status not in STEP_FINAL]
        assert each.max_parallel is None or len(busy) <= each.max_parallel
        if state.steps["m"].status in STEP_FINAL:
            assert not busy
        rebuilt = Plan(of, replayed(run.history).state)
        for path, one in state.steps.items():
            if one.status is StepStatus.RETRYING and path in run.plan.startable():
                rebuilt.retry_due(path)  # as its timer does anew after a restart
        assert picture(rebuilt) == picture(run.plan)
        if "after" in run.plan.startable():
            failed = sum(one.status is StepStatus.FAILED for one in items.values())
            assert len(items) == count
            assert each.tolerates(failed, count)
            return
        if run.plan.ending() is not None:
            assert run.plan.ending() is Ending.FAIL
            return
        assert step(run, data), "nothing may happen any more, and the map has not ended"
    raise AssertionError("it goes on for ever")


def test_a_second_pass_runs_what_failed_and_counts_attempts_on() -> None:
    run = expanded(mapped(on_item_error="fail", max_parallel=1), 3)
    run.complete("m[0]").fail("m[1]")
    assert run.plan.maps["m"].is_over
    run.execution.end_map(cause(), "m", output=NULL, output_artifact=None, error=step_error(), retry=AGAIN)
    run.observed()
    run.plan.retry_due("m")
    run.start("m")
    run.execution.expand_step(cause(), "m", 2, 3, None)
    run.observed()
    assert run.plan.startable() == ["m[1]"]
    run.start("m[1]")
    assert run.execution.state.steps["m[1]"].attempt == 2
    run.complete("m[1]", "m[2]")
    assert run.plan.ended_maps() == [run.plan.maps["m"]]


def test_only_so_many_places_are_offered_of_a_long_list() -> None:
    plan = MapPlan("m", mapped().nodes["m"], 50_000, {})
    assert plan.startable() == [f"m[{index}]" for index in range(64)]


def test_paths() -> None:
    assert [map_of("m"), map_of("m[3]"), map_of("m[3].cell[10]")] == [None, "m", "m[3]"]
    assert [node_of("m"), node_of("m[3].cell[10]")] == ["m", "m"]
    assert [template_of("m"), template_of("m[3].cell[10]")] == ["m", "m[].cell[]"]
    assert (item_path("m", "m", 3), item_path("m[3]", "cell", 10)) == ("m[3]", "m[3].cell[10]")
    assert index_of("m[3].cell[10]") == 10


@given(st.sets(st.integers(0, 60)))
def test_kept_items_are_told_as_ranges(kept: set[int]) -> None:
    reused = Reused(["load", *([ranges_of("m", sorted(kept))] if kept else [])])
    assert {index for index in range(70) if f"m[{index}]" in reused} == kept
    assert {index for index in range(70) if f"m[{index}].cell[1]" in reused} == kept
    assert ("load" in reused, "m" in reused, "load[1]" in reused, reused.steps) == (True, False, True, 1)


def test_an_item_that_is_a_map_and_waits_for_its_next_attempt_ends_with_the_map_around_it() -> None:
    run = Run(
        graph(
            {
                "m": {
                    "kind": "map",
                    "config": {
                        "items": [],
                        "node": {"kind": "map", "config": {"items": [], "node": {"kind": "python", "config": {}}}},
                    },
                }
            }
        )
    )
    run.start("m")
    run.execution.expand_step(cause(), "m", 1, 1, None)
    run.observed()
    run.start("m[0]")
    run.execution.expand_step(cause(), "m[0]", 1, 0, None)
    run.execution.end_map(cause(), "m[0]", output=NULL, output_artifact=None, error=step_error(), retry=AGAIN)
    run.observed()
    assert run.execution.state.steps["m[0]"].status is StepStatus.RETRYING
    run.execution.stop_held(cause(), "m[")
    run.observed()
    assert run.execution.state.steps["m[0]"].status is StepStatus.STOPPED
    assert run.execution.state.steps["m"].status is StepStatus.RUNNING, "it ends after its items"
