"""Read models as rows, and how each event changes them. Pure: no clock, no page borders, no serials.

An execution has one row and one row a step; lines of the log stay in the log, `LogBatch` says where.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.event import RecordedEvent, StepError
from domain.execution import events as e
from domain.execution.status import FINAL, STEP_FINAL, ExecutionStatus, StepStatus
from domain.paths import Reused, index_of, map_of
from domain.values import LOG_LEVELS, ArtifactRef, LogLine, Part, Usage
from domain.workflow import workflow as w

Json = msgspec.Raw


class AttemptRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One try of a step. `outcome` is null while it is open."""

    run: int
    attempt: int
    started_at: datetime
    began_at_ms: float | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    usage: Usage | None = None
    error: StepError | None = None


class ItemCounts(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How the items of a map stand: `total` of them, so many final in each way; `failures` are the first of those that
    failed, by their place in the list."""

    total: int
    completed: int = 0
    failed: int = 0
    stopped: int = 0
    failures: list[int] = msgspec.field(default_factory=list[int])


FAILURES_KEPT = 1_000
"""Of one map, by their places: who looks for failed items finds so many without reading all."""


class StepRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Where a step stands. Values are inline JSON, or null with an artifact. `due_at_ms` (Unix) is of a wait or a
    backoff."""

    path: str
    kind: str = ""
    status: StepStatus = StepStatus.PENDING
    attempt: int = 0
    reason: str | None = None
    due_at_ms: float | None = None
    worker: str | None = None
    child: UUID | None = None
    items: ItemCounts | None = None
    input: Json = Json(b"null")
    input_artifact: ArtifactRef | None = None
    output: Json = Json(b"null")
    output_artifact: ArtifactRef | None = None
    artifacts: list[ArtifactRef] = msgspec.field(default_factory=list[ArtifactRef])
    fraction: float | None = None
    progress_text: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: list[AttemptRow] = msgspec.field(default_factory=list[AttemptRow])


class StepTimes(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Of a step's row only when, how often and how it ran."""

    path: str
    kind: str = ""
    status: StepStatus = StepStatus.PENDING
    reason: str | None = None
    due_at_ms: float | None = None
    items: ItemCounts | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: list[AttemptRow] = msgspec.field(default_factory=list[AttemptRow])


class Unconfirmed(msgspec.Struct, kw_only=True, frozen=True):
    """A stop that cannot be proven: what may live on which server, since when (Unix milliseconds)."""

    paths: list[str]
    server: UUID
    since_ms: float


class ExecutionRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Where an execution stands. `settled` counts final steps; `current` are open step paths. `parked` names
    the event that could not be applied: everything of the execution stays as it was before it."""

    id: UUID
    created: int
    number: int
    workflow_id: UUID
    workflow_name: str
    workflow_version: int
    priority: int
    labels: dict[str, str]
    inputs: Json
    actor: str
    trigger: str = "api"
    part: Part | None = None
    """What runs of the workflow; None: all of it."""
    created_at: datetime
    queued_at: datetime | None = None
    """Of a later run than the first."""
    status: ExecutionStatus = ExecutionStatus.QUEUED
    run: int = 1
    started_at: datetime | None = None
    ended_at: datetime | None = None
    held: bool = False
    waited_by: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """Milliseconds in the queue by cause."""
    settled: int = 0
    failed_steps: int = 0
    current: list[str] = msgspec.field(default_factory=list[str])
    waiting: list[str] = msgspec.field(default_factory=list[str])
    result: Json = Json(b"null")
    result_artifact: ArtifactRef | None = None
    error: StepError | None = None
    cause_path: str | None = None
    pointer: str | None = None
    knock_on: list[str] = msgspec.field(default_factory=list[str])
    handled_failures: int = 0
    paused_by: str | None = None
    stop_reason: str | None = None
    stopped_by: str | None = None
    proof: str | None = None
    unconfirmed: Unconfirmed | None = None
    events: int = 0
    log_lines: int = 0
    dropped_lines: int = 0
    position: int = 0
    parked: str | None = None


class WorkflowRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Where a workflow stands. `latest_problems` counts what is wrong with the last saved version; `parked`
    as in an execution's row."""

    id: UUID
    created: int
    name: str
    description: str
    labels: dict[str, str]
    created_at: datetime
    updated_at: datetime
    updated_by: str
    status: str = "draft"
    latest_version: int = 0
    ready_version: int | None = None
    latest_problems: int = 0
    nodes: int = 0
    parked: str | None = None


class LogBatch(msgspec.Struct, kw_only=True, frozen=True):
    """Where lines stand in the log. `worst` is the index of the most severe level in LOG_LEVELS."""

    execution_id: UUID
    first_line: int
    last_line: int
    position: int
    path: str
    worst: int


STEP_EVENTS = (
    e.StepStarted, e.StepBegun, e.StepProgressed, e.StepCompleted, e.StepFailed, e.StepRetryScheduled, e.StepSkipped,
    e.StepGiven, e.StepExpanded, e.ChildStarted, e.StepWaiting, e.StepResumed, e.StepLost, e.StepStopped,
)  # fmt: skip
"""Events that change a step's row; all have a `path`."""


def rows_of(event: Any) -> tuple[str, ...]:
    """The steps whose rows one of STEP_EVENTS changes: its own, and for an item that of its map."""
    outer = map_of(event.path)
    return (event.path,) if outer is None or not isinstance(event, _COUNTED) else (event.path, outer)


_COUNTED = (e.StepCompleted, e.StepFailed, e.StepRetryScheduled, e.StepStopped)


def open_execution(event: e.Created, position: int) -> ExecutionRow:
    """The first row of an execution."""
    return ExecutionRow(
        id=event.originator_id,
        created=position,
        number=event.number,
        workflow_id=event.workflow_id,
        workflow_name=event.workflow_name,
        workflow_version=event.workflow_version,
        priority=event.priority,
        labels=event.labels,
        inputs=Json(event.inputs),
        actor=event.actor,
        trigger=event.trigger,
        part=event.part,
        created_at=event.timestamp,
        events=1,
        position=position,
    )


def fold_execution(row: ExecutionRow, event: RecordedEvent, position: int) -> None:
    """Change the row by one event of either stream."""
    row.events += 1
    row.position = position
    path = getattr(event, "path", "")
    if path.endswith("]") and not isinstance(event, e.StepLogged):
        _fold_item(row, path, event)
        return
    match event:
        case e.Started():
            row.status, row.started_at, row.run = ExecutionStatus.RUNNING, event.timestamp, event.run
            row.waited_by = event.waited_ms
        case e.StepStarted():
            _leave(row.waiting, event.path)
            row.current.append(event.path)
        case e.StepRetryScheduled():
            row.settled -= 1
            row.failed_steps -= 1
            row.waiting.append(event.path)
        case e.StepLogged():
            row.log_lines += len(event.lines)
            row.dropped_lines += event.dropped
        case e.StepCompleted() | e.StepFailed() | e.StepSkipped() | e.StepStopped() | e.StepGiven():
            row.settled += 1
            row.failed_steps += isinstance(event, e.StepFailed)
            _leave(row.current, event.path)
            _leave(row.waiting, event.path)
        case e.StepLost():
            _leave(row.current, event.path)
        case e.StepWaiting():
            _leave(row.current, event.path)
            row.waiting.append(event.path)
        case e.StepResumed() if event.decision == "run_again":
            _leave(row.waiting, event.path)
        case e.QueueChanged():
            row.priority, row.held = event.priority, event.held
        case e.Paused():
            row.status, row.paused_by = ExecutionStatus.PAUSED, event.actor
        case e.Resumed():
            row.status, row.paused_by = ExecutionStatus.RUNNING, None
        case e.Retried():
            _begin_again(row, event)
        case e.StopRequested():
            row.status, row.stop_reason, row.stopped_by = ExecutionStatus.STOPPING, event.reason, event.actor
        case e.StopUnconfirmed():
            row.unconfirmed = Unconfirmed(paths=event.paths, server=event.server, since_ms=event.since_ms)
        case e.Stopped():
            row.proof, row.unconfirmed = event.proof, None
            _end(row, ExecutionStatus.STOPPED, event)
        case e.Completed():
            row.result, row.result_artifact = Json(event.result), event.result_artifact
            row.handled_failures = event.handled_failures
            _end(row, ExecutionStatus.COMPLETED, event)
        case e.Failed():
            row.error, row.cause_path, row.pointer = event.error, event.cause_path, event.pointer
            row.knock_on = event.knock_on
            _end(row, ExecutionStatus.FAILED, event)
        case _:
            pass


def _fold_item(row: ExecutionRow, path: str, event: RecordedEvent) -> None:
    """An item of a map is no step of the graph; that one waits for somebody is told all the same."""
    if isinstance(event, e.StepWaiting):
        row.waiting.append(path)
    elif isinstance(event, e.StepStarted | e.StepCompleted | e.StepFailed | e.StepStopped | e.StepResumed):
        _leave(row.waiting, path)


def _begin_again(row: ExecutionRow, event: e.Retried) -> None:
    row.status, row.run, row.workflow_version = ExecutionStatus.QUEUED, event.run, event.workflow_version
    row.inputs, row.queued_at, row.started_at, row.ended_at = Json(event.inputs), event.timestamp, None, None
    row.settled, row.failed_steps, row.handled_failures = Reused(event.reused).steps, 0, 0
    row.current, row.waiting, row.knock_on, row.waited_by, row.held = [], [], [], {}, False
    row.priority = row.priority if event.priority is None else event.priority
    row.result, row.result_artifact, row.error = Json(b"null"), None, None
    row.cause_path = row.pointer = row.stop_reason = row.stopped_by = row.proof = row.paused_by = None


def _leave(paths: list[str], path: str) -> None:
    if path in paths:
        paths.remove(path)


def _end(row: ExecutionRow, status: ExecutionStatus, event: RecordedEvent) -> None:
    row.status, row.ended_at = status, event.timestamp
    row.current, row.waiting = [], []


def fold_step(row: StepRow, run: int, event: Any) -> None:
    """Change a step's row by one of STEP_EVENTS: its own, or of a map by one of an item."""
    if event.path != row.path:
        _count(row, event)
        return
    latest = row.attempts[-1] if row.attempts else None
    match event:
        case e.StepStarted():
            row.status, row.attempt, row.kind, row.reason = StepStatus.READY, event.attempt, event.kind, None
            row.input, row.input_artifact = Json(event.input), event.input_artifact
            row.started_at = row.started_at or event.timestamp
            row.fraction = row.progress_text = None
            row.attempts.append(AttemptRow(run=run, attempt=event.attempt, started_at=event.timestamp))
        case e.StepBegun():
            if row.status is StepStatus.READY and latest is not None and latest.attempt == event.attempt:
                row.status, row.worker, latest.began_at_ms = StepStatus.RUNNING, event.worker, event.began_at_ms
        case e.StepProgressed():
            row.fraction, row.progress_text = event.fraction, event.text
        case e.StepCompleted():
            row.output, row.output_artifact, row.artifacts = Json(event.output), event.output_artifact, event.artifacts
            _close(row, latest, event, StepStatus.COMPLETED, event.usage)
        case e.StepFailed():
            _close(row, latest, event, StepStatus.FAILED, event.usage)
            if latest is not None:
                latest.error = event.error
        case e.StepRetryScheduled():
            row.status, row.reason, row.due_at_ms, row.ended_at = StepStatus.RETRYING, event.rule, event.due_at_ms, None
        case e.StepStopped():
            row.reason = event.proof
            _close(row, latest, event, StepStatus.STOPPED, None)
        case e.StepLost():
            row.reason = event.reason
            _close(row, latest, event, StepStatus.READY, None, outcome="lost")
        case e.StepSkipped():
            row.status, row.reason = StepStatus.SKIPPED, event.reason
        case e.StepGiven():
            row.status, row.reason, row.ended_at = StepStatus.COMPLETED, f"given_{event.source}", event.timestamp
            row.output, row.output_artifact = Json(event.output), event.output_artifact
        case e.StepExpanded():
            row.status, row.due_at_ms = StepStatus.RUNNING, event.due_at_ms
            kept = 0 if row.items is None else row.items.completed  # in an earlier pass or run
            row.items = ItemCounts(total=event.count, completed=kept)
            if latest is not None:
                latest.began_at_ms = event.timestamp.timestamp() * 1000
        case e.ChildStarted():
            row.child = event.child
        case e.StepWaiting():
            row.status, row.reason, row.due_at_ms = StepStatus.WAITING, event.reason, event.due_at_ms
        case e.StepResumed():
            if event.decision == "run_again":
                row.status, row.reason = StepStatus.READY, None
        case _:
            raise TypeError(f"{type(event).__name__} does not change a step")


def _count(row: StepRow, event: Any) -> None:
    counts = row.items
    if counts is None:
        return
    match event:
        case e.StepCompleted():
            counts.completed += 1
        case e.StepFailed():
            counts.failed += 1
            if len(counts.failures) < FAILURES_KEPT:
                counts.failures.append(index_of(event.path))
        case e.StepRetryScheduled():
            counts.failed -= 1
            if index_of(event.path) in counts.failures:
                counts.failures.remove(index_of(event.path))
        case _:
            counts.stopped += 1


def begin_steps_again(rows: Mapping[str, StepRow], event: e.Retried) -> Iterator[StepRow]:
    """Change the rows of an execution's steps by a retry: those that run again are pending, their attempts kept.
    Gives those that changed."""
    reused = Reused(event.reused)
    kept = Counter(outer for path in rows if path in reused and (outer := map_of(path)) is not None)
    for path, row in rows.items():
        if path not in reused:
            _begin_step_again(row)
            if kept[path]:
                row.items = ItemCounts(total=0, completed=kept[path])
            yield row


def _begin_step_again(row: StepRow) -> None:
    row.status, row.attempt, row.reason, row.due_at_ms, row.worker = StepStatus.PENDING, 0, None, None, None
    row.input, row.input_artifact, row.output, row.output_artifact = Json(b"null"), None, Json(b"null"), None
    row.child = row.items = None
    row.artifacts, row.fraction, row.progress_text, row.started_at, row.ended_at = [], None, None, None, None


def _close(
    row: StepRow, latest: AttemptRow | None, event: Any, status: StepStatus, usage: Usage | None, outcome: str = ""
) -> None:
    row.status = status
    if status in STEP_FINAL:
        row.ended_at = event.timestamp
    if latest is not None and latest.ended_at is None:
        latest.ended_at, latest.outcome, latest.usage = event.timestamp, outcome or status.value, usage
        if usage is not None and latest.began_at_ms is None:
            latest.began_at_ms = usage.began_at_ms


def log_batch(execution_id: UUID, event: e.StepLogged, position: int) -> LogBatch:
    """Where the lines of one event stand."""
    return LogBatch(
        execution_id=execution_id,
        first_line=event.first_line,
        last_line=event.first_line + len(event.lines) - 1,
        position=position,
        path=event.path,
        worst=max(map(level_of, event.lines), default=0),
    )


def level_of(line: LogLine) -> int:
    """The index of a line's level in LOG_LEVELS; an unknown level counts as info."""
    return LOG_LEVELS.index(line.level) if line.level in LOG_LEVELS else 1


def open_workflow(event: w.WorkflowCreated, position: int) -> WorkflowRow:
    """The first row of a workflow."""
    return WorkflowRow(
        id=event.originator_id, created=position, name=event.name, description=event.description,
        labels=event.labels, created_at=event.timestamp, updated_at=event.timestamp, updated_by=event.actor,
    )  # fmt: skip


class _NodesOnly(msgspec.Struct):
    nodes: list[msgspec.Raw] = msgspec.field(default_factory=list[msgspec.Raw])


def fold_workflow(row: WorkflowRow, event: RecordedEvent) -> None:
    """Change the row by one event."""
    row.updated_at, row.updated_by = event.timestamp, event.actor
    match event:
        case w.VersionSaved():
            row.latest_version, row.latest_problems = event.version_number, len(event.problems)
            try:
                row.nodes = len(msgspec.json.decode(event.definition, type=_NodesOnly).nodes)
            except msgspec.ValidationError:  # a draft may hold anything where its nodes should be
                row.nodes = 0
        case w.Readied():
            row.ready_version = event.version_number
            if row.status == w.WorkflowStatus.DRAFT:
                row.status = w.WorkflowStatus.READY.value
        case w.WorkflowPaused():
            row.status = w.WorkflowStatus.PAUSED.value
        case w.WorkflowResumed():
            row.status = w.WorkflowStatus.READY.value
        case w.Archived():
            row.status = w.WorkflowStatus.ARCHIVED.value
        case w.Renamed():
            row.name, row.description, row.labels = event.name, event.description, event.labels
        case _:
            pass


def is_final(row: ExecutionRow) -> bool:
    """Whether no further event changes the row, save for late facts and a retry."""
    return row.status in FINAL
