"""Questions: what is true now, or was true at a position of the past.

A view that has not applied what the caller has seen yet is waited for; then the execution's own events
are folded by the same functions that make the view, so an acknowledged execution is never unknown.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from application.children import parent_of
from application.conductor import Conductor
from application.parts import LastOutputs
from application.past import NOTHING_SAID, Past
from application.ports import EventStore, StoredEvent
from application.projections import rows as r
from application.starts import StartEstimates
from application.statistics import statistics
from application.versions import Versions
from domain.errors import Conflict, NotFound, Unavailable
from domain.event import RecordedEvent
from domain.execution import events as e
from domain.execution.status import FINAL, STEP_FINAL, ExecutionStatus, StepStatus
from domain.paths import item_path, map_of, node_of, template_of
from domain.values import LOG_LEVELS, log_stream_id
from domain.workflow.graph import Graph

WAIT_S = 2.0
SCANNED_BATCHES = 200
"""A search looks through at most so many batches (up to 100,000 lines) before it answers with a cursor."""

Json = dict[str, Any]


class Views(Protocol):
    """Reading the views; rows as `projections/rows.py` has them."""

    async def position(self) -> int: ...
    async def execution(self, execution_id: UUID) -> r.ExecutionRow | None: ...
    async def steps(self, execution_id: UUID) -> Sequence[r.StepRow]: ...
    async def steps_at(self, execution_id: UUID, paths: Sequence[str]) -> Sequence[r.StepRow]: ...
    async def snapshot(self, execution_id: UUID) -> tuple[int, r.ExecutionRow, Sequence[r.StepRow]] | None: ...
    async def executions(
        self,
        *,
        before: int | None,
        workflow_id: UUID | None,
        statuses: Sequence[str] | None,
        label: tuple[str, str] | None,
        since: datetime | None,
        limit: int,
    ) -> Sequence[r.ExecutionRow]: ...
    async def workflows(
        self, *, before: int | None, status: str | None, q: str | None, limit: int
    ) -> Sequence[r.WorkflowRow]: ...
    async def workflow(self, workflow_id: UUID) -> r.WorkflowRow | None: ...
    async def executions_of(self, ids: Sequence[UUID]) -> Sequence[r.ExecutionRow]: ...
    async def last_executions(self, workflow_ids: Sequence[UUID], each: int) -> Sequence[r.ExecutionRow]: ...
    async def log_batches(
        self, execution_id: UUID, *, after: int | None, before: int | None, step: str | None, worst: int, limit: int
    ) -> Sequence[StoredEvent]: ...


NOT_IN_PART = "not_in_part"
"""Why a step of the graph is skipped in an execution that runs a part without it."""
LIMITS_TOLD = 50
"""Of those that somebody waits under."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """An execution with its steps, true at `position`."""

    row: r.ExecutionRow
    steps: Sequence[r.StepRow]
    position: int
    is_folded: bool = False
    """From the execution's own events, with the items of its maps."""


@dataclass(frozen=True, kw_only=True)
class Queries:
    """All questions over the same views and log."""

    views: Views
    store: EventStore
    versions: Versions
    conductor: Conductor
    past: Past
    starts: StartEstimates
    outputs: LastOutputs
    decode: Callable[[StoredEvent], RecordedEvent]
    wait_for_views: Callable[[int, float], Awaitable[bool]]
    log_position: Callable[[], int]

    async def snapshot(self, execution_id: UUID, *, min_position: int | None = None, at: int | None = None) -> Snapshot:
        """An execution now, or as of a position. Raises NotFound."""
        if at is not None:
            return await self.folded(execution_id, at)
        behind = min_position is not None and not await self.wait_for_views(min_position, WAIT_S)
        found = None if behind else await self.views.snapshot(execution_id)
        if found is None and not behind and await self.wait_for_views(self.log_position(), WAIT_S):
            # It may be newer than the views. Folding its events at once would be ahead of what the views say next,
            # and a status would seem to go back.
            found = await self.views.snapshot(execution_id)
        if found is None:
            return await self.folded(execution_id, None)
        position, row, steps = found
        return Snapshot(row=row, steps=steps, position=position)

    async def latest(self, workflow_id: UUID) -> Snapshot:
        """The latest execution of a workflow, the one accepted a moment ago included.

        Raises NotFound (no such workflow), Conflict (never run), Unavailable.
        """
        await self.versions.workflow(workflow_id)
        await self.require_position(self.log_position())
        rows = await self.views.last_executions([workflow_id], 1)
        if not rows:
            raise Conflict("never_run", "This workflow has not been run yet.", "Run it, then ask again.")
        return await self.snapshot(rows[0].id)

    async def folded(self, execution_id: UUID, at: int | None) -> Snapshot:
        """The same from the execution's own events up to a position. Raises NotFound."""
        row: r.ExecutionRow | None = None
        steps: dict[str, r.StepRow] = {}
        async for stored in self.history(execution_id, after=0, before=None if at is None else at + 1):
            event = self.decode(stored)
            if isinstance(event, e.Created):
                row = r.open_execution(event, stored.position)
            elif row is not None:
                r.fold_execution(row, event, stored.position)
                if isinstance(event, r.STEP_EVENTS):
                    for path in r.rows_of(event):
                        r.fold_step(steps.setdefault(path, r.StepRow(path=path)), row.run, event)
                elif isinstance(event, e.Retried):
                    for _ in r.begin_steps_again(steps, event):
                        pass
        if row is None:
            raise NotFound("execution", execution_id)
        position = row.position if at is None else at
        return Snapshot(row=row, steps=[*steps.values()], position=position, is_folded=True)

    async def history(self, execution_id: UUID, *, after: int, before: int | None = None):
        """Both streams merged, read in windows."""
        while True:
            page = await self.store.history(
                [execution_id, log_stream_id(execution_id)], after=after, before=before, limit=500
            )
            for stored in page:
                yield stored
            if len(page) < 500:
                return
            after = page[-1].position

    async def last_output(self, workflow_id: UUID, step: str) -> Json:
        """The answer of GET /workflows/{id}/outputs/{step}. Raises NotFound, Unavailable."""
        await self.versions.workflow(workflow_id)
        found = (await self.outputs.last_outputs(workflow_id, [step])).get(step)
        if found is None:
            raise NotFound("output", step)
        return {
            "step": step, "execution_id": found.execution_id, "number": found.number,
            "output": msgspec.Raw(found.output), "output_artifact": found.output_artifact,
        }  # fmt: skip

    async def events(
        self, execution_id: UUID, *, after: int, before: int | None, limit: int
    ) -> tuple[Sequence[StoredEvent], int | None]:
        """One window of the history and the cursor of the next. Raises NotFound."""
        page = await self.store.history(
            [execution_id, log_stream_id(execution_id)], after=after, before=before, limit=limit + 1
        )
        if not page and await self.store.head(execution_id) == 0:
            raise NotFound("execution", execution_id)
        more = len(page) > limit
        return page[:limit], page[limit - 1].position if more else None

    async def require_position(self, min_position: int | None) -> int:
        """The views' position, once it has reached what the caller saw. Raises Unavailable (view_behind)."""
        if min_position is not None and not await self.wait_for_views(min_position, WAIT_S):
            applied = await self.views.position()
            raise Unavailable(
                "view_behind",
                f"The view has applied position {applied}, not {min_position} yet.",
                "Ask again in a moment.",
            )
        return await self.views.position()

    async def queue(self, *, skip: int, limit: int, now: datetime) -> Json:
        """The answer of GET /queue: who waits, in order, why, and for how long."""
        view = self.conductor.queue_view
        waiting = view.in_order(skip=skip, limit=limit + 1)
        more, waiting = len(waiting) > limit, waiting[:limit]
        rows = {
            row.id: row for row in await self.views.executions_of([ticket.execution_id for ticket, _, _ in waiting])
        }
        used, slots = self.conductor.slots.used, self.conductor.slots.limit
        causes, oldest = view.causes(), view.since()
        limits = view.limits(LIMITS_TOLD)
        names = {row.workflow_id: row.workflow_name for row in rows.values()}
        for workflow_id in {bound.group.workflow_id for bound, _, _ in limits} - names.keys():
            names[workflow_id] = (await self.versions.workflow(workflow_id)).name
        starts = await self.starts.of([place for _, place, _ in waiting], now) if waiting else None
        items = [
            {
                **summary(rows[ticket.execution_id]),
                "place": place or None,
                "starts_in_ms": None if starts is None else self.starts.told(starts, ticket.execution_id),
                "key": None if ticket.bound is None else ticket.bound.group.key,
                "waited_ms": max(0.0, (now.timestamp() - ticket.came_at) * 1000),
                "why_waiting": why,
            }
            for ticket, place, why in waiting
            if ticket.execution_id in rows  # else it has just come, and the views do not know it yet
        ]
        return {
            "slots": {"used": used, "limit": slots},
            "running": view.running(),
            "queued": self.conductor.queued,
            "oldest_wait_ms": None if oldest is None else max(0.0, (now.timestamp() - oldest) * 1000),
            "causes": [{"code": code, "count": count} for code, count in causes.items()],
            "priorities": [
                {"priority": priority, "count": count} for priority, count in view.priorities().items()
            ],
            "limits": [
                {
                    "workflow": {"id": bound.group.workflow_id, "name": names[bound.group.workflow_id]},
                    "key": bound.group.key, "limit": bound.limit, "running": running, "queued": queued,
                }
                for bound, running, queued in limits
            ],
            "items": items,
            "places_estimated": 0 if starts is None else starts.places,
            "next_cursor": skip + limit if more else None,
            "position": await self.views.position(),
        }  # fmt: skip

    async def describe(self, shot: Snapshot, now: datetime) -> Json:
        """The answer of GET /executions/{id}."""
        row = shot.row
        total = await self._total(row)
        settled = settled_of(row, total)
        started = row.started_at
        end = row.ended_at or now
        waited_until = started or row.ended_at or now
        left = NOTHING_SAID if shot.is_folded else await self.past.remaining(row, shot.steps, now)
        eta = left.range
        why = starts_in_ms = None
        if row.status is ExecutionStatus.QUEUED:
            why = self.conductor.queue_view.why(row.id)
            if not shot.is_folded:
                starts = await self.starts.of([self.conductor.queue_view.place(row.id)], now)
                starts_in_ms = self.starts.told(starts, row.id)
        elif row.status is ExecutionStatus.RUNNING:
            why = self.conductor.queue_view.why_steps(row.id)
        return {
            **summary(row),
            "progress": {
                "done": settled,
                "total": total,
                "fraction": settled / total if total else 1.0,
                "eta_ms": None if eta is None else {"p50": eta.p50 * 1000, "p90": eta.p90 * 1000},
                "waits_for_person": left.waits_for_person,
            },
            "current_steps": [
                {
                    "path": s.path,
                    "status": s.status,
                    "attempt": s.attempt,
                    "fraction": s.fraction,
                    "text": s.progress_text,
                }
                for s in shot.steps
                if s.path in row.current or s.path in row.waiting
            ],
            "waited_ms": _ms(row.queued_at or row.created_at, waited_until),
            "worked_ms": _ms(started, end) if started else 0,
            "waited_by": row.waited_by,
            "why_waiting": why,
            "starts_in_ms": starts_in_ms,
            "result": row.result,
            "result_artifact": row.result_artifact,
            "inputs": row.inputs,
            "cause_path": row.cause_path,
            "pointer": row.pointer,
            "knock_on": row.knock_on,
            "handled_failures": row.handled_failures,
            "proof": row.proof,
            "position": shot.position,
            "complete": (
                {"events": row.events, "log_lines": row.log_lines, "dropped_lines": row.dropped_lines}
                if row.status in FINAL
                else None
            ),
            "counts": {"events": row.events, "log_lines": row.log_lines, "dropped_lines": row.dropped_lines},
            "metadata": {
                "run": row.run,
                "priority": row.priority,
                "parent": _parent(row),
                "paused_by": row.paused_by,
                "stop_reason": row.stop_reason,
                "stopped_by": row.stopped_by,
                "stop_unconfirmed": _unconfirmed(row.unconfirmed),
            },
        }

    async def statistics(self, workflow_id: UUID, *, version: int | None, since: datetime | None) -> Json:
        """The answer of GET /stats/workflows/{id}. Raises NotFound."""
        workflow = await self.versions.workflow(workflow_id)
        shown = version or workflow.ready_version or workflow.latest_version
        # A draft with errors has no graph to tell of, and was never run.
        valid = bool(shown) and workflow.version_of(shown).valid
        graph = (await self.versions.graph(workflow_id, shown)).graph if valid else Graph.of({})
        known = await self.past.of(workflow_id)
        return {
            "workflow": {"id": workflow_id, "name": workflow.name, "version": shown},
            **statistics(known, graph, version=version, since=since),
            "position": await self.views.position(),
        }

    async def _total(self, row: r.ExecutionRow) -> int:
        return len((await self.versions.graph(row.workflow_id, row.workflow_version, row.part)).graph.nodes)

    async def steps(self, shot: Snapshot) -> list[Json]:
        """Every step in the order of the graph, those nothing has happened to as pending (or skipped
        by the end of the execution, or because they are not of the part that it runs)."""
        row = shot.row
        graph = (await self.versions.graph(row.workflow_id, row.workflow_version)).graph
        part = (await self.versions.graph(row.workflow_id, row.workflow_version, row.part)).graph.nodes
        known = {step.path: step for step in shot.steps}
        return [
            step_answer(known.get(node_id) or _untouched(node_id, in_part=node_id in part), row, node.kind)
            for node_id, node in graph.nodes.items()
        ]

    async def items(
        self, shot: Snapshot, path: str, *, status: str | None, after: int, limit: int
    ) -> tuple[list[Json], int | None]:
        """Steps of the items of a map from the place after `after` on (-1: from the first), and the place to go on
        after. `status` leaves only failed ones, the first 1,000. Raises NotFound."""
        prepared = await self.versions.graph(shot.row.workflow_id, shot.row.workflow_version)
        node = prepared.graph.templates.get(template_of(path))
        if node is None or node.each is None:
            raise NotFound("map", path)
        known = {step.path: step for step in shot.steps}
        if map_of(path) is not None:
            known |= {step.path: step for step in await self._item_rows(shot, [path])}
        counts = known[path].items if path in known else None
        if counts is None:
            return [], None
        every = sorted(counts.failures) if status == "failed" else range(counts.total)
        places = [index for index in every if index > after][: limit + 1]
        more, places = len(places) > limit, places[:limit]
        wanted = [item_path(path, node.id, index) for index in places]
        rows = {row.path: row for row in await self._item_rows(shot, wanted)}
        found = [
            {**step_answer(rows.get(one) or r.StepRow(path=one), shot.row, node.each.node.kind), "index": index}
            for one, index in zip(wanted, places, strict=True)
        ]
        return found, places[-1] if more else None

    async def _item_rows(self, shot: Snapshot, paths: Sequence[str]) -> Sequence[r.StepRow]:
        if shot.is_folded:
            wanted = {*paths}
            return [step for step in shot.steps if step.path in wanted]
        return await self.views.steps_at(shot.row.id, paths)

    async def artifact(self, shot: Snapshot, sha256: str) -> Any:
        """The reference by which an execution names an artifact, its maps' items included, or None."""
        found = references_artifact(shot.row, shot.steps, sha256)
        if found is None and any(step.items is not None for step in shot.steps):
            found = references_artifact(shot.row, await self.views.steps(shot.row.id), sha256)
        return found

    async def timings(self, shot: Snapshot, now: datetime) -> Json:
        """Where the time of an execution went, all in milliseconds."""
        row = shot.row
        end = row.ended_at or now
        queued = row.queued_at or row.created_at
        steps: list[Json] = []
        for step in await self.steps(shot):
            attempts: list[Json] = []
            for attempt in step["attempts"]:
                began = attempt["began_at"]
                attempts.append({**attempt, "queued_ms": None if began is None else _ms(attempt["started_at"], began)})
            steps.append(
                {
                    "path": step["path"],
                    "status": step["status"],
                    "duration_ms": step["duration_ms"],
                    "attempts": attempts,
                }
            )
        longest = max(steps, key=lambda step: step["duration_ms"] or 0, default=None)
        return {
            "execution_id": row.id,
            "queued_at": queued,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "waited_ms": _ms(queued, row.started_at or end),
            "worked_ms": _ms(row.started_at, end) if row.started_at else 0,
            "total_ms": _ms(queued, end),
            "bottleneck": longest["path"] if longest and longest["duration_ms"] else None,
            "steps": steps,
            "position": shot.position,
        }

    async def logs(
        self,
        execution_id: UUID,
        *,
        after: int | None,
        before: int | None,
        level: str | None,
        step: str | None,
        q: str | None,
        limit: int,
    ) -> Json:
        """A window of lines: the next after a number, or the last before one (newest window first)."""
        position = await self.views.position()
        row = await self.views.execution(execution_id)
        if row is None:
            row = (await self.folded(execution_id, None)).row
        worst = LOG_LEVELS.index(level) if level else 0
        needle = q.lower() if q else None
        lines: list[Json] = []
        cursor = after or 0
        edge = before
        scanned, exhausted = 0, False
        while len(lines) < limit and scanned < SCANNED_BATCHES and not exhausted:
            batches = await self.views.log_batches(
                execution_id, after=cursor, before=edge, step=step, worst=worst, limit=20
            )
            exhausted = len(batches) < 20
            scanned += len(batches)
            found: list[Json] = []
            for stored in batches:
                event = self.decode(stored)
                assert isinstance(event, e.StepLogged)  # noqa: S101 - log_view points at nothing else
                for number, line in enumerate(event.lines, event.first_line):
                    wanted = (
                        number > (after or 0)
                        and (before is None or number < before)
                        and r.level_of(line) >= worst
                        and (needle is None or needle in line.text.lower())
                    )
                    if wanted:
                        found.append(
                            {
                                "line": number,
                                "at": datetime.fromtimestamp(line.at_ms / 1000, tz=row.created_at.tzinfo),
                                "level": line.level,
                                "stream": line.stream,
                                "step": event.path,
                                "attempt": event.attempt,
                                "text": line.text,
                            }
                        )
                cursor = max(cursor, event.first_line + len(event.lines) - 1)
                if before is not None:
                    edge = min(edge or before, event.first_line)
            lines = [*lines, *found] if before is None else [*found, *lines]
        if before is None:
            more = len(lines) > limit or not exhausted
            lines = lines[:limit]
            next_cursor = (lines[-1]["line"] if len(lines) == limit else cursor) if more else None
        else:
            more = len(lines) > limit or not exhausted
            lines = lines[-limit:]
            next_cursor = (lines[0]["line"] if len(lines) == limit else edge) if more else None
        return {
            "items": lines,
            "next_cursor": next_cursor,
            "total_lines": row.log_lines,
            "dropped_lines": row.dropped_lines,
            "complete": row.status in FINAL,
            "position": max(position, row.position) if row.status in FINAL else position,
        }


def summary(row: r.ExecutionRow) -> Json:
    """What a list shows of an execution."""
    return {
        "id": row.id,
        "number": row.number,
        "run": row.run,
        "workflow": {"id": row.workflow_id, "name": row.workflow_name, "version": row.workflow_version},
        "status": row.status,
        "created_at": row.created_at,
        "queued_at": row.queued_at or row.created_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "labels": row.labels,
        "priority": row.priority,
        "requested_by": row.actor,
        "part": row.part,
        "error": row.error,
        "settled_steps": row.settled,
        "current_paths": row.current,
        "waiting_paths": row.waiting,
    }


def settled_of(row: r.ExecutionRow, total: int) -> int:
    """How many of `total` steps are settled. Steps that the end of a failed or stopped execution skipped
    never came to an end of their own and do not count."""
    return total if row.status is ExecutionStatus.COMPLETED else row.settled


def _untouched(path: str, *, in_part: bool) -> r.StepRow:
    if in_part:
        return r.StepRow(path=path)
    return r.StepRow(path=path, status=StepStatus.SKIPPED, reason=NOT_IN_PART)


def step_answer(step: r.StepRow, row: r.ExecutionRow, kind: str = "") -> Json:
    """One step as the API tells it; `kind` as the graph has it. Steps an ended execution never started are skipped."""
    status, reason = step.status, step.reason
    if row.status in FINAL and status not in STEP_FINAL:
        status, reason = StepStatus.SKIPPED, f"execution_{row.status.value}"
    attempts: list[Json] = []
    for attempt in step.attempts:
        began = attempt.began_at_ms
        began_at = None if began is None else datetime.fromtimestamp(began / 1000, tz=attempt.started_at.tzinfo)
        attempts.append(
            {
                "run": attempt.run,
                "attempt": attempt.attempt,
                "started_at": attempt.started_at,
                "began_at": began_at,
                "ended_at": attempt.ended_at,
                "outcome": attempt.outcome,
                "usage": attempt.usage,
                "error": attempt.error,
                "duration_ms": attempt.usage.wall_ms
                if attempt.usage
                else _ms(began_at or attempt.started_at, attempt.ended_at)
                if attempt.ended_at
                else None,
            }
        )
    latest = attempts[-1] if attempts and step.attempt else None  # of this run, or of the one it is reused from
    return {
        "path": step.path,
        "node": node_of(step.path),
        "kind": kind or step.kind,
        "status": status,
        "attempt": step.attempt,
        "reason": reason,
        "due_at": None if step.due_at_ms is None else datetime.fromtimestamp(step.due_at_ms / 1000, tz=UTC),
        "worker": step.worker,
        "child_id": step.child,
        "items": _counts(step.items),
        "started_at": step.started_at,
        "began_at": latest["began_at"] if latest else None,
        "ended_at": step.ended_at,
        "duration_ms": latest["duration_ms"] if latest else None,
        "error": latest["error"] if latest else None,
        "usage": latest["usage"] if latest else None,
        "input": step.input,
        "input_artifact": step.input_artifact,
        "output": step.output,
        "output_artifact": step.output_artifact,
        "artifacts": step.artifacts,
        "progress": None
        if step.fraction is None and step.progress_text is None
        else {"fraction": step.fraction, "text": step.progress_text},
        "attempts": attempts,
    }


def _unconfirmed(doubt: r.Unconfirmed | None) -> Json | None:
    if doubt is None:
        return None
    return {
        "paths": doubt.paths, "server": doubt.server, "since": datetime.fromtimestamp(doubt.since_ms / 1000, tz=UTC)
    }  # fmt: skip


def _parent(row: r.ExecutionRow) -> Json | None:
    above = parent_of(row.trigger)
    return None if above is None else {"execution_id": above[0], "path": above[1]}


def _counts(items: r.ItemCounts | None) -> Json | None:
    if items is None:
        return None
    settled = items.completed + items.failed + items.stopped
    return {
        "total": items.total,
        "completed": items.completed,
        "failed": items.failed,
        "stopped": items.stopped,
        "settled": settled,
    }


def references_artifact(row: r.ExecutionRow, steps: Sequence[r.StepRow], sha256: str) -> Any:
    """The reference by which an execution names an artifact, or None: contents are read only so."""
    found = [row.result_artifact]
    for step in steps:
        found += [step.output_artifact, step.input_artifact, *step.artifacts]
    # A file a step attached has a name and a type a person can use; prefer it.
    matching = [reference for reference in found if reference is not None and reference.sha256 == sha256]
    return max(matching, key=lambda reference: reference.name is not None, default=None)


def _ms(start: datetime, end: datetime) -> float:
    return max(0.0, round((end - start).total_seconds() * 1000, 3))


def encode(answer: Mapping[str, object]) -> bytes:
    """An answer as JSON: values of users verbatim, times RFC 3339."""
    return msgspec.json.encode(answer)
