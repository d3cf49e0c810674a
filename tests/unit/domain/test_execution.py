"""The aggregate, claim by claim: given a history, when a command, then these facts."""

from collections.abc import Callable

import pytest

from domain.errors import Category, Conflict, TransitionRefused
from domain.event import RecordedEvent
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.execution.state import LOSSES_UNTIL_FAILED, HistoryBroken
from domain.execution.status import ExecutionStatus as S
from domain.execution.status import StepStatus
from domain.values import EMPTY_OBJECT, NULL, JsonText
from tests.unit.domain.given import (
    COMMAND,
    SERVER,
    WORKFLOW,
    cause,
    facts,
    hand_over,
    queued,
    replayed,
    running,
    step_error,
)

COUNTS = {"log_events": 4, "log_lines": 7, "dropped_lines": 1}


def kinds(events: list[RecordedEvent]) -> list[type[RecordedEvent]]:
    return [type(event) for event in events]


def when(execution: Execution, command: Callable[[Execution], object]) -> list[RecordedEvent]:
    facts(execution)
    command(execution)
    return facts(execution)


def test_a_new_execution_is_queued_and_says_who_asked() -> None:
    execution = queued()
    (created,) = facts(execution)
    assert isinstance(created, e.Created)
    assert (created.actor, created.cause, created.workflow_id, created.timestamp) == (
        "local:ada", COMMAND, WORKFLOW, cause().at,
    )  # fmt: skip
    assert execution.state.status is S.QUEUED


def test_starting_twice_is_refused_with_what_it_is() -> None:
    with pytest.raises(TransitionRefused) as refused:
        running().start(cause(), owner=SERVER, epoch=1, isolation="process")
    assert (refused.value.code, refused.value.current) == ("execution_is_running", "running")


def test_attempts_are_numbered_from_one() -> None:
    execution = running()
    assert hand_over(execution, "a") == 1
    execution.lose_step(cause(), "a", 1, reason="worker_died", retry_safe=True)
    assert hand_over(execution, "a") == 2


def test_an_attempt_cannot_be_handed_over_while_one_is_open() -> None:
    execution = running()
    hand_over(execution, "a")
    with pytest.raises(HistoryBroken, match="can't start now"):
        hand_over(execution, "a")


def test_a_completed_step_keeps_its_output_word_for_word() -> None:
    execution = running()
    hand_over(execution, "a")
    execution.complete_step(cause(), "a", 1, output=JsonText(b'{"b": 1.0}'), last_line=3)
    step = execution.state.steps["a"]
    assert (step.status, step.output, execution.state.open_attempts) == (StepStatus.COMPLETED, b'{"b": 1.0}', {})


@pytest.mark.parametrize(
    ("name", "late"),
    [
        ("completed", lambda x: x.complete_step(cause(), "a", 1, output=NULL)),
        ("failed", lambda x: x.fail_step(cause(), "a", 1, step_error())),
        ("lost", lambda x: x.lose_step(cause(), "a", 1, reason="worker_died", retry_safe=False)),
        ("stopped", lambda x: x.stop_step(cause(), "a", 1, signal="", death_ms=0, proof="never_began", last_line=0)),
    ],
)  # fmt: skip
def test_an_outcome_that_comes_too_late_is_recorded_and_changes_nothing(
    name: str, late: Callable[[Execution], None]
) -> None:
    execution = running()
    hand_over(execution, "a")
    execution.complete_step(cause(), "a", 1, output=JsonText(b"1"))
    (ignored,) = when(execution, late)
    assert isinstance(ignored, e.OutcomeIgnored)
    assert (ignored.outcome, ignored.reason) == (name, "attempt_is_not_open")
    assert execution.state.steps["a"].status is StepStatus.COMPLETED
    assert execution.state.steps["a"].output == b"1"


def test_an_outcome_of_an_earlier_attempt_does_not_close_the_later_one() -> None:
    execution = running()
    hand_over(execution, "a")
    execution.lose_step(cause(), "a", 1, reason="worker_died", retry_safe=True)
    hand_over(execution, "a")
    assert kinds(when(execution, lambda x: x.complete_step(cause(), "a", 1, output=NULL))) == [e.OutcomeIgnored]
    assert execution.state.open_attempts == {"a": 2}


def test_an_outcome_after_the_end_says_that_the_execution_is_final() -> None:
    execution = running()
    execution.fail(cause(), step_error(), cause_path=None, **COUNTS)
    (ignored,) = when(execution, lambda x: x.complete_step(cause(), "a", 1, output=NULL))
    assert isinstance(ignored, e.OutcomeIgnored)
    assert ignored.reason == "execution_is_final"


def test_a_lost_step_that_is_safe_to_repeat_only_says_so() -> None:
    execution = running()
    hand_over(execution, "a")
    lost = when(execution, lambda x: x.lose_step(cause(), "a", 1, reason="server_restarted", retry_safe=True))
    assert kinds(lost) == [e.StepLost]
    assert execution.state.steps["a"].status is StepStatus.READY


def test_three_losses_of_one_step_fail_it_as_infrastructure() -> None:
    execution = running()
    for attempt in range(1, LOSSES_UNTIL_FAILED):
        hand_over(execution, "a")
        lost = when(execution, lambda x, a=attempt: x.lose_step(cause(), "a", a, reason="worker_died", retry_safe=True))
        assert kinds(lost) == [e.StepLost]
    hand_over(execution, "a")
    *_, failed = when(execution, lambda x: x.lose_step(cause(), "a", 3, reason="worker_died", retry_safe=True))
    assert isinstance(failed, e.StepFailed)
    assert (failed.error.category, failed.error.code) == (Category.INFRASTRUCTURE, "worker_lost")
    assert execution.state.failed == ["a"]


def test_a_lost_step_with_effects_waits_for_a_person() -> None:
    execution = running()
    hand_over(execution, "a")
    lost = when(execution, lambda x: x.lose_step(cause(), "a", 1, reason="worker_died", retry_safe=False))
    assert kinds(lost) == [e.StepLost, e.StepWaiting]
    assert execution.state.steps["a"].status is StepStatus.WAITING
    assert execution.state.open_attempts == {}  # it holds no slot


@pytest.mark.parametrize(
    ("decision", "then", "status"),
    [
        ("run_again", [e.StepResumed], StepStatus.READY),
        ("completed", [e.StepResumed, e.StepCompleted], StepStatus.COMPLETED),
        ("failed", [e.StepResumed, e.StepFailed], StepStatus.FAILED),
    ],
)
def test_an_answer_moves_a_waiting_step_on(decision: str, then: list[type[RecordedEvent]], status: StepStatus) -> None:
    execution = running()
    hand_over(execution, "a")
    execution.lose_step(cause(), "a", 1, reason="worker_died", retry_safe=False)
    told = when(
        execution,
        lambda x: x.answer_step(cause(), "a", decision=decision, output=EMPTY_OBJECT, error=step_error()),
    )
    assert kinds(told) == then
    assert execution.state.steps["a"].status is status


def test_only_a_waiting_step_can_be_answered() -> None:
    execution = running()
    hand_over(execution, "a")
    for path in ("a", "nowhere"):
        with pytest.raises(Conflict) as refused:
            execution.answer_step(cause(), path, decision="run_again", output=NULL, error=step_error())
        assert refused.value.code == "step_is_not_waiting"


def test_a_stop_of_a_stopping_or_stopped_execution_is_the_same_answer_and_no_event() -> None:
    execution = running()
    assert execution.request_stop(cause(), grace_s=5, reason="enough") is True
    assert when(execution, lambda x: x.request_stop(cause(), grace_s=9, reason="again")) == []
    assert execution.request_stop(cause(), grace_s=9, reason=None) is False
    execution.finish_stopped(cause(), proof="descendants_gone", **COUNTS)
    assert execution.request_stop(cause(), grace_s=9, reason=None) is False
    assert execution.state.grace_s == 5


@pytest.mark.parametrize("end", ["completed", "failed"])
def test_what_has_ended_cannot_be_stopped(end: str) -> None:
    execution = running()
    if end == "completed":
        execution.complete(cause(), result=NULL, result_artifact=None, handled_failures=0, **COUNTS)
    else:
        execution.fail(cause(), step_error(), cause_path=None, **COUNTS)
    with pytest.raises(TransitionRefused) as refused:
        execution.request_stop(cause(), grace_s=5, reason=None)
    assert refused.value.code == f"execution_is_{end}"


def test_a_queued_execution_can_be_stopped() -> None:
    execution = queued()
    assert execution.request_stop(cause(), grace_s=5, reason=None) is True
    execution.finish_stopped(cause(), proof="never_began", **COUNTS)
    assert execution.state.status is S.STOPPED


def test_a_stopped_execution_cannot_be_completed() -> None:
    execution = running()
    execution.request_stop(cause(), grace_s=5, reason=None)
    with pytest.raises(HistoryBroken):
        execution.complete(cause(), result=NULL, result_artifact=None, handled_failures=0, **COUNTS)
    execution = running()
    execution.request_stop(cause(), grace_s=5, reason=None)
    execution.finish_stopped(cause(), proof="descendants_gone", **COUNTS)
    with pytest.raises(HistoryBroken):
        execution.complete(cause(), result=NULL, result_artifact=None, handled_failures=0, **COUNTS)


def test_a_refused_fold_leaves_the_state_as_it_was() -> None:
    execution = running()
    hand_over(execution, "a")
    before = replayed(facts_of(execution)).state
    with pytest.raises(HistoryBroken):
        execution.skip_step(cause(), "a", "no_edge_taken")
    assert execution.state.steps["a"] == before.steps["a"]
    assert execution.state.open_attempts == before.open_attempts


def test_the_end_counts_the_events_of_both_streams_itself_included() -> None:
    execution = running()  # created, started
    hand_over(execution, "a")
    execution.complete_step(cause(), "a", 1, output=NULL)
    execution.complete(cause(), result=NULL, result_artifact=None, handled_failures=0, **COUNTS)
    completed = facts(execution)[-1]
    assert isinstance(completed, e.Completed)
    assert (completed.events, completed.log_lines, completed.dropped_lines) == (5 + 4, 7, 1)


def test_a_take_over_leaves_open_attempts_open_and_changes_the_owner() -> None:
    execution = running()
    hand_over(execution, "a")
    execution.take_over(cause(), owner=COMMAND, epoch=2, reason="restarted")
    state = execution.state
    assert (state.owner, state.epoch, state.open_attempts) == (COMMAND, 2, {"a": 1})


def test_versions_follow_each_other_from_one() -> None:
    execution = running()
    hand_over(execution, "a")
    execution.fail_step(cause(), "a", 1, step_error())
    assert [event.originator_version for event in facts(execution)] == [1, 2, 3, 4]


def test_a_history_replays_to_the_same_state() -> None:
    execution = running()
    hand_over(execution, "a")
    execution.lose_step(cause(), "a", 1, reason="out_of_memory", retry_safe=False)
    execution.answer_step(cause(), "a", decision="completed", output=JsonText(b"[1]"), error=step_error())
    execution.decide_edges(cause(), "a", {"b": False})
    execution.skip_step(cause(), "b", "no_edge_taken")
    state = execution.state
    assert replayed(facts(execution)).state == state


def facts_of(execution: Execution) -> list[RecordedEvent]:
    """The pending events, left where they are."""
    return [event for event in execution.pending_events if isinstance(event, RecordedEvent)]
