"""What a server knows of the triggers, whatever it hears in which order."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from application.triggers import Triggers
from domain.event import Cause
from domain.triggering.trigger import Fire, Kind, Trigger, TriggerEvent, TriggerSettings, create
from domain.values import EMPTY_OBJECT

ID, FLOW, RUN = (UUID(f"01900000-0000-7000-8000-00000000000{n}") for n in (1, 2, 3))
CAUSE = Cause(at=datetime(2026, 11, 27, 8, tzinfo=UTC), actor="local:ada", command_id=ID)


class SlowStore:
    """A log that answers when it is let."""

    def __init__(self, *events: TriggerEvent) -> None:
        self._events = events
        self.may_answer = asyncio.Event()
        self.asked = asyncio.Event()

    async def trigger_heads(self) -> list[TriggerEvent]:
        return [self._events[-1]]

    async def event_of(self, stream: UUID, version: int) -> TriggerEvent:
        self.asked.set()
        await self.may_answer.wait()
        return self._events[version - 1]


def fired(trigger: Trigger, minute: int) -> TriggerEvent:
    return trigger.fire(CAUSE, RUN, Fire(due_ms=minute * 60_000.0))


async def heard_while_loading(*later: str) -> Triggers:
    """The last event that the load finds is the second; others are heard while it reads the settings."""
    first = create(ID, CAUSE, FLOW, TriggerSettings(name="t", kind=Kind.INTERVAL, every_s=60.0), EMPTY_OBJECT)
    second = fired(first, 1)
    trigger, store = first.then(second), SlowStore(first.last, second)
    nothing: Any = None
    triggers = Triggers(store, nothing, nothing, nothing, str)  # type: ignore[arg-type]
    loading = asyncio.create_task(triggers.load())
    await store.asked.wait()
    triggers.hear(first.last)
    triggers.hear(second)
    for what in later:
        event = fired(trigger, 2) if what == "fired" else trigger.remove(CAUSE)
        triggers.hear(event)
        trigger = trigger.then(event)
    store.may_answer.set()
    await loading
    return triggers


async def test_an_older_event_that_is_read_late_changes_nothing() -> None:
    triggers = await heard_while_loading("fired")
    assert triggers.known[ID].version == 3


async def test_a_removed_trigger_does_not_come_back() -> None:
    triggers = await heard_while_loading("fired", "removed")
    assert triggers.known == {}
