"""What the last executions of a workflow say: how long they take, what fails, and where the time goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from application.past import Known
from application.projections import rows as r
from domain.estimating.quantiles import quantile
from domain.execution.status import FINAL, ExecutionStatus, StepStatus
from domain.workflow.graph import Graph

Json = dict[str, Any]
CAUSES_TOLD = 20


def statistics(known: Known, graph: Graph, *, version: int | None, since: datetime | None) -> Json:
    """The answer of GET /stats/workflows/{id}, without the workflow and the position. `version` and `since` leave only
    executions of that version, and those that were asked for then or later."""
    rows = [
        row
        for row in known.rows
        if (version is None or row.workflow_version == version) and (since is None or row.created_at >= since)
    ]
    ended = [row for row in rows if row.status in FINAL]
    completed = [row for row in ended if row.status is ExecutionStatus.COMPLETED]
    critical = _critical(completed, known.steps, graph)
    return {
        "runs": {"total": len(rows), **{status.value: _count(rows, status) for status in ExecutionStatus}},
        "duration_ms": _quantiles([_ms(_asked(row), row.ended_at) for row in completed]),
        "waited_ms": _quantiles([_ms(_asked(row), row.started_at) for row in completed]),
        "worked_ms": _quantiles([_ms(row.started_at, row.ended_at) for row in completed]),
        "steps": [_step(node_id, graph, ended, known.steps, critical) for node_id in graph.nodes],
        "failure_causes": _causes(ended),
        "bottleneck": _bottleneck(critical),
        "by_day": _by_day(ended),
    }


def _count(rows: Sequence[r.ExecutionRow], status: ExecutionStatus) -> int:
    return sum(row.status is status for row in rows)


def _asked(row: r.ExecutionRow) -> datetime:
    return row.queued_at or row.created_at


def _ms(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else max(0.0, (end - start).total_seconds() * 1000)


def _quantiles(numbers: Sequence[float | None]) -> Json | None:
    ordered = sorted(number for number in numbers if number is not None)
    if not ordered:
        return None
    return {"p50": quantile(ordered, 0.5), "p90": quantile(ordered, 0.9), "p99": quantile(ordered, 0.99)}


def _step(
    node_id: str, graph: Graph, rows: Sequence[r.ExecutionRow], steps: Mapping[UUID, Sequence[r.StepTimes]],
    critical: Counter[str],
) -> Json:  # fmt: skip
    found = [step for row in rows for step in steps.get(row.id, ()) if step.path == node_id]
    ran = [step for step in found if step.started_at is not None]
    attempts = [attempt for step in ran for attempt in step.attempts]
    memory = [attempt.usage.peak_memory_bytes for attempt in attempts if attempt.usage is not None]
    whole = sum(critical.values())
    return {
        "path": node_id,
        "kind": graph.nodes[node_id].kind,
        "runs": len(ran),
        "skipped": sum(step.status is StepStatus.SKIPPED for step in found),
        "failed": sum(step.status is StepStatus.FAILED for step in found),
        "attempts": len(attempts),
        "duration_ms": _quantiles([_ms(step.started_at, step.ended_at) for step in ran]),
        "peak_memory_bytes": max(memory, default=None),
        "critical_share": critical[node_id] / whole if whole else 0.0,
    }


def _critical(
    rows: Sequence[r.ExecutionRow], steps: Mapping[UUID, Sequence[r.StepTimes]], graph: Graph
) -> Counter[str]:
    """Milliseconds that each step was on the way that the end waited for, over all runs: from the last step to end back
    to what it waited for."""
    found: Counter[str] = Counter()
    for row in rows:
        known = {step.path: step for step in steps.get(row.id, ()) if step.ended_at is not None and step.started_at}
        at = max((path for path in known if path in graph.nodes), key=lambda path: _end(known[path]), default=None)
        while at is not None:
            step = known[at]
            found[at] += round(_ms(step.started_at, step.ended_at) or 0.0)
            before = [edge.source for edge in graph.incoming[at] if edge.source in known]
            at = max(before, key=lambda path: _end(known[path]), default=None)
    return found


def _end(step: r.StepTimes) -> float:
    return step.ended_at.timestamp() if step.ended_at is not None else 0.0


def _bottleneck(critical: Counter[str]) -> Json | None:
    whole = sum(critical.values())
    if not whole:
        return None
    [(path, spent)] = critical.most_common(1)
    return {"path": path, "share": spent / whole}


def _causes(rows: Sequence[r.ExecutionRow]) -> list[Json]:
    """Newest first within the most frequent; `rows` are newest first."""
    found: dict[tuple[str, str, str | None], Json] = {}
    for row in rows:
        if row.status is not ExecutionStatus.FAILED or row.error is None:
            continue
        error, key = row.error, (row.error.code, row.error.type, row.cause_path)
        cause = found.get(key)
        if cause is None:
            cause = found[key] = {
                "code": error.code, "category": error.category.value, "type": error.type, "step": row.cause_path,
                "message": error.message, "advice": error.advice, "count": 0, "last_at": row.ended_at,
                "execution_id": row.id, "number": row.number,
            }  # fmt: skip
        cause["count"] += 1
    return sorted(found.values(), key=lambda cause: -int(cause["count"]))[:CAUSES_TOLD]


def _by_day(rows: Sequence[r.ExecutionRow]) -> list[Json]:
    days: dict[str, Counter[str]] = {}
    for row in rows:
        if row.ended_at is not None:
            days.setdefault(row.ended_at.date().isoformat(), Counter())[row.status.value] += 1
    names = (ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.STOPPED)
    return [{"day": day, **{name.value: counts[name.value] for name in names}} for day, counts in sorted(days.items())]
