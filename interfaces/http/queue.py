"""The queue: what runs, who waits, in which order and why."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from application import commands as c
from application.queries import Json
from interfaces.http import schemas as s
from interfaces.http.bodies import check_fields, refused_field
from interfaces.http.history import Limit
from interfaces.http.service import actor_of, read_object, respond, service_of, uuid_of, version_matched

router = APIRouter(prefix="/api/v1", tags=["queue"])
Cursor = Annotated[int | None, Query(ge=0, le=1_000_000)]


@router.post("/executions/{execution_id}/queue", operation_id="change_queue", **s.answers(s.Stopping, 200, s.QueueBody))
async def change(request: Request, execution_id: str) -> Response:
    """Hold an execution that waits, release it, or give it another priority. The same answer the second time."""
    body = await read_object(request, default=True)
    check_fields(body, {"priority": int, "held": bool, "reason": str})
    priority, held = cast("int | None", body.get("priority")), cast("bool | None", body.get("held"))
    reason = cast("str | None", body.get("reason"))
    if priority is not None and not -100 <= priority <= 100:
        raise refused_field("priority", "priority is from -100 to 100.")
    if reason is not None and len(reason) > 2_000:
        raise refused_field("reason", "reason has at most 2,000 characters.")
    service, identity = service_of(request), uuid_of(execution_id, "execution")
    position = await service.handlers.change_queue(
        c.ChangeQueue(actor=actor_of(request), execution_id=identity, priority=priority, held=held, reason=reason)
    )
    shot = await service.queries.snapshot(identity, min_position=position or None)
    return respond({"execution_id": identity, "status": shot.row.status, "position": position or shot.position})


@router.get("/queue/limits", operation_id="get_limits", **s.answers(s.Limits))
async def limits(request: Request) -> Response:
    """The limits an operator has set, and what holds where none is set."""
    service = service_of(request)
    answer = service.queries.conductor.capacity_view.limits()
    return respond({**answer, "position": await service.queries.views.position()}, 200, _tagged(answer))


@router.put("/queue/limits", operation_id="set_limits", **s.answers(s.Limits, 200, s.LimitsBody))
async def set_limits(request: Request) -> Response:
    """Let these limits hold, and no others. `If-Match: <version>` refuses when they were changed meanwhile."""
    body = await read_object(request)
    service = service_of(request)
    position = await service.handlers.set_limits(
        c.SetLimits(actor=actor_of(request), body=body, expected_version=version_matched(request))
    )
    answer = service.queries.conductor.capacity_view.limits()
    return respond({**answer, "position": position}, 200, _tagged(answer))


@router.get("/capacity", operation_id="get_capacity", **s.answers(s.Capacity))
async def capacity(request: Request) -> Response:
    """What this server has, what of it is taken, how hard the machine is pressed, and how its limits have moved."""
    service = service_of(request)
    answer = await service.queries.conductor.capacity_view.capacity()
    position = await service.queries.views.position()
    return respond({**answer, "workers": service.executor.capacity().workers, "position": position})


def _tagged(answer: Json) -> dict[str, str]:
    return {"ETag": f'"{answer["version"]}"'}


@router.get("/queue", operation_id="get_queue", **s.answers(s.Queue))
async def queue(request: Request, cursor: Cursor = None, limit: Limit = 200) -> Response:
    """Who waits, in order, with the reason of each; slots, limits that are reached, and how many wait for what.

    The queue goes on while it is read: with a `cursor` somebody may be told twice or not at all.
    """
    service = service_of(request)
    return respond(await service.queries.queue(skip=cursor or 0, limit=limit, now=service.handlers.clock.now()))
