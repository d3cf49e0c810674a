"""The tables of statuses: what every reader of them may rely on."""

from collections import deque
from collections.abc import Mapping
from enum import StrEnum

import pytest

from domain.execution.status import (
    FINAL,
    STEP_FINAL,
    STEP_TRANSITIONS,
    TRANSITIONS,
    ExecutionStatus,
    StepStatus,
    may_become,
    step_may_become,
)
from domain.workflow.workflow import WORKFLOW_TRANSITIONS, WorkflowStatus

TABLES: list[tuple[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]], StrEnum]] = [
    (ExecutionStatus, TRANSITIONS, ExecutionStatus.QUEUED),  # type: ignore[list-item]
    (StepStatus, STEP_TRANSITIONS, StepStatus.PENDING),  # type: ignore[list-item]
    (WorkflowStatus, WORKFLOW_TRANSITIONS, WorkflowStatus.DRAFT),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("statuses", "table", "first"), TABLES)
def test_every_status_has_its_row_and_can_be_reached(
    statuses: type[StrEnum], table: Mapping[StrEnum, frozenset[StrEnum]], first: StrEnum
) -> None:
    assert set(table) == set(statuses)
    reached, waiting = {first}, deque([first])
    while waiting:
        for target in table[waiting.popleft()]:
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    assert reached == set(statuses)


def test_only_a_retry_leaves_a_final_status() -> None:
    assert {ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.STOPPED} == FINAL
    assert all(TRANSITIONS[status] == {ExecutionStatus.QUEUED} for status in FINAL)
    # A failed step goes on only by the event that stands behind its failure in the same append.
    assert all(STEP_TRANSITIONS[status] == frozenset() for status in STEP_FINAL - {StepStatus.FAILED})
    assert STEP_TRANSITIONS[StepStatus.FAILED] == {StepStatus.RETRYING}


def test_every_status_that_is_not_final_has_a_way_to_an_end() -> None:
    for status in set(ExecutionStatus) - FINAL:
        seen, waiting = {status}, [status]
        while waiting:
            for target in TRANSITIONS[waiting.pop()] - seen:
                seen.add(target)
                if target not in FINAL:
                    waiting.append(target)
        assert seen & FINAL, status


def test_stopping_leads_to_stopped_and_nowhere_else() -> None:
    assert TRANSITIONS[ExecutionStatus.STOPPING] == {ExecutionStatus.STOPPED}


@pytest.mark.parametrize("source", [*ExecutionStatus])
@pytest.mark.parametrize("target", [*ExecutionStatus])
def test_the_question_asks_the_table(source: ExecutionStatus, target: ExecutionStatus) -> None:
    assert may_become(source, target) is (target in TRANSITIONS[source])


def test_a_step_that_has_ended_stays_so() -> None:
    changes = [(source, target) for source in STEP_FINAL for target in StepStatus if step_may_become(source, target)]
    assert changes == [(StepStatus.FAILED, StepStatus.RETRYING)]
