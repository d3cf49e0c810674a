"""③ A trigger: what it is, what has happened to it, and what it has to do now.

Every event carries where the trigger stands after it (`Standing`), so that a trigger that has fired for years is read
by two events: its last one, and the one that holds its settings.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import accumulate, islice, takewhile
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from domain.event import Cause, RecordedEvent, register
from domain.triggering.when import Cron, Every, cron_of
from domain.values import JsonText

LATE_MS = 60_000.0
"""What fires later than this was missed: no server was there, or none could."""
MOST_AT_ONCE = 1_000
"""Due times looked at together; of more that were missed the oldest are recorded as skipped first."""
MOST_MADE_UP = 100
"""Of all that were missed, the latest so many are made up for."""
MOST_BESIDE = 100
"""Of those somebody started by hand, so many are remembered until they are over."""


class Kind(StrEnum):
    """What makes it fire: a time of the calendar, an interval, or a call from outside."""

    CRON = "cron"
    INTERVAL = "interval"
    WEBHOOK = "webhook"


class Overlap(StrEnum):
    """What becomes of a due time while an execution it started before is not over: it starts another all the same, is
    skipped, waits until that one is over, or starts another and then stops that one."""

    ALLOW = "allow"
    SKIP = "skip"
    QUEUE = "queue"
    REPLACE = "replace"


class CatchUp(StrEnum):
    """What becomes of the due times that were missed: nothing, the latest one is made up for, or all are."""

    NONE = "none"
    LATEST = "latest"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class TriggerSettings:
    """What somebody has set. `cron` with `timezone`, or `every_s`, or neither of a webhook; `priority` null is the
    workflow's own; every due time is put off by a part of `jitter_s` that is always the same for that time."""

    name: str
    kind: Kind
    cron: str | None = None
    timezone: str | None = None
    every_s: float | None = None
    priority: int | None = None
    overlap: Overlap = Overlap.SKIP
    catch_up: CatchUp = CatchUp.LATEST
    jitter_s: float = 0.0

    @property
    def timing(self) -> tuple[object, ...]:
        """What its due times follow from."""
        return (self.kind, self.cron, self.timezone, self.every_s)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a trigger stands after an event. `handled_ms`: every due time until then has been dealt with; `anchor_ms`:
    from when on intervals count; `execution_id`: the last one it started, `due_ms` for when. Of those before it that
    were not over then, `replaced` are those whose place it takes, which are to be stopped, and `beside` the others."""

    settings_version: int
    paused: bool
    removed: bool
    anchor_ms: float
    handled_ms: float
    fired: int
    skipped: int
    due_ms: float | None
    execution_id: UUID | None
    beside: tuple[UUID, ...] = ()
    replaced: tuple[UUID, ...] = ()

    @property
    def started(self) -> tuple[UUID, ...]:
        """Those that may not be over, oldest first."""
        last = () if self.execution_id is None else (self.execution_id,)
        return (*self.replaced, *self.beside, *last)


@dataclass(frozen=True)
class TriggerEvent(RecordedEvent):
    """A fact about one trigger."""

    standing: Standing


@dataclass(frozen=True)
class TriggerCreated(TriggerEvent):
    """A trigger of a workflow, with the inputs of the executions it starts: values, or templates over `trigger` and,
    of a webhook, `request`."""

    TOPIC: ClassVar[str] = "trigger.created.v1"
    settings: TriggerSettings
    inputs: JsonText


@dataclass(frozen=True)
class TriggerChanged(TriggerEvent):
    """Other settings, all of them."""

    TOPIC: ClassVar[str] = "trigger.changed.v1"
    settings: TriggerSettings
    inputs: JsonText


@dataclass(frozen=True)
class TriggerPaused(TriggerEvent):
    """It starts nothing until it is resumed."""

    TOPIC: ClassVar[str] = "trigger.paused.v1"


@dataclass(frozen=True)
class TriggerResumed(TriggerEvent):
    """It goes on with the next due time; those in between are not made up for."""

    TOPIC: ClassVar[str] = "trigger.resumed.v1"


@dataclass(frozen=True)
class TriggerFired(TriggerEvent):
    """It has started an execution, stored together with this. `missed`: so many due times before it are not made up
    for; `by_hand`: somebody asked for it out of turn."""

    TOPIC: ClassVar[str] = "trigger.fired.v1"
    execution_id: UUID
    due_at_ms: float
    missed: int
    by_hand: bool


@dataclass(frozen=True)
class TriggerSkipped(TriggerEvent):
    """Due times that started nothing, and why: `overlap`, `missed`, or the code of what refused the execution, with its
    sentence."""

    TOPIC: ClassVar[str] = "trigger.skipped.v1"
    count: int
    first_due_at_ms: float
    last_due_at_ms: float
    reason: str
    detail: str | None


@dataclass(frozen=True)
class SecretChanged(TriggerEvent):
    """A webhook has another secret; the one before is not taken any more. The secret stands in no event."""

    TOPIC: ClassVar[str] = "trigger.secret_changed.v1"


@dataclass(frozen=True)
class TriggerRemoved(TriggerEvent):
    """It will never fire again."""

    TOPIC: ClassVar[str] = "trigger.removed.v1"


TEvent = TypeVar("TEvent", bound=TriggerEvent)
TRIGGER_EVENTS = (
    TriggerCreated, TriggerChanged, TriggerPaused, TriggerResumed, TriggerFired, TriggerSkipped, SecretChanged,
    TriggerRemoved,
)  # fmt: skip
register(*TRIGGER_EVENTS)


@dataclass(frozen=True, kw_only=True)
class Fire:
    """Start an execution for this due time; `stops` those before it."""

    due_ms: float
    missed: int = 0
    stops: bool = False


@dataclass(frozen=True, kw_only=True)
class Skip:
    """Record that these start nothing."""

    count: int
    first_ms: float
    last_ms: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Nothing to do before `until_ms`; None: nothing by the clock. `for_end`: the execution before it is to end."""

    until_ms: float | None
    for_end: bool = False


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """As it is after its event of this `version`."""

    id: UUID
    version: int
    workflow_id: UUID
    settings: TriggerSettings
    inputs: JsonText
    standing: Standing
    changed_at: datetime
    changed_by: str
    last: TriggerEvent

    @staticmethod
    def of(settings: TriggerCreated | TriggerChanged, last: TriggerEvent) -> "Trigger":
        """From the event that holds its settings and its last one, which may be the same."""
        return Trigger(
            id=last.originator_id, version=last.originator_version, workflow_id=last.workflow_id,
            settings=settings.settings, inputs=settings.inputs, standing=last.standing,
            changed_at=settings.timestamp, changed_by=settings.actor, last=last,
        )  # fmt: skip

    def then(self, event: TriggerEvent) -> "Trigger":
        """After its next event."""
        if isinstance(event, TriggerCreated | TriggerChanged):
            return Trigger.of(event, event)
        return replace(self, version=event.originator_version, standing=event.standing, last=event)

    # ── what somebody asks for: the event of it, or None when it is so already ──

    def change(self, cause: Cause, settings: TriggerSettings, inputs: JsonText) -> TriggerChanged | None:
        """Other settings. New times count from now on."""
        if (settings, inputs) == (self.settings, self.inputs):
            return None
        standing = replace(self.standing, settings_version=self.version + 1)
        if settings.timing != self.settings.timing:
            standing = replace(standing, anchor_ms=_ms(cause.at), handled_ms=_ms(cause.at))
        return self._next(TriggerChanged, cause, standing, settings=settings, inputs=inputs)

    def pause(self, cause: Cause) -> TriggerPaused | None:
        """Start nothing."""
        if self.standing.paused:
            return None
        return self._next(TriggerPaused, cause, replace(self.standing, paused=True))

    def resume(self, cause: Cause) -> TriggerResumed | None:
        """Go on with what is due from now on."""
        if not self.standing.paused:
            return None
        standing = replace(self.standing, paused=False, handled_ms=max(self.standing.handled_ms, _ms(cause.at)))
        return self._next(TriggerResumed, cause, standing)

    def remove(self, cause: Cause) -> TriggerRemoved:
        """Never fire again."""
        return self._next(TriggerRemoved, cause, replace(self.standing, removed=True))

    def change_secret(self, cause: Cause) -> SecretChanged:
        """Another secret is taken from now on."""
        return self._next(SecretChanged, cause, self.standing)

    # ── what it does by itself ──

    def fire(self, cause: Cause, execution_id: UUID, what: Fire, busy: Sequence[UUID] = ()) -> TriggerFired:
        """An execution is stored with this for a due time; `busy` are those that are not over."""
        standing = replace(
            self.standing, handled_ms=max(self.standing.handled_ms, what.due_ms), fired=self.standing.fired + 1,
            skipped=self.standing.skipped + what.missed, due_ms=what.due_ms, execution_id=execution_id,
            beside=() if what.stops else tuple(busy), replaced=tuple(busy) if what.stops else (),
        )  # fmt: skip
        return self._next(
            TriggerFired, cause, standing, execution_id=execution_id, due_at_ms=what.due_ms,
            missed=what.missed, by_hand=False,
        )  # fmt: skip

    def fire_by_hand(self, cause: Cause, execution_id: UUID, busy: Sequence[UUID] = ()) -> TriggerFired:
        """Somebody starts one out of turn; what is due stays due. `busy` are those that are not over: none of them is
        stopped, and those that are due next find all of them."""
        standing = replace(
            self.standing, fired=self.standing.fired + 1, due_ms=_ms(cause.at), execution_id=execution_id,
            beside=tuple(busy)[-MOST_BESIDE:], replaced=(),
        )  # fmt: skip
        return self._next(
            TriggerFired, cause, standing, execution_id=execution_id, due_at_ms=_ms(cause.at), missed=0,
            by_hand=True,
        )  # fmt: skip

    def skip(self, cause: Cause, what: Skip, detail: str | None = None) -> TriggerSkipped:
        """Due times that start nothing."""
        standing = replace(
            self.standing, handled_ms=max(self.standing.handled_ms, what.last_ms),
            skipped=self.standing.skipped + what.count,
        )  # fmt: skip
        return self._next(
            TriggerSkipped, cause, standing, count=what.count, first_due_at_ms=what.first_ms,
            last_due_at_ms=what.last_ms, reason=what.reason, detail=detail,
        )  # fmt: skip

    def _next(self, event_class: type[TEvent], cause: Cause, standing: Standing, **facts: Any) -> TEvent:
        return _made(event_class, self.id, self.version + 1, self.workflow_id, cause, standing=standing, **facts)

    # ── when ──

    @property
    def times(self) -> Cron | Every | None:
        """Its due times; None of a webhook."""
        settings = self.settings
        if settings.kind is Kind.CRON and settings.cron is not None:
            return cron_of(settings.cron, settings.timezone or "UTC")
        if settings.kind is Kind.INTERVAL and settings.every_s is not None:
            return Every(settings.every_s, self.standing.anchor_ms)
        return None

    def ripe_at(self, due_ms: float) -> float:
        """When it fires for a due time: a part of the jitter later."""
        if not self.settings.jitter_s:
            return due_ms
        drawn = hashlib.sha256(b"%s %d" % (self.id.bytes, int(due_ms))).digest()[:8]
        return due_ms + int.from_bytes(drawn) / 2**64 * self.settings.jitter_s * 1000

    def next_ms(self) -> float | None:
        """When it fires next, if nothing is in its way; None: by no clock."""
        due = None if self.times is None or self.is_still else self.times.after(self.standing.handled_ms)
        return None if due is None else self.ripe_at(due)

    @property
    def is_still(self) -> bool:
        """Whether it starts nothing."""
        return self.standing.paused or self.standing.removed

    def decide(self, now_ms: float, *, busy: bool) -> Fire | Skip | Wait:
        """What it has to do; `busy`: one that it started is not over."""
        times = self.times
        if times is None or self.is_still:
            return Wait(until_ms=None)
        coming = times.due(self.standing.handled_ms)
        ripe = [*islice(takewhile(lambda due: self.ripe_at(due) <= now_ms, coming), MOST_AT_ONCE + 1)]
        if not ripe:
            return Wait(until_ms=self.next_ms())
        late = self._late(times, ripe, now_ms)
        overlap, catch_up = self.settings.overlap, self.settings.catch_up
        if len(ripe) > MOST_AT_ONCE:
            return _skip(late or ripe, "missed")
        if catch_up is CatchUp.ALL and len(late) > MOST_MADE_UP:
            return _skip(late[:-MOST_MADE_UP], "missed")
        if busy and overlap is Overlap.QUEUE:
            return Wait(until_ms=None, for_end=True)
        if late and catch_up is CatchUp.NONE:
            return _skip(late, "missed")
        if busy and overlap is Overlap.SKIP:
            return _skip(ripe, "overlap")
        stops = busy and overlap is Overlap.REPLACE
        # Of those that waited for the end of one before, or that nobody was there for, one is enough.
        gone = ripe if overlap is Overlap.QUEUE else late
        if catch_up is CatchUp.LATEST and gone:
            return Fire(due_ms=gone[-1], missed=len(gone) - 1, stops=stops)
        return Fire(due_ms=ripe[0], stops=stops)

    def _late(self, times: Cron | Every, ripe: list[float], now_ms: float) -> list[float]:
        """Those that nobody was there for. Due times are dealt with in order: one may have waited for those before it
        whose part of the jitter was larger, and is late only when it is later than that."""
        first = ripe[0]
        if self.ripe_at(first) + LATE_MS >= now_ms:
            return []
        before = takewhile(lambda due: due < first, times.due(first - self.settings.jitter_s * 1000 - 1))
        held_until = max(map(self.ripe_at, before), default=0.0)
        could = islice(accumulate(map(self.ripe_at, ripe), max, initial=held_until), 1, None)
        return [due for due, at in zip(ripe, could, strict=True) if at + LATE_MS < now_ms]


def _skip(due: "list[float]", reason: str) -> Skip:
    return Skip(count=len(due), first_ms=due[0], last_ms=due[-1], reason=reason)


def create(trigger_id: UUID, cause: Cause, workflow_id: UUID, settings: TriggerSettings, inputs: JsonText) -> Trigger:
    """A new trigger; `last` is the event of it."""
    standing = Standing(
        settings_version=1, paused=False, removed=False, anchor_ms=_ms(cause.at), handled_ms=_ms(cause.at), fired=0,
        skipped=0, due_ms=None, execution_id=None,
    )  # fmt: skip
    event = _made(
        TriggerCreated, trigger_id, 1, workflow_id, cause, standing=standing, settings=settings, inputs=inputs
    )
    return Trigger.of(event, event)


def _made(
    event_class: type[TEvent], trigger_id: UUID, version: int, workflow_id: UUID, cause: Cause, **facts: Any
) -> TEvent:
    return event_class(
        originator_id=trigger_id, originator_version=version, timestamp=cause.at, actor=cause.actor,
        cause=cause.command_id, workflow_id=workflow_id, **facts,
    )  # fmt: skip


def _ms(at: datetime) -> float:
    return float(int(at.timestamp() * 1000))
