"""A part of a workflow: what runs for one step, and what the history says of the rest."""

import pytest

from domain.execution import events as e
from domain.execution.plan import Ending, Plan
from domain.execution.status import StepStatus
from domain.values import UPSTREAM_GIVEN, UPSTREAM_RUN, JsonText, Part
from tests.unit.domain.given import SERVER, Run, cause, facts, graph, queued, replayed

DIAMOND = graph(
    {"a": {"sample": None}, "b": {}, "c": {"on_error": "edges"}, "d": {}, "after": {}, "beside": {}},
    "a>b a>c b>d c>d d>after c>beside",
    when={"c>beside": "${inputs.missing.deeply}", "b>d": "${inputs.no}"},
)
UP_TO_B = Part(step="b", upstream=UPSTREAM_RUN)
D_ALONE = Part(step="d", upstream=UPSTREAM_GIVEN, given=("b", "c"))


def test_up_to_a_step_are_the_steps_before_it_and_itself() -> None:
    part = DIAMOND.only(UP_TO_B)
    assert [*part.nodes] == ["a", "b"]
    assert [(edge.source, edge.target) for edge in part.edges] == [("a", "b")]
    assert [*DIAMOND.only(Part(step="d", upstream=UPSTREAM_RUN)).nodes] == ["a", "b", "c", "d"]


def test_conditions_on_the_way_to_other_steps_are_not_asked() -> None:
    part = DIAMOND.only(Part(step="d", upstream=UPSTREAM_RUN))
    assert [edge.when for edge in part.outgoing["c"]] == [None]
    assert [edge.index for edge in part.edges] == [0, 1, 2, 3], "problems point at the edges of the definition"


def test_a_part_results_in_the_output_of_its_step() -> None:
    assert DIAMOND.only(UP_TO_B).output == "${steps.`b`.output}"


def test_a_part_of_a_step_that_is_not_there_is_none() -> None:
    with pytest.raises(KeyError):
        DIAMOND.only(Part(step="z", upstream=UPSTREAM_RUN))


def test_null_is_a_sample_and_none_is_not() -> None:
    assert (DIAMOND.nodes["a"].sample, DIAMOND.nodes["b"].sample) == ((None,), None)


def test_up_to_a_step_ends_when_that_step_has() -> None:
    run = Run(DIAMOND.only(UP_TO_B))
    run.complete("a")
    assert run.plan.startable() == ["b"]
    run.complete("b")
    assert run.plan.ending() is Ending.COMPLETE


def given_alone() -> list[e.RecordedEvent]:
    execution = queued(part=D_ALONE)
    for path in D_ALONE.given:
        execution.give_step(cause(), path, output=JsonText(b"7"), output_artifact=None, source="sample", execution=None)
    execution.start(cause(), owner=SERVER, epoch=1, isolation="process")
    return facts(execution)


def test_a_step_alone_starts_at_once_whatever_its_edges_would_say() -> None:
    execution = replayed(given_alone())
    plan = Plan(DIAMOND.only(D_ALONE), execution.state)
    assert (plan.startable(), plan.skips(), [*plan.undecided()]) == (["d"], [], [])


def test_what_is_given_stands_in_the_history() -> None:
    state = replayed(given_alone()).state
    assert state.part == D_ALONE
    assert {path: (step.status, step.output, step.attempt) for path, step in state.steps.items()} == {
        "b": (StepStatus.COMPLETED, b"7", 0),
        "c": (StepStatus.COMPLETED, b"7", 0),
    }


def test_the_next_run_is_of_the_same_part_and_keeps_what_was_given() -> None:
    execution = replayed(given_alone())
    execution.request_stop(cause(), grace_s=0, reason=None)
    execution.finish_stopped(cause(), proof="all_attempts_dead", log_events=0, log_lines=0, dropped_lines=0)
    execution.retry(
        cause(), workflow_version=1, graph_hash="0" * 64, origin="start", chosen=(), reused=["b", "c"],
        generations={}, inputs=JsonText(b"{}"), step_inputs=JsonText(b"{}"), token=None,
    )  # fmt: skip
    execution.start(cause(), owner=SERVER, epoch=2, isolation="process")
    assert execution.state.part == D_ALONE
    assert Plan(DIAMOND.only(D_ALONE), execution.state).startable() == ["d"]
