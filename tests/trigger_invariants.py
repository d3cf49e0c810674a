"""Checks a log against what must hold of triggers, whatever broke on the way: each due time is dealt with once.

    broken(log) -> sentences, none when all is well      log: (position, event) in the order of the log

Each due time of an interval has fired, been skipped or been missed, in order and never twice; and an execution says
that a trigger started it exactly when the trigger says so.
"""

from collections.abc import Sequence
from math import floor
from uuid import UUID

from domain.event import RecordedEvent
from domain.execution.events import Created
from domain.triggering.trigger import (
    Kind,
    TriggerChanged,
    TriggerCreated,
    TriggerEvent,
    TriggerFired,
    TriggerResumed,
    TriggerSettings,
    TriggerSkipped,
)

Log = Sequence[tuple[int, RecordedEvent]]


class _Seen:
    """One trigger so far."""

    def __init__(self) -> None:
        self.settings: TriggerSettings | None = None
        self.until_ms = 0.0
        """Every due time until then has been dealt with."""


def broken(log: Log) -> list[str]:
    """What does not hold."""
    found: list[str] = []
    seen: dict[UUID, _Seen] = {}
    fired: dict[UUID, str] = {}
    started: dict[UUID, str] = {}
    for position, event in log:
        if isinstance(event, Created) and event.trigger.startswith("schedule:"):
            started[event.originator_id] = event.trigger
        if not isinstance(event, TriggerEvent):
            continue
        one = seen.setdefault(event.originator_id, _Seen())
        if isinstance(event, TriggerCreated | TriggerChanged | TriggerResumed):
            if not isinstance(event, TriggerResumed):
                one.settings = event.settings
            one.until_ms = event.standing.handled_ms
        elif isinstance(event, TriggerFired):
            fired[event.execution_id] = f"schedule:{event.originator_id}@{event.due_at_ms:.0f}"
            if not event.by_hand:
                found += _dealt_with(position, one, event, event.missed + 1, event.due_at_ms)
        elif isinstance(event, TriggerSkipped):
            found += _dealt_with(position, one, event, event.count, event.last_due_at_ms)
    for execution_id in fired.keys() | started.keys():
        if fired.get(execution_id) != started.get(execution_id):
            told, is_so = fired.get(execution_id), started.get(execution_id)
            found.append(f"2 {execution_id}: its trigger says {told}, and it says {is_so}")
    return found


def _dealt_with(position: int, one: _Seen, event: TriggerEvent, count: int, last_ms: float) -> list[str]:
    if one.settings is None or one.settings.kind is not Kind.INTERVAL or one.settings.every_s is None:
        return []
    every_ms, anchor_ms = one.settings.every_s * 1000, event.standing.anchor_ms
    due = round((last_ms - anchor_ms) / every_ms) - floor((one.until_ms - anchor_ms) / every_ms + 1e-6)
    one.until_ms = last_ms
    return [] if due == count else [f"2 position {position}: {count} due times were dealt with where {due} were due"]
