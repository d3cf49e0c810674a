"""Kinds of node, the definition's schema, health."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.errors import NotFound
from interfaces.http import schemas as s
from interfaces.http.service import respond, service_of

router = APIRouter()


@router.get("/api/v1/node-kinds", operation_id="list_node_kinds", tags=["workflows"], **s.answers(s.NodeKindList))
async def node_kinds(request: Request) -> Response:
    """Every kind with the JSON Schema of its config."""
    return respond({"items": [kind.describe() for kind in service_of(request).kinds.all()], "next_cursor": None})


@router.get("/api/v1/templates", operation_id="list_templates", tags=["workflows"], **s.answers(s.TemplateList))
async def templates(request: Request) -> Response:
    """Definitions to begin a workflow from: the examples of this version, as written and as read."""
    # In a thread: the first time they are read from the disk.
    items = await asyncio.to_thread(service_of(request).templates)
    return respond({"items": items, "next_cursor": None})


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
