"""One thing done to many executions: first what it would do to each, then that, to exactly these.

A filter is only looked through; what is done is done to ids, so that nothing that comes meanwhile is met. Each
execution is asked by itself and may refuse by itself.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from application import commands as c
from application.handlers import Handlers
from application.ports import LeadingMemberFailed, VersionConflict
from application.projections.rows import ExecutionRow
from application.queries import Json, Queries
from domain.errors import Conflict, InvalidInput, NotFound, Refusal
from domain.execution.status import FINAL, ExecutionStatus

MOST = 500
"""Executions of one call."""
AT_ONCE = 16
ACTIONS = ("stop", "retry", "hold", "release", "move")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """As of the list of executions; a field that is left out takes any."""

    statuses: Sequence[str] | None = None
    workflow_id: UUID | None = None
    label: tuple[str, str] | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be done. `grace_s` and `reason` of a stop, `priority` of a move."""

    actor: str
    action: str
    grace_s: float = 5.0
    reason: str | None = None
    priority: int | None = None


@dataclass(kw_only=True)
class _Fate:
    """What would become of one execution, or why nothing would."""

    row: ExecutionRow
    refusal: Refusal | None = None
    facts: Json = field(default_factory=dict[str, object])
    token: str = ""

    def told(self) -> Json:
        row = self.row
        name = {"id": row.workflow_id, "name": row.workflow_name, "version": row.workflow_version}
        return {"id": row.id, "number": row.number, "workflow": name, "status": row.status, **self.facts}


class Bulk:
    """Of one server."""

    def __init__(self, handlers: Handlers, queries: Queries) -> None:
        self._handlers, self._queries = handlers, queries

    async def preview(self, wanted: Wanted, chosen: Filter | Sequence[UUID]) -> Json:
        """What it would do to each, and the token that doing it needs; changes nothing. Raises InvalidInput,
        NotFound."""
        more = False
        if isinstance(chosen, Filter):
            rows = await self._queries.views.executions(
                before=None, workflow_id=chosen.workflow_id, statuses=chosen.statuses, label=chosen.label,
                since=chosen.since, limit=MOST + 1,
            )  # fmt: skip
            more, rows = len(rows) > MOST, rows[:MOST]
        else:
            rows = await self._rows(chosen)
        fates = await self._fates(wanted, rows)
        will = [fate for fate in fates if fate.refusal is None]
        return {
            "action": wanted.action,
            "items": [fate.told() for fate in will],
            "refused": [{**fate.told(), **_why(fate.refusal)} for fate in fates if fate.refusal is not None],
            "more": more,
            "preview_token": _token(wanted, will),
        }

    async def do(self, wanted: Wanted, ids: Sequence[UUID], token: str) -> Json:
        """To those that a preview named. Raises NotFound, InvalidInput, Conflict when something has changed since."""
        fates = await self._fates(wanted, await self._rows(ids))
        asked = [fate for fate in fates if fate.refusal is None or wanted.action != "retry"]
        if wanted.action == "retry" and token != _token(wanted, asked):
            raise Conflict(
                "preview_stale", "Something has changed since the preview.", "Look at the preview again, then do it."
            )
        room = asyncio.Semaphore(AT_ONCE)

        async def one(fate: _Fate) -> Json:
            async with room:
                try:
                    await self._one(wanted, fate)
                except (Refusal, VersionConflict, LeadingMemberFailed) as error:
                    refusal = error if isinstance(error, Refusal) else _changed()
                    return {"id": fate.row.id, "done": False, **_why(refusal)}
            return {"id": fate.row.id, "done": True, "code": None, "message": None}

        items = await asyncio.gather(*map(one, fates))
        return {"action": wanted.action, "items": items, "position": self._queries.log_position()}

    async def _rows(self, ids: Sequence[UUID]) -> Sequence[ExecutionRow]:
        if len(ids) > MOST:
            raise InvalidInput("too_many", f"At most {MOST} executions at once.", "Do it in parts.")
        found = {row.id: row for row in await self._queries.views.executions_of(ids)}
        for execution_id in ids:
            if execution_id not in found:
                raise NotFound("execution", execution_id)
        return [found[execution_id] for execution_id in dict.fromkeys(ids)]

    async def _fates(self, wanted: Wanted, rows: Sequence[ExecutionRow]) -> list[_Fate]:
        fates: list[_Fate] = []
        for row in rows:
            fate = _Fate(row=row, refusal=_refused_by_status(wanted.action, row))
            if wanted.action == "retry" and fate.refusal is None:
                try:
                    preview = await self._handlers.preview_retry(_retry(wanted, row, None))
                except Refusal as refusal:
                    fate.refusal = refusal
                else:
                    steps = preview.plan.steps
                    fate.token = preview.plan.token
                    fate.facts = {
                        "runs_again": sum(step.again for step in steps),
                        "repeats_effects": sum(step.repeats_effects for step in steps),
                    }
            fates.append(fate)
        return fates

    async def _one(self, wanted: Wanted, fate: _Fate) -> None:
        if fate.refusal is not None:
            raise fate.refusal
        handlers, execution_id = self._handlers, fate.row.id
        work: Awaitable[object]
        match wanted.action:
            case "stop":
                work = handlers.stop(
                    c.StopExecution(
                        actor=wanted.actor, execution_id=execution_id, grace_s=wanted.grace_s, reason=wanted.reason
                    )
                )
            case "retry":
                work = handlers.retry(_retry(wanted, fate.row, fate.token))
            case _:
                held = None if wanted.action == "move" else wanted.action == "hold"
                work = handlers.change_queue(
                    c.ChangeQueue(
                        actor=wanted.actor, execution_id=execution_id, held=held, reason=wanted.reason,
                        priority=wanted.priority if wanted.action == "move" else None,
                    )
                )  # fmt: skip
        await work


def _retry(wanted: Wanted, row: ExecutionRow, token: str | None) -> c.RetryExecution:
    return c.RetryExecution(
        actor=wanted.actor, execution_id=row.id, origin="failed", chosen=(), inputs=None, step_inputs={}, version=None,
        token=token,
    )  # fmt: skip


def _refused_by_status(action: str, row: ExecutionRow) -> Refusal | None:
    if action == "stop":
        fits = row.status not in FINAL and row.status is not ExecutionStatus.STOPPING
    elif action == "retry":
        fits = row.status in (ExecutionStatus.FAILED, ExecutionStatus.STOPPED)
    else:
        fits = row.status is ExecutionStatus.QUEUED
    if fits:
        return None
    return Conflict(f"execution_is_{row.status.value}", f"It is {row.status.value}.", "Leave it out.")


def _changed() -> Refusal:
    return Conflict("changed_meanwhile", "Something has happened to it meanwhile.", "Look at it, then try again.")


def _why(refusal: Refusal) -> Json:
    return {"code": refusal.code, "message": refusal.message}


def _token(wanted: Wanted, fates: Sequence[_Fate]) -> str:
    named = "\n".join(sorted(f"{fate.row.id} {fate.token}" for fate in fates))
    return hashlib.sha256(f"{wanted.action}\n{named}".encode()).hexdigest()[:32]
