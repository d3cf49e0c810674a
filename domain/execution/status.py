"""Statuses of an execution and of a step, and every change between them: the one table.

Code asks these tables and never compares status strings. SQL checks, the generated documentation
and the page are tested against them.
"""

from enum import StrEnum


class ExecutionStatus(StrEnum):
    """Where an execution stands. The comment says who moves it on."""

    QUEUED = "queued"  # admission starts it when an attempt is free
    RUNNING = "running"  # the conductor takes it through its graph
    PAUSED = "paused"  # a person resumes or stops it
    STOPPING = "stopping"  # the executor proves that everything of it is dead
    COMPLETED = "completed"  # nobody, unless a person retries it
    FAILED = "failed"  # nobody, unless a person retries it
    STOPPED = "stopped"  # nobody, unless a person retries it


class StepStatus(StrEnum):
    """Where a step stands. The comment says who moves it on."""

    PENDING = "pending"  # the planner, once its incoming edges are settled
    READY = "ready"  # a worker begins it
    RUNNING = "running"  # its worker reports the outcome
    RETRYING = "retrying"  # its owner, when its backoff is over
    WAITING = "waiting"  # a person, a timer or a child execution answers
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    STOPPED = "stopped"


_E = ExecutionStatus
_S = StepStatus

TRANSITIONS: dict[ExecutionStatus, frozenset[ExecutionStatus]] = {
    _E.QUEUED: frozenset({_E.RUNNING, _E.STOPPING, _E.STOPPED, _E.FAILED}),
    _E.RUNNING: frozenset({_E.PAUSED, _E.STOPPING, _E.COMPLETED, _E.FAILED}),
    _E.PAUSED: frozenset({_E.RUNNING, _E.STOPPING, _E.COMPLETED, _E.FAILED}),
    _E.STOPPING: frozenset({_E.STOPPED}),
    _E.COMPLETED: frozenset({_E.QUEUED}),
    _E.FAILED: frozenset({_E.QUEUED}),
    _E.STOPPED: frozenset({_E.QUEUED}),
}

FINAL: frozenset[ExecutionStatus] = frozenset({_E.COMPLETED, _E.FAILED, _E.STOPPED})
"""Terminal means terminal of a run: only a retry, which opens the next run, leaves it."""

STEP_TRANSITIONS: dict[StepStatus, frozenset[StepStatus]] = {
    _S.PENDING: frozenset({_S.READY, _S.SKIPPED, _S.STOPPED, _S.COMPLETED, _S.FAILED}),
    # Lost before or after it began: handed out again (ready) or waits for a person.
    _S.READY: frozenset({_S.RUNNING, _S.READY, _S.WAITING, _S.COMPLETED, _S.FAILED, _S.STOPPED, _S.RETRYING}),
    _S.RUNNING: frozenset({_S.READY, _S.WAITING, _S.COMPLETED, _S.FAILED, _S.STOPPED, _S.RETRYING}),
    _S.RETRYING: frozenset({_S.READY, _S.STOPPED, _S.FAILED, _S.SKIPPED}),
    _S.WAITING: frozenset({_S.READY, _S.COMPLETED, _S.FAILED, _S.STOPPED, _S.SKIPPED}),
    _S.COMPLETED: frozenset(),
    _S.FAILED: frozenset({_S.RETRYING}),  # only by the event that follows the failure in the same append
    _S.SKIPPED: frozenset(),
    _S.STOPPED: frozenset(),
}

STEP_FINAL: frozenset[StepStatus] = frozenset({_S.COMPLETED, _S.FAILED, _S.SKIPPED, _S.STOPPED})


def may_become(current: ExecutionStatus, wanted: ExecutionStatus) -> bool:
    """Whether the table allows the change."""
    return wanted in TRANSITIONS[current]


def step_may_become(current: StepStatus, wanted: StepStatus) -> bool:
    """Whether the table allows the change of a step."""
    return wanted in STEP_TRANSITIONS[current]
