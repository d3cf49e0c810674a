"""What people ask of executions that this server does not hold: queued ones, those of other servers, those that could
not be taken up. Decided on a copy and stored by the stream's version alone; whoever owns the execution hears of it and
goes on from there.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast
from uuid import UUID

from application.histories import Histories, lease_name
from application.ports import Appended, EventStore, LeaseGuard, Member, StoreUnavailable, VersionConflict
from domain.errors import Conflict, Unavailable
from domain.event import Cause, RecordedEvent, StepError
from domain.execution.execution import Execution
from domain.execution.status import ExecutionStatus
from domain.values import JsonText

T = TypeVar("T")
TRIES = 20
"""Of a decision on a copy: the owner may store something in between each time."""


class Elsewhere:
    """Decides on copies."""

    def __init__(
        self,
        store: EventStore,
        histories: Histories,
        server_id: UUID,
        is_here: Callable[[UUID], bool],
        stored: Callable[[UUID, bool], None],
    ) -> None:
        """`stored` is called with the execution, and whether the append was not answered and may still be stored."""
        self._store, self._histories, self._server_id = store, histories, server_id
        self._is_here, self._stored = is_here, stored

    async def stop(
        self, execution_id: UUID, cause: Cause, *, grace_s: float, reason: str | None, taken_up: bool
    ) -> tuple[Execution, int] | None:
        """The execution and the position of the append, 0 when it was being stopped before; None when it has come to
        this server meanwhile, which decides about it then.

        `taken_up`: this server has taken up what was its own. Raises NotFound, TransitionRefused, Unavailable.
        """

        async def attempt() -> tuple[Execution, int] | None:
            execution = await self._histories.load(execution_id)
            state = execution.state
            before, ours = state.status, state.owner in (None, self._server_id)
            if before is not ExecutionStatus.QUEUED and ours and self._is_here(execution_id):
                return None
            if not execution.request_stop(cause, grace_s=grace_s, reason=reason):
                return execution, 0
            if before is not ExecutionStatus.QUEUED and not ours:
                return execution, await self._append(execution)
            if before is not ExecutionStatus.QUEUED and not taken_up:
                raise Unavailable("execution_is_taken_up", "This server takes it up again.", "Try again in a moment.")
            for path, number in [*state.open_attempts.items()]:  # of one that could not be taken up
                execution.stop_step(
                    cause, path, number, signal="SIGKILL", death_ms=0.0, proof="server_restarted", last_line=0
                )
            so_far = await self._histories.log_stream_of(execution)
            execution.finish_stopped(
                cause, proof="never_started", log_events=so_far.version, log_lines=so_far.lines,
                dropped_lines=so_far.dropped,
            )  # fmt: skip
            name = lease_name(execution_id)
            guards = [LeaseGuard(name=name, epoch=state.epoch)]
            return execution, await self._append(execution, guards=guards, leases_closed=[name])

        return await _again(attempt)

    async def force(self, execution_id: UUID, cause: Cause) -> int:
        """A person answers for the death of what nobody could prove; the position. Raises NotFound, Conflict."""

        async def attempt() -> int:
            execution = await self._histories.load(execution_id)
            if execution.state.status is not ExecutionStatus.STOPPING or execution.state.unconfirmed is None:
                raise Conflict(
                    "nothing_to_force", "Its stop is not held up by anything unproven.",
                    "Stop it as usual; force is for a stop that is not confirmed.",
                )  # fmt: skip
            for path, number in [*execution.state.open_attempts.items()]:
                execution.stop_step(cause, path, number, signal="none", death_ms=0.0, proof="operator", last_line=0)
            return await self._append(execution)

        return await _again(attempt)

    async def confirm(self, execution_id: UUID, cause_of: Callable[[Execution], Cause]) -> None:
        """This server is back, and all of its earlier life is dead: what was in doubt because of it is proven."""

        async def attempt() -> None:
            execution = await self._histories.load(execution_id)
            doubt = execution.state.unconfirmed
            if execution.state.status is ExecutionStatus.STOPPING and doubt is not None and doubt == self._server_id:
                for path, number in [*execution.state.open_attempts.items()]:
                    execution.stop_step(
                        cause_of(execution), path, number, signal="SIGKILL", death_ms=0.0, proof="server_restarted",
                        last_line=0,
                    )  # fmt: skip
                await self._append(execution)

        await _again(attempt)

    async def change_queue(
        self, execution_id: UUID, cause: Cause, *, priority: int | None, held: bool | None, reason: str | None
    ) -> tuple[Execution, int]:
        """The execution and the position of the append, 0 when nothing changed. Raises NotFound, TransitionRefused."""

        async def attempt() -> tuple[Execution, int]:
            execution = await self._histories.load(execution_id)
            changes = execution.change_queue(cause, priority=priority, held=held, reason=reason)
            return execution, await self._append(execution) if changes else 0

        return await _again(attempt)

    async def pause(self, execution_id: UUID, cause: Cause, *, reason: str | None, resume: bool) -> int:
        """Pause, or with `resume` go on; the position, 0 when it was so before. Raises NotFound, TransitionRefused."""

        async def attempt() -> int:
            execution = await self._histories.load(execution_id)
            changes = execution.resume(cause) if resume else execution.pause(cause, reason=reason)
            return await self._append(execution) if changes else 0

        return await _again(attempt)

    async def answer(
        self, execution_id: UUID, cause: Cause, path: str, *, decision: str, output: JsonText, error: StepError
    ) -> int:
        """A person's answer to a step that waits for one; the position. Raises NotFound, Conflict."""

        async def attempt() -> int:
            execution = await self._histories.load(execution_id)
            execution.answer_step(cause, path, decision=decision, output=output, error=error)
            return await self._append(execution)

        return await _again(attempt)

    async def _append(
        self, execution: Execution, guards: Sequence[LeaseGuard] = (), leases_closed: Sequence[str] = ()
    ) -> int:
        events = cast("list[RecordedEvent]", [*execution.pending_events])
        if not events:
            return 0
        try:
            stored = await self._store.append(Member(events=events, guards=guards, leases_closed=leases_closed))
        except StoreUnavailable:
            self._stored(execution.id, True)
            raise
        self._stored(execution.id, False)
        return cast("Appended", stored).position


async def _again(attempt: Callable[[], Awaitable[T]]) -> T:
    """Decide anew each time that something was stored in between. Raises VersionConflict in the end."""
    for _ in range(TRIES - 1):
        try:
            return await attempt()
        except VersionConflict:
            continue
    return await attempt()
