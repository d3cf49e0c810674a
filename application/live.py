"""One execution that is being taken through its graph: its state, its plan, and what waits to be stored."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from application.children import Called, NotCalled
from application.ports import AttemptId, Begun, Cancelled, Erred, Logged, Lost, Progressed, Succeeded
from application.preparing import PreparedGraph, StepInput
from domain.event import Cause, RecordedEvent, StepError
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.execution.plan import Plan
from domain.queueing.slots import NOTHING, Amounts
from domain.values import ArtifactRef, JsonText, LogLine, log_stream_id

Answering = asyncio.Future[int]
"""Somebody who waits for the position of an append."""
BATCH_LINES = 500
BATCH_BYTES = 64 * 1024


@dataclass(slots=True)
class LogStream:
    """The log stream of one execution: what is stored (`version`, `lines`, `dropped`) and what waits.

    Lines are numbered when they are taken into events, in the order they came.
    """

    execution_id: UUID
    workflow_id: UUID
    version: int = 0
    lines: int = 0
    dropped: int = 0
    waiting: deque[Logged] = field(default_factory=deque[Logged])
    waiting_lines: int = 0
    waiting_bytes: int = 0
    progress: dict[str, Progressed] = field(default_factory=dict[str, Progressed])
    begun: list[Begun] = field(default_factory=list[Begun])
    last_line: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, logged: Logged) -> None:
        """Keep lines until the next flush."""
        self.waiting.append(logged)
        self.waiting_lines += len(logged.lines)
        for line in logged.lines:
            self.waiting_bytes += len(line.text)

    def last_line_of(self, path: str) -> int:
        """The number a step's last line has, or will have once what waits is numbered; 0 without any."""
        number, last = self.lines, self.last_line.get(path, 0)
        for logged in self.waiting:
            number += len(logged.lines)
            if logged.id.path == path and logged.lines:
                last = number
        return last

    def take_from(self, other: "LogStream", unstored: Sequence[RecordedEvent], run: int) -> None:
        """What another copy of this stream kept, after what it had taken and could not store."""
        for event in reversed(unstored):
            match event:
                case e.StepLogged():
                    identity = AttemptId(
                        execution_id=self.execution_id, run=run, path=event.path, attempt=event.attempt
                    )
                    other.waiting.appendleft(Logged(id=identity, lines=event.lines, dropped=event.dropped))
                    other.waiting_lines += len(event.lines)
                    other.waiting_bytes += sum(len(line.text) for line in event.lines)
                case e.StepBegun():
                    identity = AttemptId(
                        execution_id=self.execution_id, run=run, path=event.path, attempt=event.attempt
                    )
                    other.begun.insert(0, Begun(id=identity, worker=event.worker, began_at_ms=event.began_at_ms))
                case _:  # where a step stands it will say again
                    pass
        self.waiting, self.begun, self.progress = other.waiting, other.begun, other.progress
        self.waiting_lines, self.waiting_bytes = other.waiting_lines, other.waiting_bytes

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.waiting or self.progress or self.begun)

    @property
    def full(self) -> bool:
        """Whether what waits is worth an append of its own at once."""
        return self.waiting_bytes >= BATCH_BYTES or self.waiting_lines >= BATCH_LINES

    def take(self, at: datetime, actor: str, command: UUID) -> list[RecordedEvent]:
        """Everything that waits, as events that follow each other; at most 500 of them."""
        events: list[RecordedEvent] = []

        def record(event_class: type[RecordedEvent], **facts: object) -> None:
            self.version += 1
            events.append(
                event_class(
                    originator_id=log_stream_id(self.execution_id), originator_version=self.version, timestamp=at,
                    actor=actor, cause=command, workflow_id=self.workflow_id, **facts,
                )
            )  # fmt: skip

        for begun in self.begun:
            record(
                e.StepBegun, path=begun.id.path, attempt=begun.id.attempt, worker=begun.worker,
                began_at_ms=begun.began_at_ms,
            )  # fmt: skip
        self.begun.clear()
        while self.waiting and len(events) < 400:
            path, attempt, lines, dropped = self._batch()
            record(e.StepLogged, path=path, attempt=attempt, first_line=self.lines + 1, lines=lines, dropped=dropped)
            self.lines += len(lines)
            self.dropped += dropped
            self.last_line[path] = self.lines
        for progress in self.progress.values():
            record(
                e.StepProgressed, path=progress.id.path, attempt=progress.id.attempt, fraction=progress.fraction,
                text=progress.text,
            )  # fmt: skip
        self.progress.clear()
        return events

    def _batch(self) -> tuple[str, int, list[LogLine], int]:
        """Lines of one attempt that came one after the other, within the limits of a batch."""
        first = self.waiting[0].id
        lines: list[LogLine] = []
        dropped = size = 0
        while self.waiting and self.waiting[0].id == first and len(lines) < BATCH_LINES and size < BATCH_BYTES:
            logged = self.waiting.popleft()
            room = BATCH_LINES - len(lines)
            lines += logged.lines[:room]
            size += sum(len(line.text) for line in logged.lines[:room])
            if len(logged.lines) > room:
                self.waiting.appendleft(Logged(id=logged.id, lines=logged.lines[room:], dropped=logged.dropped))
            else:
                dropped += logged.dropped
        self.waiting_lines -= len(lines)
        self.waiting_bytes -= size
        return first.path, first.attempt, lines, dropped


# ── what comes in and waits to be decided about ──────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class StopAsked:
    """A person's stop; `answer` gets the position of its append, or the refusal."""

    cause: Cause
    grace_s: float
    reason: str | None
    answer: Answering


@dataclass(frozen=True, kw_only=True)
class PauseAsked:
    """A person's pause, or with `resume` its end."""

    cause: Cause
    resume: bool
    reason: str | None
    answer: Answering


@dataclass(frozen=True, kw_only=True)
class AnswerGiven:
    """A person's answer to an unknown outcome."""

    cause: Cause
    path: str
    decision: str
    output: JsonText
    error: StepError
    answer: Answering


@dataclass(frozen=True, kw_only=True)
class ConditionsEvaluated:
    """Conditions behind a final step: target -> taken, or the error of one with its pointer."""

    source: str
    taken: dict[str, bool]
    error: StepError | None = None
    pointer: str | None = None


@dataclass(frozen=True, kw_only=True)
class InputPrepared:
    """A step's resolved fields (for a transform: its output), or why they could not be had."""

    path: str
    input: StepInput | None
    error: StepError | None = None


@dataclass(frozen=True, kw_only=True)
class MapCollected:
    """The list of the outputs of a map's items, or why it could not be had."""

    path: str
    output: StepInput | None
    error: StepError | None = None


@dataclass(frozen=True, kw_only=True)
class ResultEvaluated:
    """The workflow's output, or why it could not be had."""

    result: StepInput | None
    error: StepError | None = None


@dataclass(frozen=True, kw_only=True)
class OutcomeStored:
    """An outcome whose attachments and large output were put out of line."""

    outcome: Succeeded
    output: StepInput
    artifacts: Sequence[ArtifactRef]


@dataclass(frozen=True, kw_only=True)
class WaitOver:
    """The time of a waiting step has come."""

    path: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class RetryJudged:
    """What the `when` of a node's retry says about a failure; `error` when it could not be evaluated."""

    outcome: Erred
    allowed: bool
    error: StepError | None = None


@dataclass(frozen=True, kw_only=True)
class RetryDue:
    """The backoff of a step is over."""

    path: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class ChildEnded:
    """The child execution of a waiting step is final; what it was is read from it."""

    path: str
    child: Execution


@dataclass(frozen=True, kw_only=True)
class LookAgain:
    """Another server has stored a decision up to this version: what is known here is behind."""

    version: int


@dataclass(frozen=True, kw_only=True)
class TimedOut:
    """The execution's own time is over."""


class Live:
    """An execution in memory. `inbox` takes what is to be decided about; one driver at a time empties it."""

    def __init__(self, execution: Execution, prepared: PreparedGraph, *, position: int, epoch: int) -> None:
        self.execution = execution
        self.prepared = prepared
        self.plan = Plan(prepared.graph, execution.state)
        self.position = position
        self.epoch = epoch
        self.log = LogStream(execution.id, execution.state.workflow_id)
        self.inbox: deque[object] = deque()
        self.driver: asyncio.Task[None] | None = None
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.inputs: dict[str, InputPrepared] = {}
        self.called: dict[str, Called | NotCalled] = {}
        self.born: list[Called] = []
        """Children that the next append creates."""
        self.overdue: set[str] = set()
        """Steps whose child or items are being stopped because their time is over."""
        self.items: dict[str, list[JsonText]] = {}
        """The lists of running maps, by the map's step."""
        self.collected: dict[str, MapCollected] = {}
        self.result: ResultEvaluated | None = None
        self.submitted: dict[str, int] = {}
        self.amounts: dict[str, Amounts] = {}
        """What each open attempt has taken of the machine."""
        self.reserved: Amounts = NOTHING
        """What the execution has taken for itself."""
        self.carried: dict[str, Succeeded | Erred] = {}
        """Outcomes that something is asked about before they count: by step."""
        self.cancelled: set[str] = set()
        self.abort: tuple[StepError, str | None] | None = None
        self.flush_timer: asyncio.TimerHandle | None = None
        self.timeout_timer: asyncio.Handle | None = None
        self.wait_timers: dict[str, asyncio.TimerHandle] = {}
        self.flush_due = False
        self.decide_due = False
        self.is_released = False
        """Another copy of it, or another server, goes on with it: this one decides nothing any more."""
        self._observed = 0
        # The aggregate records nothing but our own events; the library types them more widely.
        self._pending = cast("list[RecordedEvent]", execution.pending_events)

    @property
    def id(self) -> UUID:
        """The execution's id."""
        return self.execution.id

    def collect(self) -> list[RecordedEvent]:
        """The decisions that wait to be stored; they are counted into the plan already."""
        self.observe()
        events = [*self._pending]
        self._pending.clear()
        self._observed = 0
        return events

    def observe(self) -> None:
        """Count what was decided since the last call into the plan."""
        pending = self._pending
        if self._observed == len(pending):
            return
        while self._observed < len(pending):
            self.plan.observe(pending[self._observed])
            self._observed += 1

    def end(self) -> None:
        """Cancel timers and evaluations."""
        for timer in (self.flush_timer, self.timeout_timer, *self.wait_timers.values()):
            if timer is not None:
                timer.cancel()
        for task in self.tasks.values():
            task.cancel()


Later = Callable[[Live, str, Callable[[], Awaitable[object]], Callable[..., object]], None]
"""Have something awaited outside the decision, once per name; what it gives goes into the inbox. When it fails for a
reason nobody foresaw it is done again; in the end what the last of these makes of `error=` goes there instead."""


def commands_in(items: Iterable[object]) -> list[StopAsked | PauseAsked | AnswerGiven]:
    """What people asked for, among everything that came in."""
    return [item for item in items if isinstance(item, StopAsked | PauseAsked | AnswerGiven)]


def outcomes_in(items: Iterable[object]) -> set[tuple[str, int]]:
    """Step and attempt of every outcome among what came in."""
    outcomes = (item.outcome if isinstance(item, OutcomeStored | RetryJudged) else item for item in items)
    return {(x.id.path, x.id.attempt) for x in outcomes if isinstance(x, Succeeded | Erred | Cancelled | Lost)}


def answer(waiting: Sequence[Answering], position: int) -> None:
    """Tell those who wait where their append stands."""
    for one in waiting:
        if not one.done():
            one.set_result(position)


def refuse(waiting: Sequence[Answering], error: Exception) -> None:
    """Tell those who wait that it was refused."""
    for one in waiting:
        if not one.done():
            one.set_exception(error)
