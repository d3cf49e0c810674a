"""Reading the views."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from application.parts import LastOutput
from application.ports import StoredEvent
from application.projections.rows import AttemptRow, ExecutionRow, StepRow, StepTimes, WorkflowRow
from application.remembering import RecentStep
from domain.values import JsonText
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import stored_event

LAST = 2**63 - 1
MOST_ALIKE = 1_000
LOOKED_BACK = 1_000
"""Executions of a workflow that are looked through for the last output of a step."""
_execution = msgspec.json.Decoder(ExecutionRow).decode
_step = msgspec.json.Decoder(StepRow).decode
_times = msgspec.json.Decoder(StepTimes).decode
_attempts = msgspec.json.Decoder(list[AttemptRow]).decode
_workflow = msgspec.json.Decoder(WorkflowRow).decode


class PostgresViews:
    """Views on the tables of migration 0002."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def position(self) -> int:
        """How far the log is applied."""
        return int((await self._connections.rows("view_position"))[0][0])

    async def execution(self, execution_id: UUID) -> ExecutionRow | None:
        """One execution."""
        rows = await self._connections.rows("execution_docs", ([execution_id],))
        return _execution(rows[0][0]) if rows else None

    async def snapshot(self, execution_id: UUID) -> tuple[int, ExecutionRow, Sequence[StepRow]] | None:
        """One execution, its steps without the items of maps, and the position both are true at."""
        rows = await self._connections.rows("execution_snapshot", (execution_id,))
        if not rows:
            return None
        position, doc, steps = rows[0]
        return int(position), _execution(doc), [_step(step) for step in steps]

    async def steps(self, execution_id: UUID) -> Sequence[StepRow]:
        """Steps something has happened to, items of maps included."""
        return [_step(doc) for _, doc in await self._connections.rows("step_docs", ([execution_id],))]

    async def steps_at(self, execution_id: UUID, paths: Sequence[str]) -> Sequence[StepRow]:
        """The steps at these paths that something has happened to."""
        return [_step(doc) for (doc,) in await self._connections.rows("steps_at", (execution_id, list(paths)))]

    async def executions(
        self, *, before: int | None, workflow_id: UUID | None, statuses: Sequence[str] | None,
        label: tuple[str, str] | None, since: datetime | None, limit: int,
    ) -> Sequence[ExecutionRow]:  # fmt: skip
        """Newest first."""
        rows = await self._connections.named(
            "list_executions",
            {
                "before": LAST if before is None else before,
                "workflow": workflow_id,
                "statuses": None if statuses is None else list(statuses),
                "label": None if label is None else json.dumps({label[0]: label[1]}),
                "since": since,
                "limit": limit,
            },
        )
        return [_execution(doc) for (doc,) in rows]

    async def workflows(
        self, *, before: int | None, status: str | None, q: str | None, limit: int
    ) -> Sequence[WorkflowRow]:
        """Newest first."""
        rows = await self._connections.named(
            "list_workflows", {"before": LAST if before is None else before, "status": status, "q": q, "limit": limit}
        )
        return [_workflow(doc) for (doc,) in rows]

    async def workflow_named(self, name: str) -> UUID | None:
        """The one workflow of that name which is not archived; None without one, or with several."""
        found = await self.workflows(before=None, status=None, q=name, limit=MOST_ALIKE)
        exact = [row.id for row in found if row.name == name and row.status != "archived"]
        return exact[0] if len(exact) == 1 else None

    async def workflow(self, workflow_id: UUID) -> WorkflowRow | None:
        """One workflow."""
        rows = await self._connections.rows("workflow_docs", ([workflow_id],))
        return _workflow(rows[0][0]) if rows else None

    async def executions_of(self, ids: Sequence[UUID]) -> Sequence[ExecutionRow]:
        """Rows of some executions, in no order; those that the view does not know are left out."""
        rows = await self._connections.rows("execution_docs", (list(ids),)) if ids else []
        return [_execution(doc) for (doc,) in rows]

    async def last_executions(self, workflow_ids: Sequence[UUID], each: int) -> Sequence[ExecutionRow]:
        """The newest executions of each workflow."""
        rows = await self._connections.named("last_executions", {"workflows": list(workflow_ids), "each": each})
        return [_execution(doc) for (doc,) in rows]

    async def last_ended(self, workflow_id: UUID, limit: int) -> Sequence[ExecutionRow]:
        """The newest executions of a workflow that have ended."""
        rows = await self._connections.named("last_ended", {"workflow": workflow_id, "limit": limit})
        return [_execution(doc) for (doc,) in rows]

    async def step_times(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[StepTimes]]:
        """How the steps of some executions ran, without the items of maps."""
        return _by_execution(await self._connections.rows("step_times", (list(ids),)) if ids else [])

    async def item_times(self, ids: Sequence[UUID], each: int) -> Mapping[UUID, Sequence[StepTimes]]:
        """How items of maps of some executions ran, at most so many of one; no order says which."""
        if not ids:
            return {}
        return _by_execution(await self._connections.named("item_times", {"ids": list(ids), "each": each}))

    async def recent_steps(self, *, workflows: int, each: int, rows: int) -> Sequence[RecentStep]:
        """Steps of the last runs of those workflows that ran last, at most `rows` of one; attempts of the present run
        only."""
        found = await self._connections.named("recent_attempts", {"workflows": workflows, "each": each, "rows": rows})
        return [
            RecentStep(
                workflow_id=workflow_id, version=version, path=path,
                attempts=[attempt for attempt in _attempts(attempts) if attempt.run == run],
            )
            for workflow_id, version, run, path, attempts in found
        ]  # fmt: skip

    async def last_outputs(self, workflow_id: UUID, steps: Sequence[str]) -> Mapping[str, LastOutput]:
        """What some steps of a workflow gave the last time, of those that did among the last executions."""
        if not steps:
            return {}
        rows = await self._connections.named(
            "last_outputs", {"workflow": workflow_id, "paths": list(steps), "within": LOOKED_BACK}
        )
        found: dict[str, LastOutput] = {}
        for path, execution, step in rows:
            of, last = _execution(execution), _step(step)
            found[path] = LastOutput(
                execution_id=of.id, number=of.number, output=JsonText(bytes(last.output)),
                output_artifact=last.output_artifact,
            )  # fmt: skip
        return found

    async def log_batches(
        self, execution_id: UUID, *, after: int | None, before: int | None, step: str | None, worst: int, limit: int
    ) -> Sequence[StoredEvent]:
        """Events that hold lines after (or before) a line number, in line order."""
        given = {"execution": execution_id, "step": step, "worst": worst, "limit": limit}
        if before is not None:
            rows = await self._connections.named("log_batches_before", {**given, "before": before})
        else:
            rows = await self._connections.named("log_batches", {**given, "after": after or 0})
        positions = [position for _, _, position in rows]
        return [stored_event(row) for row in await self._connections.rows("events_at", (positions,))]


def _by_execution(rows: Sequence[tuple[UUID, bytes]]) -> Mapping[UUID, Sequence[StepTimes]]:
    found: dict[UUID, list[StepTimes]] = {}
    for execution_id, doc in rows:
        found.setdefault(execution_id, []).append(_times(doc))
    return found
