"""The facts of one execution, in the order of its life.

Names and topics are for ever once stored. Facts only: nothing here can be computed from the rest.
How each fact changes the execution's state stands with the state (`state.py`); the generated
docs/events.md lists fields and units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.event import RecordedEvent, StepError, register
from domain.values import (
    ArtifactRef,
    Concurrency,
    Debounce,
    JsonText,
    LogLine,
    Part,
    Usage,
    WaitedFor,
    execution_id_of_log,
)


@dataclass(frozen=True)
class ExecutionEvent(RecordedEvent):
    """A decision about an execution; folds into its state by `state.fold`."""

    def apply(self, aggregate: Any) -> None:
        aggregate.state.fold(self)


@dataclass(frozen=True)
class Created(Aggregate.Created, ExecutionEvent):
    """The execution exists and waits in the queue.

    `number` is serial per workflow, from 1; the append gives it (0 until then). `priority` is -100..100.
    `concurrency` is the limit it comes under, null without one; `exempt`: no limit holds it up, for an execution
    above it, of the same workflow, waits for it. It starts at `not_before_ms` or later; with `debounce` only if no
    other of that key comes until then. `part` is what runs of the workflow, null when it is the whole.
    """

    TOPIC: ClassVar[str] = "execution.created.v1"
    ADDED: ClassVar[Mapping[str, object]] = {
        "concurrency": None, "exempt": False, "not_before_ms": None, "debounce": None, "part": None,
    }  # fmt: skip
    number: int
    workflow_version: int
    workflow_name: str
    graph_hash: str
    inputs: JsonText
    priority: int
    labels: dict[str, str]
    trigger: str
    concurrency: Concurrency | None
    exempt: bool
    not_before_ms: float | None
    debounce: Debounce | None
    part: Part | None

    def mutate(self, aggregate: Any) -> Any:  # noqa: ARG002 - the library's signature
        """Open the aggregate (`CanInitAggregate` of the library, without its reflection per event)."""
        from domain.execution.execution import Execution  # noqa: PLC0415 - the aggregate needs the events first

        execution = Execution.__new__(Execution)
        execution.__base_init__(self.originator_id, self.originator_version, self.timestamp)
        execution.open(self)
        return execution


@dataclass(frozen=True)
class OwnerChanged(ExecutionEvent):
    """Another server, or the same server after a restart, took the execution over.

    `epoch` is the lease's new epoch; `reason` is restarted, lease_expired or handed_over.
    """

    TOPIC: ClassVar[str] = "execution.owner_changed.v1"
    owner: UUID
    epoch: int
    reason: str


@dataclass(frozen=True)
class Started(ExecutionEvent):
    """Admission let the execution run. `isolation` says how step code is kept apart (process).

    `waited_ms`: how long it waited in the queue, in milliseconds by cause (slots, workflow_limit, key_limit, held);
    they add up to the time since it was queued. `waits`: what it waited for one after the other and who held it, of one
    that more than slots kept waiting; the last 20.
    """

    TOPIC: ClassVar[str] = "execution.started.v1"
    ADDED: ClassVar[Mapping[str, object]] = {"waited_ms": {}, "waits": []}
    owner: UUID
    epoch: int
    isolation: str
    run: int
    waited_ms: dict[str, float]
    waits: list[WaitedFor]


@dataclass(frozen=True)
class StepStarted(ExecutionEvent):
    """An attempt was handed over to be executed: durable before any of its code runs.

    `input` is the node's config with its expressions resolved; when it is larger than the inline
    limit it is null and `input_artifact` refers to it. `input_hash` is the SHA-256 (hex) of either.
    `generation` counts manual re-runs and is part of the idempotency key of the step's effects.
    """

    TOPIC: ClassVar[str] = "execution.step_started.v1"
    path: str
    attempt: int
    kind: str
    input: JsonText
    input_artifact: ArtifactRef | None
    input_hash: str
    generation: int


@dataclass(frozen=True)
class StepBegun(RecordedEvent):
    """The attempt's code began to run in a worker (log stream; only attempts that last are told)."""

    TOPIC: ClassVar[str] = "execution.step_begun.v1"
    path: str
    attempt: int
    worker: str
    began_at_ms: float


@dataclass(frozen=True)
class StepLogged(RecordedEvent):
    """Lines a step wrote, in order (log stream).

    Lines are numbered over the whole execution: the first of this batch is `first_line` (from 1).
    `dropped` lines were produced faster than they could be kept, and stood before the batch's last.
    """

    TOPIC: ClassVar[str] = "execution.step_logged.v1"
    path: str
    attempt: int
    first_line: int
    lines: list[LogLine]
    dropped: int


@dataclass(frozen=True)
class StepProgressed(RecordedEvent):
    """How far a step says it is (log stream; at most four a second). `fraction` is 0..1 or null."""

    TOPIC: ClassVar[str] = "execution.step_progressed.v1"
    path: str
    attempt: int
    fraction: float | None
    text: str | None


@dataclass(frozen=True)
class StepCompleted(ExecutionEvent):
    """The attempt succeeded. `output` is null when `output_artifact` holds it; `artifacts` are files
    the step attached. `last_line` is the number of its last log line, 0 without any."""

    TOPIC: ClassVar[str] = "execution.step_completed.v1"
    path: str
    attempt: int
    output: JsonText
    output_artifact: ArtifactRef | None
    artifacts: list[ArtifactRef]
    usage: Usage | None
    last_line: int


@dataclass(frozen=True)
class StepFailed(ExecutionEvent):
    """The attempt failed; whether that fails the execution is decided by the node's `on_error`."""

    TOPIC: ClassVar[str] = "execution.step_failed.v1"
    path: str
    attempt: int
    error: StepError
    usage: Usage | None
    last_line: int


@dataclass(frozen=True)
class StepRetryScheduled(ExecutionEvent):
    """The attempt that has just failed (the event before it) is not the step's last: the next one starts at
    `due_at_ms` (Unix milliseconds) or later. `rule` says what allowed it: default, category, type or when."""

    TOPIC: ClassVar[str] = "execution.step_retry_scheduled.v1"
    path: str
    attempt: int
    due_at_ms: float
    rule: str


@dataclass(frozen=True)
class EdgesDecided(ExecutionEvent):
    """What the conditions on the edges that leave a final step gave: target node id -> taken.

    Recorded so that a replay never evaluates an expression again. Edges without a condition are
    decided by their source's status alone and are not listed.
    """

    TOPIC: ClassVar[str] = "execution.edges_decided.v1"
    source: str
    taken: dict[str, bool]


@dataclass(frozen=True)
class StepSkipped(ExecutionEvent):
    """The step will not run. `reason` is no_edge_taken (none of its conditions held, or what it
    depends on was skipped) or join_not_met (one of all its edges is dead)."""

    TOPIC: ClassVar[str] = "execution.step_skipped.v1"
    path: str
    reason: str


@dataclass(frozen=True)
class StepGiven(ExecutionEvent):
    """The step does not run: it has this output, for it stands before the one step that the execution is for.

    `output` is null when `output_artifact` holds it. `source` says where it comes from: sample (of the definition), or
    execution: the output that the step had in `execution`.
    """

    TOPIC: ClassVar[str] = "execution.step_given.v1"
    path: str
    output: JsonText
    output_artifact: ArtifactRef | None
    source: str
    execution: UUID | None


@dataclass(frozen=True)
class StepExpanded(ExecutionEvent):
    """The attempt is of a map: its `count` items run as steps of their own from here on, and it holds no slot.

    In a second pass (a later attempt) items that have completed are kept. `due_at_ms` (Unix milliseconds) is the
    map's own limit, null without one.
    """

    TOPIC: ClassVar[str] = "execution.step_expanded.v1"
    path: str
    attempt: int
    count: int
    due_at_ms: float | None


@dataclass(frozen=True)
class ChildStarted(ExecutionEvent):
    """The attempt runs another workflow: `child` is the execution that was created in the same append."""

    TOPIC: ClassVar[str] = "execution.child_started.v1"
    path: str
    attempt: int
    child: UUID
    child_workflow: UUID
    child_version: int


@dataclass(frozen=True)
class StepWaiting(ExecutionEvent):
    """The step waits for something that is not a worker, and holds no slot.

    `reason`: unknown_outcome (its worker was lost and its effects are not safe to repeat; a person answers), approval
    (a person answers), child (an execution of another workflow ends) or timer. `due_at_ms` (Unix milliseconds) is the
    end of a timer and the limit of the others, null without one.
    """

    TOPIC: ClassVar[str] = "execution.step_waiting.v1"
    path: str
    attempt: int
    reason: str
    due_at_ms: float | None


@dataclass(frozen=True)
class StepResumed(ExecutionEvent):
    """A waiting step goes on. `decision` is what a person answered (run_again, completed, failed; of an approval
    completed is approved and failed rejected), child (it has ended) or due: its time has come; completed or failed
    follows."""

    TOPIC: ClassVar[str] = "execution.step_resumed.v1"
    path: str
    attempt: int
    decision: str


@dataclass(frozen=True)
class StepLost(ExecutionEvent):
    """The attempt's worker is gone and nobody knows how far it came.

    `reason`: server_restarted, server_stopped (it was asked to end), server_gone, worker_died, out_of_memory.
    """

    TOPIC: ClassVar[str] = "execution.step_lost.v1"
    path: str
    attempt: int
    reason: str


@dataclass(frozen=True)
class OutcomeIgnored(ExecutionEvent):
    """A fact that came too late to count: `outcome` as reported and `reason` why it does not."""

    TOPIC: ClassVar[str] = "execution.outcome_ignored.v1"
    path: str
    attempt: int
    outcome: str
    reason: str


@dataclass(frozen=True)
class QueueChanged(ExecutionEvent):
    """A person changed how the execution waits in the queue: its priority, or whether it is held.

    One that is `held` does not start until it is released. `priority` is -100..100; both are as they are from now on.
    """

    TOPIC: ClassVar[str] = "execution.queue_changed.v1"
    priority: int
    held: bool
    reason: str | None


@dataclass(frozen=True)
class Paused(ExecutionEvent):
    """Nothing new of the execution starts until it is resumed; what runs goes on to its end."""

    TOPIC: ClassVar[str] = "execution.paused.v1"
    reason: str | None


@dataclass(frozen=True)
class Resumed(ExecutionEvent):
    """A paused execution goes on. Its own time limit stood still meanwhile."""

    TOPIC: ClassVar[str] = "execution.resumed.v1"


@dataclass(frozen=True)
class Retried(ExecutionEvent):
    """A finished execution goes back into the queue as its next run; what was, stays in the history.

    `origin` is failed, start or steps (then `chosen` names them). Steps in `reused` keep their outputs, all others
    run again as they are reached. `inputs` are the run's. `step_inputs` is an object step -> fields that replace
    what its expressions give. `generations` are the new ones of steps whose effects may be repeated. `token` is the
    preview's that was confirmed. `concurrency` and `exempt` as of `created`, and `priority`, null when it stays.
    """

    TOPIC: ClassVar[str] = "execution.retried.v1"
    ADDED: ClassVar[Mapping[str, object]] = {"priority": None, "concurrency": None, "exempt": False}
    run: int
    workflow_version: int
    graph_hash: str
    origin: str
    chosen: list[str]
    reused: list[str]
    generations: dict[str, int]
    inputs: JsonText
    step_inputs: JsonText
    token: str | None
    priority: int | None
    concurrency: Concurrency | None
    exempt: bool


@dataclass(frozen=True)
class StopRequested(ExecutionEvent):
    """Somebody asked for the execution to stop; `grace_s` seconds lie between SIGTERM and SIGKILL."""

    TOPIC: ClassVar[str] = "execution.stop_requested.v1"
    grace_s: float
    reason: str | None


@dataclass(frozen=True)
class StepStopped(ExecutionEvent):
    """The attempt was ended by a stop (or never began). `signal` is none, SIGTERM or SIGKILL;
    `death_ms` the time from the request to the proven death of its last process; `proof` says how
    that is known (never_began, descendants_gone, server_restarted, child_ended; items_ended of a
    map; operator: a person answered for it)."""

    TOPIC: ClassVar[str] = "execution.step_stopped.v1"
    path: str
    attempt: int
    signal: str
    death_ms: float
    proof: str
    last_line: int


@dataclass(frozen=True)
class StopUnconfirmed(ExecutionEvent):
    """Attempts at `paths` ran on `server`, which is gone since `since_ms` (Unix milliseconds): nobody can prove that
    they are dead. The execution stays stopping until that server is back, or a person answers for it."""

    TOPIC: ClassVar[str] = "execution.stop_unconfirmed.v1"
    paths: list[str]
    server: UUID
    since_ms: float


@dataclass(frozen=True)
class Stopped(ExecutionEvent):
    """Everything of the execution is proven dead. Counts cover both streams up to this event."""

    TOPIC: ClassVar[str] = "execution.stopped.v1"
    proof: str
    events: int
    log_lines: int
    dropped_lines: int


@dataclass(frozen=True)
class Completed(ExecutionEvent):
    """Every step is final and no failure went unhandled. `result` is the workflow's output."""

    TOPIC: ClassVar[str] = "execution.completed.v1"
    result: JsonText
    result_artifact: ArtifactRef | None
    handled_failures: int
    events: int
    log_lines: int
    dropped_lines: int


@dataclass(frozen=True)
class Failed(ExecutionEvent):
    """The execution failed. `cause_path` is the step of the first cause (null when it was no step:
    a time-out, a condition, the output); `knock_on` are later failures; steps that had not started
    are skipped by this event."""

    TOPIC: ClassVar[str] = "execution.failed.v1"
    error: StepError
    cause_path: str | None
    pointer: str | None
    knock_on: list[str]
    events: int
    log_lines: int
    dropped_lines: int


DECISIONS: tuple[type[ExecutionEvent], ...] = (
    Created, OwnerChanged, QueueChanged, Started, StepStarted, StepCompleted, StepFailed, StepRetryScheduled,
    EdgesDecided, StepSkipped, StepGiven, StepExpanded, ChildStarted, StepWaiting, StepResumed, StepLost,
    OutcomeIgnored, Paused, Resumed, StopRequested, StepStopped, StopUnconfirmed, Stopped, Completed, Failed, Retried,
)  # fmt: skip
LOG_EVENTS: tuple[type[RecordedEvent], ...] = (StepBegun, StepLogged, StepProgressed)

register(*DECISIONS, *LOG_EVENTS)

TerminalEvent = Completed | Failed | Stopped


def execution_of(event: RecordedEvent) -> UUID:
    """The execution an event of either of its streams belongs to."""
    return event.originator_id if isinstance(event, ExecutionEvent) else execution_id_of_log(event.originator_id)
