"""What is true of an execution after its events so far: the fold of its decision stream.

The log stream (lines, progress, begin reports) changes nothing here: no decision rests on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.errors import Category
from domain.event import RecordedEvent, StepError
from domain.execution import events as e
from domain.execution.status import ExecutionStatus, StepStatus, may_become, step_may_become
from domain.paths import Reused, map_of, node_of
from domain.values import EMPTY_OBJECT, MAP, NULL, ArtifactRef, Concurrency, Debounce, JsonText, Part

HELD = frozenset({StepStatus.WAITING, StepStatus.RUNNING})
"""A step has no attempt at a worker and is not final: it waits for something else, or it is a map whose items run."""


class HistoryBroken(Exception):
    """An event does not fit the state before it: the stored history is damaged or the code is wrong."""


@dataclass(slots=True)
class StepState:
    """One step of the current run. `attempt` is the latest attempt's number, 0 before the first."""

    path: str
    status: StepStatus = StepStatus.PENDING
    attempt: int = 0
    losses: int = 0
    failures: int = 0
    generation: int = 1
    kind: str = ""
    input_hash: str = ""
    output: JsonText = NULL
    output_artifact: ArtifactRef | None = None
    error: StepError | None = None
    started_at: datetime | None = None
    waits_for: str = ""
    """Why it waits, as the event says: unknown_outcome, timer, approval or child."""
    due_at_ms: float | None = None
    """When a wait or a backoff is over."""
    given: JsonText = NULL
    given_artifact: ArtifactRef | None = None
    """What a map was given: its items are read from it. Of no other step."""

    def waits(self, reason: str) -> bool:
        """Whether it waits for just this."""
        return self.status is StepStatus.WAITING and self.waits_for == reason

    def become(self, wanted: StepStatus) -> None:
        """Change the status as the table allows. Raises HistoryBroken."""
        if not step_may_become(self.status, wanted):
            raise HistoryBroken(f"step {self.path} is {self.status} and can't become {wanted}")
        self.status = wanted


@dataclass(slots=True)
class ExecutionState:
    """Steps are those something has happened to; the others are pending."""

    status: ExecutionStatus
    command_actor: str
    command_id: UUID
    """The command that everything decided now goes back to."""
    workflow_id: UUID
    workflow_version: int
    workflow_name: str
    number: int
    inputs: JsonText = EMPTY_OBJECT
    priority: int = 0
    concurrency: Concurrency | None = None
    exempt: bool = False
    """No limit holds it up."""
    held: bool = False
    """It stays in the queue until a person releases it."""
    not_before_ms: float | None = None
    debounce: Debounce | None = None
    part: Part | None = None
    """What runs of the workflow; None: all of it."""
    run: int = 1
    trigger: str = ""
    owner: UUID | None = None
    epoch: int = 0
    created_at: datetime | None = None
    started_at: datetime | None = None
    steps: dict[str, StepState] = field(default_factory=dict[str, StepState])
    open_attempts: dict[str, int] = field(default_factory=dict[str, int])
    unconfirmed: UUID | None = None
    """The server that is gone and may still run what is to be stopped."""
    children: dict[str, UUID] = field(default_factory=dict[str, UUID])
    """Child executions that steps wait for."""
    maps: dict[str, int] = field(default_factory=dict[str, int])
    """How many items the maps of this run have."""
    result: JsonText = NULL
    result_artifact: ArtifactRef | None = None
    error: StepError | None = None
    failed: list[str] = field(default_factory=list[str])
    """Steps that failed, in that order; not the items of maps."""
    decided: dict[str, dict[str, bool]] = field(default_factory=dict[str, dict[str, bool]])
    grace_s: float = 0.0
    paused_at: datetime | None = None
    """Since when it is paused."""
    paused_s: float = 0.0
    """Seconds that it was paused before, in this run."""
    step_inputs: JsonText = EMPTY_OBJECT
    """Fields that a retry gave instead of what expressions give, by step."""

    def step(self, path: str) -> StepState:
        """The step's state, pending when nothing has happened to it."""
        known = self.steps.get(path)
        if known is None:
            known = self.steps[path] = StepState(path)
        return known

    def become(self, wanted: ExecutionStatus) -> None:
        """Change the status as the table allows. Raises HistoryBroken."""
        if not may_become(self.status, wanted):
            raise HistoryBroken(f"an execution that is {self.status} can't become {wanted}")
        self.status = wanted

    def is_open(self, path: str, attempt: int) -> bool:
        """Whether this attempt was handed over and has no outcome yet."""
        return self.open_attempts.get(path) == attempt

    def _close(self, path: str, attempt: int) -> StepState:
        if not self.is_open(path, attempt):
            raise HistoryBroken(f"attempt {attempt} of step {path} is not open")
        del self.open_attempts[path]
        return self.step(path)

    def _begin_again(self, event: e.Retried) -> None:
        self.become(ExecutionStatus.QUEUED)
        self.run, self.workflow_version, self.inputs = event.run, event.workflow_version, event.inputs
        self.command_actor, self.command_id = event.actor, event.cause
        self.concurrency, self.exempt, self.held = event.concurrency, event.exempt, False
        self.priority = self.priority if event.priority is None else event.priority
        self.created_at, self.started_at, self.paused_at, self.paused_s = event.timestamp, None, None, 0.0
        self.failed, self.decided, self.grace_s, self.children = [], {}, 0.0, {}
        self.unconfirmed = self.not_before_ms = self.debounce = None
        self.result, self.result_artifact, self.error = NULL, None, None
        self.step_inputs = event.step_inputs
        kept = Reused(event.reused)
        reused = {path: step for path, step in self.steps.items() if path in kept}
        again = {
            path: StepState(path, generation=_generation(event.generations, step))
            for path, step in self.steps.items()
            if path not in reused
        }
        self.maps = {path: count for path, count in self.maps.items() if path in reused}
        for step in reused.values():
            step.losses = step.failures = 0
        self.steps = {**reused, **again}

    def _expand(self, event: e.StepExpanded) -> None:
        step = self._close(event.path, event.attempt)
        step.become(StepStatus.RUNNING)
        step.due_at_ms = event.due_at_ms
        self.maps[event.path] = event.count
        if event.attempt > 1:
            for path, item in self.steps.items():
                if item.status in (StepStatus.FAILED, StepStatus.STOPPED) and map_of(path) == event.path:
                    self.steps[path] = StepState(path, attempt=item.attempt, generation=item.generation)

    def fold(self, event: RecordedEvent) -> None:
        """Apply one decision. Raises HistoryBroken when it does not fit."""
        match event:
            case e.Started():
                self.become(ExecutionStatus.RUNNING)
                self.owner, self.epoch, self.run = event.owner, event.epoch, event.run
                self.started_at = event.timestamp
                self.paused_s = 0.0
            case e.QueueChanged():
                if self.status is not ExecutionStatus.QUEUED:
                    raise HistoryBroken(f"an execution that is {self.status} does not wait in the queue")
                self.priority, self.held = event.priority, event.held
            case e.Paused():
                self.become(ExecutionStatus.PAUSED)
                self.paused_at = event.timestamp
            case e.Resumed():
                self.become(ExecutionStatus.RUNNING)
                if self.paused_at is not None:
                    self.paused_s += max(0.0, (event.timestamp - self.paused_at).total_seconds())
                self.paused_at = None
            case e.Retried():
                self._begin_again(event)
            case e.OwnerChanged():
                self.owner, self.epoch = event.owner, event.epoch
            case e.StepStarted():
                step = self.step(event.path)
                if event.path in self.open_attempts or event.attempt != step.attempt + 1:
                    raise HistoryBroken(f"attempt {event.attempt} of step {event.path} can't start now")
                step.become(StepStatus.READY)
                step.attempt, step.kind, step.generation = event.attempt, event.kind, event.generation
                step.input_hash = event.input_hash
                step.started_at = event.timestamp
                if event.kind == MAP:
                    step.given, step.given_artifact = event.input, event.input_artifact
                self.open_attempts[event.path] = event.attempt
            case e.StepCompleted():
                # An answer "completed" to a waiting step, and the last item of a map, close without an open attempt.
                held = self.step(event.path).status in HELD
                step = self.step(event.path) if held else self._close(event.path, event.attempt)
                step.become(StepStatus.COMPLETED)
                step.output, step.output_artifact = event.output, event.output_artifact
            case e.StepFailed():
                not_open = self.step(event.path).status in HELD or not self.is_open(event.path, event.attempt)
                step = self.step(event.path) if not_open else self._close(event.path, event.attempt)
                step.become(StepStatus.FAILED)
                step.error = event.error
                step.failures += 1
                if map_of(event.path) is None:
                    self.failed.append(event.path)
            case e.StepRetryScheduled():
                step = self.step(event.path)
                step.become(StepStatus.RETRYING)
                step.due_at_ms = event.due_at_ms
                if map_of(event.path) is None:
                    self.failed.remove(event.path)
            case e.StepLost():
                step = self._close(event.path, event.attempt)
                step.losses += 1
                step.become(StepStatus.READY)
            case e.StepExpanded():
                self._expand(event)
            case e.ChildStarted():
                self.children[event.path] = event.child
            case e.StepWaiting():
                self.open_attempts.pop(event.path, None)
                step = self.step(event.path)
                step.become(StepStatus.WAITING)
                step.waits_for, step.due_at_ms = event.reason, event.due_at_ms
            case e.StepResumed():
                self.children.pop(event.path, None)
                if event.decision == "run_again":
                    self.step(event.path).become(StepStatus.READY)
            case e.StepSkipped():
                self.step(event.path).become(StepStatus.SKIPPED)
            case e.StepGiven():
                step = self.step(event.path)
                step.become(StepStatus.COMPLETED)
                step.output, step.output_artifact = event.output, event.output_artifact
            case e.StepStopped():
                idle = not self.is_open(event.path, event.attempt)  # it waited, or was to be tried again
                step = self.step(event.path) if idle else self._close(event.path, event.attempt)
                step.become(StepStatus.STOPPED)
            case e.EdgesDecided():
                self.decided[event.source] = dict(event.taken)
            case e.StopRequested():
                self.become(ExecutionStatus.STOPPING)
                self.grace_s = event.grace_s
                self.command_actor, self.command_id = event.actor, event.cause
            case e.StopUnconfirmed():
                self.unconfirmed = event.server
            case e.Stopped():
                self.become(ExecutionStatus.STOPPED)
            case e.Completed():
                self.become(ExecutionStatus.COMPLETED)
                self.result, self.result_artifact = event.result, event.result_artifact
            case e.Failed():
                self.become(ExecutionStatus.FAILED)
                self.error = event.error
            case e.OutcomeIgnored():
                pass
            case _:
                raise HistoryBroken(f"{type(event).__name__} is no decision about an execution")


def _generation(generations: Mapping[str, int], step: StepState) -> int:
    """The next run's: of an item that has completed it rises with that of its map."""
    if map_of(step.path) is None:
        return generations.get(step.path, step.generation)
    return step.generation + (node_of(step.path) in generations and step.status is StepStatus.COMPLETED)


LOSSES_UNTIL_FAILED = 3
"""Losses of one step in one run after which it fails: a step that kills its worker every time would
otherwise run for ever."""


def lost_too_often(losses: int) -> StepError:
    """The error of a step whose worker died under it again and again."""
    return StepError(
        code="worker_lost",
        category=Category.INFRASTRUCTURE,
        type="WorkerLost",
        message=f"The worker was lost {losses} times while it ran this step.",
        advice="Look at the last log lines: the step may use too much memory or crash its process.",
        retryable=True,
    )
