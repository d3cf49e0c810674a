"""The queue: what runs, who waits, in which order and why."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from interfaces.http import schemas as s
from interfaces.http.history import Limit
from interfaces.http.service import respond, service_of

router = APIRouter(prefix="/api/v1", tags=["queue"])
Cursor = Annotated[int | None, Query(ge=0, le=1_000_000)]


@router.get("/queue", operation_id="get_queue", **s.answers(s.Queue))
async def queue(request: Request, cursor: Cursor = None, limit: Limit = 200) -> Response:
    """Who waits, in order, with the reason of each; slots, limits that are reached, and how many wait for what.

    The queue goes on while it is read: with a `cursor` somebody may be told twice or not at all.
    """
    service = service_of(request)
    return respond(await service.queries.queue(skip=cursor or 0, limit=limit, now=service.handlers.clock.now()))
