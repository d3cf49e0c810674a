"""Between a parent and its children: the call, the end that is told, the stop and the pause that are passed down.

A parent ends only after its children, so whatever is asked of them is asked until it is heard.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from application.children import Called, Check, Children, NotCalled, parent_of
from application.live import ChildEnded, Live
from application.patience import AGAIN_S, patiently
from application.ports import LeadingMemberFailed, LeaseLost, StoreUnavailable, VersionConflict
from domain.errors import NotFound, Refusal, TransitionRefused
from domain.event import Cause
from domain.execution.events import ExecutionEvent, Started
from domain.execution.execution import Execution
from domain.execution.status import FINAL, ExecutionStatus
from domain.values import JsonText

log = logging.getLogger("runwright.conductor")


class Runs(Protocol):
    """The executions of this server, as a conductor has them."""

    @property
    def live(self) -> Mapping[UUID, Live]: ...
    @property
    def closing(self) -> bool: ...
    def is_queued(self, execution_id: UUID) -> bool: ...
    def put(self, live: Live, item: object) -> None: ...
    def spawn(self, work: Coroutine[Any, Any, None]) -> object: ...
    async def load(self, execution_id: UUID) -> Execution: ...
    async def stop(self, execution_id: UUID, cause: Cause, *, grace_s: float, reason: str | None) -> int: ...
    async def pause(self, execution_id: UUID, cause: Cause, *, reason: str | None, resume: bool) -> int: ...


class Family:
    """Of all executions of one server; keeps no state of its own."""

    def __init__(self, runs: Runs, children: Children, check: Check) -> None:
        self._runs, self._children, self._check = runs, children, check

    async def call(self, live: Live, path: str, config: JsonText, cause: Cause) -> Called | NotCalled:
        """The child that a step's config asks for, not stored yet."""
        call, load = self._children.call, self._runs.load
        return await patiently(lambda: call(live.execution, path, config, cause, load, self._check))

    def parent_of(self, execution: Execution) -> tuple[Live, str] | None:
        """The live parent of a child, and its step."""
        above = parent_of(execution.state.trigger)
        parent = None if above is None else self._runs.live.get(above[0])
        return None if parent is None or above is None else (parent, above[1])

    def has_paused_parent(self, execution: Execution) -> bool:
        """Whether it starts while its parent is paused: in the queue there was nothing to pause."""
        parent = self.parent_of(execution)
        return parent is not None and parent[0].execution.state.status is ExecutionStatus.PAUSED

    def tell_parent(self, execution: Execution) -> None:
        """A step of another execution may wait for the end of this one."""
        parent = self.parent_of(execution)
        if parent is not None:
            self._runs.put(parent[0], ChildEnded(path=parent[1], child=execution))

    def heard_of_child(self, event: ExecutionEvent) -> None:
        """A child on another server has started or ended: a parent here is told, or passes its pause down."""
        for live in self._runs.live.values():
            if event.originator_id in live.execution.state.children.values():
                cause = Cause(at=event.timestamp, actor=event.actor, command_id=live.execution.state.command_id)
                paused = live.execution.state.status is ExecutionStatus.PAUSED
                started = isinstance(event, Started)
                work = self.pause(live, cause, resume=False) if started else self.look(live)
                if not started or paused:
                    self._runs.spawn(work)
                else:
                    work.close()

    def look_after(self, child: Execution, cause: Cause) -> None:
        """Another server was quicker to have a child that this one had in hand. What was said of the child meanwhile
        was not heard, so a parent here looks for its end, and passes its pause down."""
        parent = self.parent_of(child)
        if parent is not None:
            self._runs.spawn(self.look(parent[0]))
            if parent[0].execution.state.status is ExecutionStatus.PAUSED:
                self._runs.spawn(self.pause(parent[0], cause, resume=False))

    async def look(self, live: Live) -> None:
        """Tell a parent of children that are final already: their end may have been missed."""
        for path, child_id in [*live.execution.state.children.items()]:
            if child_id in self._runs.live or self._runs.is_queued(child_id):
                continue
            with suppress(NotFound):  # an owner that was replaced has decided about a child that never came to be
                child = await patiently(lambda child_id=child_id: self._runs.load(child_id))
                if child.state.status in FINAL:
                    self._runs.put(live, ChildEnded(path=path, child=child))

    async def stop(self, live: Live, child: UUID, cause: Cause, grace_s: float) -> None:
        """Stop a child; ask until it is heard or the child has ended by itself."""
        while not self._runs.closing and child in live.execution.state.children.values():
            try:
                await self._runs.stop(child, cause, grace_s=grace_s, reason=f"parent {live.id}")
            except TransitionRefused:
                await self.look(live)
            except (Refusal, StoreUnavailable, VersionConflict, LeaseLost, LeadingMemberFailed) as error:
                log.info("child %s is asked to stop again: %s", child, error)
                await asyncio.sleep(AGAIN_S)
                continue
            return

    async def pause(self, live: Live, cause: Cause, *, resume: bool) -> None:
        """Pause children that run, or let them go on."""
        for child_id in [*live.execution.state.children.values()]:
            with suppress(Refusal):  # it is queued, or has ended
                await patiently(
                    lambda child_id=child_id: self._runs.pause(
                        child_id, cause, reason=f"parent {live.id}", resume=resume
                    )
                )
