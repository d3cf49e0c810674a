"""Lets triggers fire when they are due.

Every server that conducts tries; the version of the trigger's stream decides who has: the execution and the event that
it was started are one append, so a due time starts one execution however many servers there are, and whatever dies.
"""

import asyncio
import logging
import math
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from application.ports import Clock, Ids, LeadingMemberFailed, StoreUnavailable, VersionConflict
from application.triggers import Triggers
from domain.errors import Refusal, Unavailable
from domain.event import Cause
from domain.triggering.trigger import Fire, Overlap, Skip, Trigger, Wait

log = logging.getLogger("runwright.triggers")
LONGEST_S = 30.0
"""The wall clock may be set meanwhile: nothing sleeps longer without looking again."""
AGAIN_S = 1.0
"""After a database that did not answer, or an end that is waited for and may not be heard."""
AFTER_ERROR_S = 60.0
REPLACED_GRACE_S = 5.0
REPLACED_AFTER_S = 5.0
"""The server that fires stops what is replaced at once; the others look after that, in case it has died in between."""
MAX_DETAIL = 500


class Stops(Protocol):
    """Asks for the stop of an execution."""

    async def stop(self, execution_id: UUID, cause: Cause, *, grace_s: float, reason: str | None) -> int: ...


class Firing:
    """Of one server."""

    def __init__(self, triggers: Triggers, stops: Stops, clock: Clock, ids: Ids) -> None:
        self._triggers, self._stops, self._clock, self._ids = triggers, stops, clock, ids
        self._at: dict[UUID, float] = {}  # when to look at it, in Unix ms
        self._working: dict[UUID, asyncio.Task[None]] = {}
        self._waiting_for: dict[UUID, UUID] = {}  # execution -> the trigger that waits for its end
        self._dirty: set[UUID] = set()  # changed while they were worked on
        self._wake = asyncio.Event()
        triggers.changed = self.look_at

    def look_at(self, trigger: Trigger) -> None:
        """It is new, or has changed."""
        if trigger.id in self._working:
            self._dirty.add(trigger.id)
        elif trigger.standing.removed:
            self._at.pop(trigger.id, None)
        else:
            again = self._in(REPLACED_AFTER_S) if trigger.standing.replaced else math.inf
            self._at[trigger.id] = min(again, _or_never(trigger.next_ms()))
            self._wake.set()

    def ended(self, execution_id: UUID) -> None:
        """An execution is over."""
        trigger_id = self._waiting_for.pop(execution_id, None)
        if trigger_id is None:
            return
        if trigger_id in self._working:
            self._dirty.add(trigger_id)
        else:
            self._at[trigger_id] = 0.0
            self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                self._wake.clear()
                now = self._clock.now().timestamp() * 1000
                for trigger_id in [x for x, at in self._at.items() if at <= now and x not in self._working]:
                    task = asyncio.create_task(self._go_on(trigger_id), name=f"trigger {trigger_id}")
                    self._working[trigger_id] = task
                earliest = min((at for x, at in self._at.items() if x not in self._working), default=math.inf)
                await self._sleep(min(LONGEST_S, max(0.0, (earliest - now) / 1000)))
        finally:
            for task in [*self._working.values()]:
                task.cancel()
            await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def _sleep(self, seconds: float) -> None:
        timer = asyncio.get_running_loop().call_later(seconds, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            timer.cancel()

    async def _go_on(self, trigger_id: UUID) -> None:
        """Everything it has to do now."""
        at = math.inf
        try:
            while (trigger := self._triggers.known.get(trigger_id)) is not None:
                waits = await self._step(trigger)
                if waits is not None:
                    at = _or_never(waits.until_ms)
                    break
        except Exception:
            log.exception("the trigger %s could not be looked at", trigger_id)
            at = self._in(AFTER_ERROR_S)
        finally:
            del self._working[trigger_id]
            if trigger_id not in self._triggers.known:
                self._at.pop(trigger_id, None)
            else:
                self._at[trigger_id] = 0.0 if trigger_id in self._dirty else at
            self._dirty.discard(trigger_id)
            self._wake.set()

    async def _step(self, trigger: Trigger) -> Wait | None:
        """One thing it has to do; how long there is nothing more to do, or None: look again."""
        now = self._clock.now()
        now_ms = now.timestamp() * 1000
        cause = Cause(at=now, actor=f"trigger:{trigger.id}", command_id=self._ids.new())
        try:
            # What is replaced is stopped when what takes its place is stored, and not before: where nothing can start
            # (the workflow is paused, the queue is full, its concurrency refuses one more) the one that runs goes on.
            for execution_id in await self._triggers.to_stop(trigger):
                await self._stop(trigger, execution_id, cause)
            ripe = _or_never(trigger.next_ms()) <= now_ms
            most = None if trigger.settings.overlap is Overlap.REPLACE else 1  # one is enough to skip, or to wait for
            busy_with = await self._triggers.busy_with(trigger, most=most) if ripe else []
            what = trigger.decide(now_ms, busy=bool(busy_with))
            if isinstance(what, Wait):
                if what.for_end:
                    self._waiting_for |= dict.fromkeys(busy_with, trigger.id)
                    return Wait(until_ms=self._in(AGAIN_S))
                return what
            if isinstance(what, Skip):
                await self._triggers.append(trigger.skip(cause, what))
            else:
                await self._fire(trigger, what, cause, busy_with)
        except (VersionConflict, LeadingMemberFailed):  # another server, or somebody, was first
            await self._triggers.reload(trigger.id)
        except (StoreUnavailable, Unavailable) as error:
            log.warning("the trigger %s waits for the database: %s", trigger.id, error)
            await asyncio.sleep(AGAIN_S)
            await self._triggers.reload(trigger.id)  # it may have been stored all the same
        return None

    async def _fire(self, trigger: Trigger, what: Fire, cause: Cause, busy: Sequence[UUID]) -> None:
        try:
            await self._triggers.start(trigger, cause.actor, what.due_ms, lambda x: trigger.fire(cause, x, what, busy))
        except Refusal as refusal:
            log.warning("trigger %r starts nothing: %s", trigger.settings.name, refusal.message)
            skipped = Skip(count=1 + what.missed, first_ms=what.due_ms, last_ms=what.due_ms, reason=refusal.code)
            await self._triggers.append(trigger.skip(cause, skipped, refusal.message[:MAX_DETAIL]))

    async def _stop(self, trigger: Trigger, execution_id: UUID, cause: Cause) -> None:
        try:
            reason = f"replaced by the next of trigger {trigger.settings.name}"
            await self._stops.stop(execution_id, cause, grace_s=REPLACED_GRACE_S, reason=reason)
        except Unavailable:
            raise
        except Refusal as error:  # it has ended meanwhile, say
            log.info("execution %s was not replaced: %s", execution_id, error)

    def _in(self, seconds: float) -> float:
        return (self._clock.now().timestamp() + seconds) * 1000


def _or_never(ms: float | None) -> float:
    return math.inf if ms is None else ms
