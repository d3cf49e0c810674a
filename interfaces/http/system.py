"""Kinds of node, the definition's schema, health, metrics."""

from typing import cast

import psutil
from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from starlette.responses import Response

from domain.errors import NotFound
from interfaces.http import schemas as s
from interfaces.http.service import respond, service_of

router = APIRouter()


@router.get("/api/v1/node-kinds", operation_id="list_node_kinds", tags=["workflows"], **s.answers(s.NodeKindList))
async def node_kinds(request: Request) -> Response:
    """Every kind with the JSON Schema of its config."""
    return respond({"items": [kind.describe() for kind in service_of(request).kinds.all()], "next_cursor": None})


@router.get(
    "/api/v1/schemas/{name}",
    operation_id="get_schema",
    tags=["workflows"],
    responses={200: {"content": {"application/schema+json": {}}}},
    response_model=None,
)
async def schema(request: Request, name: str) -> Response:
    """The JSON Schema of a definition (`workflow`)."""
    if name != "workflow":
        raise NotFound("schema", name[:100])
    return respond(service_of(request).schema, headers={"Content-Type": "application/schema+json"})


@router.get("/healthz", operation_id="healthz", tags=["operations"], **s.answers(s.Health))
async def healthz() -> Response:
    """Whether the process is alive."""
    return respond({"status": "ok"})


@router.get("/readyz", operation_id="readyz", tags=["operations"], **s.answers(s.Health))
async def readyz(request: Request) -> Response:
    """Whether the database answers and the views follow; 503 with the reason otherwise."""
    facts = await service_of(request).ready()
    return respond({"status": "ready", **facts})


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
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")
