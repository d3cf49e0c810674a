"""The operator's limits, as they hold on this server: read from their stream, heard of, and changed."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from application.load import Load
from application.patience import patiently
from application.ports import Appended, Clock, EventStore, Member, VersionConflict
from application.preparing import PreparedGraph
from application.queue import Queued
from domain.errors import Conflict, InvalidInput, Problem
from domain.event import Cause, RecordedEvent
from domain.queueing.admission import Admission
from domain.queueing.limits import LIMITS_ID, Limits, LimitsChanged, changed
from domain.queueing.slots import KIND, Amounts


class Limiting:
    """`machine` is how much of the machine there is when no operator says otherwise."""

    def __init__(
        self, store: EventStore, clock: Clock, admission: Admission[Queued], load: Load, machine: Amounts,
        more_free: Callable[[], None],
    ) -> None:  # fmt: skip
        self._store, self._clock, self._admission, self._load = store, clock, admission, load
        self.machine, self._more_free = machine, more_free
        self.limits = Limits()
        self.version = 0
        self.changed_at: datetime | None = None
        self.changed_by: str | None = None
        admission.slots.bound(machine)

    async def load(self) -> None:
        """As they were left."""
        event = await patiently(lambda: self._store.last_of(LIMITS_ID, LimitsChanged.TOPIC))
        if isinstance(event, LimitsChanged):
            self.hear(event)

    def hear(self, event: LimitsChanged) -> None:
        """They were changed, here or on another server. Idempotent, in any order."""
        if event.originator_version <= self.version:
            return
        self.limits, self.version = event.limits(), event.originator_version
        self.changed_at, self.changed_by = event.timestamp, event.actor
        self._load.pin(self.limits.attempts)
        running = {one.workflow_id: one.running for one in self.limits.workflows.values() if one.running is not None}
        self._admission.cap(running, self._clock.monotonic())
        self.apply()

    def apply(self) -> None:
        """What there is of each resource."""
        kinds = {KIND + kind: float(limit) for kind, limit in self.limits.kinds.items()}
        self._admission.slots.bound({**self.machine, **self.limits.resources, **kinds, **self._load.calls.limits()})
        self._admission.resources_changed(self._clock.monotonic())
        self._more_free()

    async def change(self, limits: Limits, cause: Cause, expected_version: int | None) -> int:
        """Let them hold; the position. Raises Conflict when they are not at that version."""
        for _ in range(2):
            if expected_version not in (None, self.version):
                raise Conflict(
                    "version_conflict", f"The limits are at version {self.version}, not {expected_version}.",
                    "Load them anew, put your change in and save again.",
                )  # fmt: skip
            event = changed(limits, cause, self.version + 1)
            try:
                stored = cast("Appended", await self._store.append(Member(events=[cast("RecordedEvent", event)])))
            except VersionConflict:  # of another server, not heard of yet
                await self.load()
            else:
                self.hear(event)
                return stored.position
        raise Conflict("version_conflict", "Somebody else is changing the limits.", "Load them anew, then save again.")

    def refuse_beyond(self, prepared: PreparedGraph) -> None:
        """Raises InvalidInput when a graph needs what could not be had if nothing else ran."""
        problems = [
            self._problem(name, needed, f"{pointer}/{name}", node_id)
            for pointer, node_id, needs in prepared.all_needs
            for name, needed in needs.items()
            if needed > (self._admission.slots.limit_of(name) or 0.0)
        ]
        if problems:
            raise InvalidInput("needs_too_much", problems[0].message, problems[0].advice, problems)

    def _problem(self, name: str, needed: float, pointer: str, node_id: str | None) -> Problem:
        there = self._admission.slots.limit_of(name)
        message = f"{name} is nothing this service has."
        if there is not None:
            message = f"It needs {needed:g} {name}, and there are {there:g}."
        return Problem(
            code="unknown_resource" if there is None else "needs_too_much", message=message,
            advice="Need less, or let an operator set how much there is (PUT /api/v1/queue/limits).", pointer=pointer,
            node=node_id, params={"resource": name, "needed": needed, "limit": there or 0.0},
        )  # fmt: skip
