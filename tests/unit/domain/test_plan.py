"""The planner, claim by claim: what may start, what is skipped, how a run ends."""

import pytest

from domain.execution.plan import Ending
from tests.unit.domain.given import Run, cause, graph


def test_every_root_may_start_at_once_also_in_separate_components() -> None:
    run = Run(graph("a b c d", "a>b c>d"))
    assert run.plan.startable() == ["a", "c"]


def test_a_successor_starts_only_after_its_source_is_final() -> None:
    run = Run(graph("a b", "a>b")).start("a")
    assert run.plan.startable() == []
    assert run.complete("a").plan.startable() == ["b"]


def test_a_run_is_complete_when_every_step_is_final() -> None:
    run = Run(graph("a b", "a>b"))
    assert run.plan.ending() is None
    run.complete("a")
    assert run.plan.ending() is None
    assert run.complete("b").plan.ending() is Ending.COMPLETE


def test_a_join_of_any_waits_for_all_edges_and_needs_one() -> None:
    run = Run(graph({"a": {}, "b": {}, "j": {"join": "any"}}, "a>j b>j", when={"a>j": "${false}"}))
    run.complete("a").decide("a", j=False)
    assert run.plan.startable() == ["b"]
    assert run.complete("b").plan.startable() == ["j"]


def test_any_is_the_join_when_nothing_is_said() -> None:
    run = Run(graph("a b j", "a>j b>j", when={"a>j": "${false}"}))
    run.complete("a", "b").decide("a", j=False)
    assert run.plan.startable() == ["j"]


def test_a_join_of_all_skips_when_one_edge_is_dead() -> None:
    run = Run(graph({"a": {}, "b": {}, "j": {"join": "all"}}, "a>j b>j", when={"a>j": "${false}"}))
    run.complete("a").decide("a", j=False)
    assert run.plan.skips() == []  # not before all edges are settled
    run.complete("b")
    assert run.skip_all() == [("j", "join_not_met")]
    assert run.plan.ending() is Ending.COMPLETE


def test_a_join_of_first_starts_at_the_first_taken_edge_and_only_once() -> None:
    run = Run(graph({"a": {}, "b": {}, "j": {"join": "first"}}, "a>j b>j"))
    run.complete("a")
    assert run.plan.startable() == ["b", "j"]
    run.complete("j")
    run.complete("b")
    assert run.plan.startable() == []
    assert run.plan.ending() is Ending.COMPLETE


def test_a_join_of_first_is_skipped_when_no_edge_is_taken() -> None:
    run = Run(graph({"a": {}, "b": {}, "j": {"join": "first"}}, "a>j b>j", when={"a>j": "${false}", "b>j": "${false}"}))
    run.complete("a", "b").decide("a", j=False)
    assert run.plan.skips() == []
    run.decide("b", j=False)
    assert run.skip_all() == [("j", "no_edge_taken")]


def test_a_skip_cascades_to_everything_that_hangs_on_it() -> None:
    run = Run(graph("a b c d", "a>b b>c c>d", when={"a>b": "${inputs.no}"}))
    run.complete("a").decide("a", b=False)
    assert run.skip_all() == [("b", "no_edge_taken"), ("c", "no_edge_taken"), ("d", "no_edge_taken")]
    assert run.plan.ending() is Ending.COMPLETE


def test_conditions_are_asked_for_once_their_source_is_final_and_nothing_behind_them_starts_before() -> None:
    run = Run(graph("a b c", "a>b a>c", when={"a>b": "${inputs.ok}"})).complete("a")
    assert list(run.plan.undecided()) == ["a"]
    assert run.plan.startable() == ["c"]  # the plain edge is taken at once
    run.decide("a", b=True)
    assert run.plan.undecided() == ()
    assert run.plan.startable() == ["c", "b"]


def test_a_run_is_not_complete_while_a_condition_is_undecided() -> None:
    run = Run(graph({"a": {}, "b": {"join": "first"}, "c": {}}, "a>b c>b", when={"a>b": "${inputs.ok}"}))
    run.complete("a", "c").complete("b")
    assert run.plan.ending() is None
    assert run.decide("a", b=True).plan.ending() is Ending.COMPLETE


def test_conditions_behind_a_skipped_step_are_dead_without_being_asked() -> None:
    run = Run(graph("a b c", "a>b b>c", when={"a>b": "${false}", "b>c": "${true}"}))
    run.complete("a").decide("a", b=False)
    assert run.skip_all() == [("b", "no_edge_taken"), ("c", "no_edge_taken")]
    assert run.plan.undecided() == ()


def test_an_unhandled_failure_starts_nothing_new_and_ends_when_the_running_ones_have_finished() -> None:
    run = Run(graph("a b c", "b>c")).start("a", "b").fail("a")
    assert run.plan.failing
    assert run.plan.ending() is None  # b still runs
    run.complete("b")
    assert run.plan.startable() == []
    assert run.plan.ending() is Ending.FAIL


def test_the_first_failure_is_the_cause_and_later_ones_follow_in_order() -> None:
    run = Run(graph("a b c")).start("a", "b", "c").fail("c", "a")
    assert run.plan.failures == ["c", "a"]
    run.complete("b")
    assert run.plan.ending() is Ending.FAIL


def test_on_error_continue_takes_plain_edges_and_counts_the_failure_as_handled() -> None:
    run = Run(graph({"a": {"on_error": "continue"}, "b": {}}, "a>b")).fail("a")
    assert run.plan.startable() == ["b"]
    assert run.complete("b").plan.ending() is Ending.COMPLETE
    assert run.plan.handled_failures == 1


def test_on_error_continue_of_a_last_node_completes() -> None:
    run = Run(graph({"a": {"on_error": "continue"}})).fail("a")
    assert (run.plan.ending(), run.plan.handled_failures) == (Ending.COMPLETE, 1)


def test_on_error_continue_still_asks_its_conditions() -> None:
    run = Run(graph({"a": {"on_error": "continue"}, "b": {}}, "a>b", when={"a>b": "${true}"})).fail("a")
    assert list(run.plan.undecided()) == ["a"]
    assert run.decide("a", b=True).plan.startable() == ["b"]


def test_on_error_edges_takes_only_conditions_that_hold() -> None:
    nodes = {"a": {"on_error": "edges"}, "mend": {}, "other": {}, "plain": {}}
    run = Run(graph(nodes, "a>mend a>other a>plain", when={"a>mend": "${true}", "a>other": "${false}"})).fail("a")
    assert not run.plan.failing
    run.decide("a", mend=True, other=False)
    assert run.plan.startable() == ["mend"]
    assert sorted(run.skip_all()) == [("other", "no_edge_taken"), ("plain", "no_edge_taken")]
    assert run.complete("mend").plan.ending() is Ending.COMPLETE
    assert run.plan.handled_failures == 1


def test_on_error_edges_without_a_condition_that_holds_fails() -> None:
    run = Run(graph({"a": {"on_error": "edges"}, "b": {}}, "a>b", when={"a>b": "${false}"})).fail("a")
    run.decide("a", b=False)
    assert (run.plan.failures, run.plan.ending(), run.plan.handled_failures) == (["a"], Ending.FAIL, 0)


def test_on_error_edges_without_any_condition_fails_at_once() -> None:
    run = Run(graph({"a": {"on_error": "edges"}, "b": {}}, "a>b")).fail("a")
    assert run.plan.ending() is Ending.FAIL


def test_on_error_edges_of_a_step_that_completed_takes_plain_edges_too() -> None:
    run = Run(graph({"a": {"on_error": "edges"}, "b": {}, "c": {}}, "a>b a>c", when={"a>c": "${false}"})).complete("a")
    run.decide("a", c=False)
    assert run.plan.startable() == ["b"]
    assert run.plan.handled_failures == 0


def test_no_more_steps_start_than_max_parallel_steps_allows() -> None:
    run = Run(graph("a b c", settings={"max_parallel_steps": 2}))
    assert run.plan.startable() == ["a", "b"]
    run.start("a")
    assert run.plan.startable() == ["b"]
    run.start("b")
    assert run.plan.startable() == []
    run.complete("a")
    assert run.plan.startable() == ["c"]


def test_a_lost_step_may_start_again() -> None:
    run = Run(graph("a b", "a>b")).lose("a")
    assert run.plan.startable() == ["a"]
    run.start("a")
    assert run.execution.state.open_attempts == {"a": 2}
    assert run.complete("a").plan.startable() == ["b"]


def test_a_step_that_waits_for_an_answer_neither_starts_nor_lets_the_run_end() -> None:
    run = Run(graph("a b")).lose("a", retry_safe=False)
    assert run.plan.startable() == ["b"]
    run.complete("b")
    assert run.plan.startable() == []
    assert run.plan.ending() is None


@pytest.mark.parametrize(("decision", "startable"), [("run_again", ["a"]), ("completed", ["b"]), ("failed", [])])
def test_an_answer_moves_a_waiting_step_on(decision: str, startable: list[str]) -> None:
    from tests.unit.domain.given import EMPTY_OBJECT, step_error

    run = Run(graph("a b", "a>b")).lose("a", retry_safe=False)
    run.execution.answer_step(cause(), "a", decision=decision, output=EMPTY_OBJECT, error=step_error())
    run.observed()
    assert run.plan.startable() == startable
    assert run.plan.failing is (decision == "failed")


def test_a_stop_starts_nothing_and_ends_once_nothing_is_open() -> None:
    run = Run(graph("a b c", "a>c")).start("a")
    run.execution.request_stop(cause(), grace_s=5, reason=None)
    run.observed()
    assert run.plan.startable() == []
    assert run.plan.startable() == []
    assert run.plan.ending() is None
    run.execution.stop_step(cause(), "a", 1, signal="SIGTERM", death_ms=3, proof="descendants_gone", last_line=0)
    run.observed()
    assert run.plan.skips() == []
    assert run.plan.ending() is Ending.STOP


def test_an_outcome_that_arrives_while_stopping_counts_and_the_run_still_ends_stopped() -> None:
    run = Run(graph("a")).start("a")
    run.execution.request_stop(cause(), grace_s=5, reason=None)
    run.observed()
    run.complete("a")
    assert run.execution.state.steps["a"].status == "completed"
    assert run.plan.ending() is Ending.STOP
