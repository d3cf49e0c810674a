"""Figures for Prometheus, read when asked: of the process, of the queue, and of each limit how near it is."""

from typing import cast

import psutil
from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from starlette.responses import Response

from domain.queueing.calls import CALL
from domain.queueing.slots import KIND
from interfaces.http.service import Service, service_of

router = APIRouter()
LIMITS_TOLD = 100
"""Of workflows and keys, those with the most waiting."""
OVERDUE_S = 60.0
"""A trigger that should have fired so long ago did not: it waits for the run before it, or no server can."""


@router.get(
    "/metrics",
    operation_id="metrics",
    tags=["operations"],
    responses={200: {"content": {"text/plain": {}}}},
    response_model=None,
)
async def metrics(request: Request) -> Response:
    """Prometheus metrics, read when asked."""
    service = service_of(request)
    facts = await service.ready()
    slots = service.queries.conductor.slots
    capacity = service.executor.capacity()
    process = psutil.Process()
    values: dict[str, tuple[str, float]] = {
        "runwright_executions_queued": ("Executions that wait for admission", service.queries.conductor.queued),
        "runwright_executions_running": (
            "Executions taken through their graph by this server",
            len(service.queries.conductor.live),
        ),
        "runwright_slots_used": ("Attempts handed to workers", slots.used),
        "runwright_slots": ("The limit of attempts", slots.limit),
        "runwright_workers": ("Worker processes alive", capacity.workers),
        "runwright_workers_busy": ("Worker processes with an attempt", capacity.busy),
        "runwright_streams": ("Open event streams", service.feed.subscriptions),
        "runwright_log_position": ("Position of the last event published", cast("float", facts["log_position"])),
        "runwright_view_position": ("Position the views have applied", cast("float", facts["view_position"])),
        "runwright_views_parked": ("Streams with an event the views could not apply", cast("float", facts["parked"])),
        "runwright_appends_total": ("Append transactions since the start", cast("float", facts["appends"])),
        "runwright_events_appended_total": ("Events appended since the start", cast("float", facts["events"])),
        "runwright_resident_memory_bytes": ("Resident memory of the server process", process.memory_info().rss),
        "runwright_cpu_seconds_total": ("CPU time of the server process", sum(process.cpu_times()[:2])),
    }
    registry = CollectorRegistry()
    for name, (text, value) in values.items():
        Gauge(name, text, registry=registry).set(value)
    _of_queue(service, registry)
    _of_limits(service, registry)
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")


def _of_queue(service: Service, registry: CollectorRegistry) -> None:
    view, now = service.queries.conductor.queue_view, service.clock.now().timestamp()
    oldest = view.since()
    longest = Gauge("runwright_queue_longest_wait_seconds", "Of those that wait, the longest so far", registry=registry)
    longest.set(0.0 if oldest is None else max(0.0, now - oldest))
    waiting = Gauge("runwright_waiting", "Executions that wait, by what they wait for", ["cause"], registry=registry)
    for cause, count in view.causes().items():
        waiting.labels(cause).set(count)
    overdue = sum(
        (next_ms := trigger.next_ms()) is not None and next_ms / 1000 < now - OVERDUE_S
        for trigger in service.triggers.known.values()
    )
    Gauge("runwright_triggers_overdue", "Triggers that have not fired for a minute", registry=registry).set(overdue)


def _of_limits(service: Service, registry: CollectorRegistry) -> None:
    """Of each limit how much there is, how much is taken, and how many executions wait for it."""
    names = ["limit", "name", "key"]
    most = Gauge("runwright_limit", "How much a limit lets", names, registry=registry)
    taken = Gauge("runwright_limit_taken", "How much of it is taken", names, registry=registry)
    waiting = Gauge("runwright_limit_waiting", "Executions that wait for it", names, registry=registry)
    conductor = service.queries.conductor

    def tell(labels: tuple[str, str, str], limit: float, used: float, waits: int | None = None) -> None:
        most.labels(*labels).set(limit)
        taken.labels(*labels).set(used)
        if waits is not None:
            waiting.labels(*labels).set(waits)

    tell(("queue", "", ""), service.handlers.queue_limit, conductor.queued)
    free_mb = service.handlers.free_mb
    if free_mb is not None:
        free = Gauge("runwright_disk_free_bytes", "Free where the own database keeps its data", registry=registry)
        free.set(free_mb() * 2**20)
        reserve = Gauge("runwright_disk_reserve_bytes", "With less no run is accepted", registry=registry)
        reserve.set(service.handlers.disk_reserve_mb * 2**20)
    tell(("attempts", "", ""), conductor.slots.limit, conductor.slots.used)
    for bound, running, queued in conductor.queue_view.limits(LIMITS_TOLD):
        kind = "workflow" if bound.group.key is None else "key"
        tell((kind, str(bound.group.workflow_id), bound.group.key or ""), bound.limit, running, queued)
    for workflow_id, limit in conductor.limiting.limits.workflows.items():
        if limit.queued is not None:
            _, of_workflow = conductor.queue_view.waiting_with(workflow_id)
            tell(("workflow_queue", str(workflow_id), ""), limit.queued, of_workflow)
    for name in sorted(conductor.slots.resources()):
        limit_of = conductor.slots.limit_of(name)
        if limit_of is None:
            continue
        kind = "kind" if name.startswith(KIND) else "calls" if name.startswith(CALL) else "resource"
        shown = name.removeprefix(KIND).removeprefix(CALL)
        tell((kind, shown, ""), limit_of, conductor.slots.taken(name))
