"""Reading executions: status, steps, events, logs, timings, artifacts; now or as of a past position."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from application.queries import summary
from domain.errors import InvalidInput, NotFound, Problem
from interfaces.http import schemas as s
from interfaces.http.bodies import check_fields
from interfaces.http.service import read_object, respond, service_of, uuid_of

router = APIRouter(prefix="/api/v1", tags=["executions"])
Position = Annotated[int | None, Query(ge=0, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=1000)]
# The page's own words for a wrong label come from the route; the pattern is for those who read OpenAPI.
Label = Annotated[str | None, Query(max_length=320, json_schema_extra={"pattern": "^[^\\u0000=]*=[^\\u0000]*$"})]


def _is_time(text: object) -> object:
    # Numbers would be taken for seconds since 1970.
    if isinstance(text, str) and not re.match(r"\d{4}-\d\d-\d\d[Tt ]", text):
        raise ValueError("must be a time such as 2026-01-31T08:00:00Z")
    return text


Since = Annotated[datetime | None, BeforeValidator(_is_time)]
# Shown in place; everything else is offered as a file. HTML is sandboxed by its headers wherever it is opened.
SHOWN = {
    "text/html",
    "text/plain",
    "text/markdown",
    "text/csv",
    "application/json",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
}
SANDBOX = "; ".join(
    [
        "sandbox allow-scripts",
        "default-src 'none'",
        "script-src 'unsafe-inline'",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "font-src data:",
    ]
)


@router.get("/executions", operation_id="list_executions", **s.answers(s.ExecutionList))
async def listing(
    request: Request,
    status: Annotated[list[s.ExecutionStatus] | None, Query()] = None,
    workflow_id: UUID | None = None,
    label: Label = None,
    since: Since = None,
    cursor: Position = None,
    limit: Limit = 200,
    min_position: Position = None,
) -> Response:
    """Newest first. `label` is name=value; `status` may stand several times."""
    queries = service_of(request).queries
    if label is not None and "=" not in label:
        raise InvalidInput("bad_label", "label must be name=value.", "Write for example label=team=data.")
    if label is not None and "\x00" in label:
        raise InvalidInput("bad_label", "label holds the character NUL.", "Take it out.")
    since = in_utc(since)
    position = await queries.require_position(min_position)
    name, _, value = (label or "").partition("=")
    rows = await queries.views.executions(
        before=cursor,
        workflow_id=workflow_id,
        statuses=status,
        label=(name, value) if label else None,
        since=since,
        limit=limit + 1,
    )
    page = rows[:limit]
    items = [summary(row) for row in page]
    return respond(
        {"items": items, "next_cursor": page[-1].created if len(rows) > limit else None, "position": position}
    )


@router.get("/executions/{execution_id}", operation_id="get_execution", **s.answers(s.Execution))
async def one(request: Request, execution_id: str, min_position: Position = None, at: Position = None) -> Response:
    """Where an execution stands."""
    service = service_of(request)
    shot = await service.queries.snapshot(uuid_of(execution_id, "execution"), min_position=min_position, at=at)
    return respond(await service.queries.describe(shot, service.clock.now()))


@router.post(
    "/executions/{execution_id}/evaluate",
    operation_id="evaluate_template",
    **s.answers(s.Evaluated, 200, s.TemplateBody),
)
async def evaluate(request: Request, execution_id: str) -> Response:
    """What a template would give on the values the execution has now. Nothing is recorded."""
    body = await read_object(request)
    check_fields(body, {"template": object})
    if "template" not in body:
        problem = Problem(
            code="missing_field", message="No template was sent.", advice="Send the template.", pointer="/template"
        )
        raise InvalidInput("body_invalid", problem.message, "Mend the field named.", [problem])
    found = await service_of(request).preview.evaluate(uuid_of(execution_id, "execution"), body["template"])
    value = None if found.value is None else msgspec.Raw(found.value)
    return respond({"value": value, "size_bytes": found.size_bytes, "error": found.error})


@router.get("/executions/{execution_id}/steps", operation_id="list_steps", **s.answers(s.StepList))
async def steps(
    request: Request,
    execution_id: str,
    of: Annotated[str | None, Query(max_length=300)] = None,
    status: Annotated[Literal["failed"] | None, Query()] = None,
    cursor: Annotated[int | None, Query(ge=-1, le=2**31)] = None,
    limit: Limit = 200,
    min_position: Position = None,
    at: Position = None,
) -> Response:
    """Every step in the order of the graph. With `of=PATH` the items of that map instead, a window at a time (`cursor`
    is the place of the last item before it); `status=failed` leaves the failed ones, of which the first 1,000 are told.
    """
    queries = service_of(request).queries
    shot = await queries.snapshot(uuid_of(execution_id, "execution"), min_position=min_position, at=at)
    if of is None:
        return respond({"items": await queries.steps(shot), "next_cursor": None, "position": shot.position})
    after = -1 if cursor is None else cursor
    items, last = await queries.items(shot, of, status=status, after=after, limit=limit)
    return respond({"items": items, "next_cursor": last, "position": shot.position})


@router.get("/executions/{execution_id}/timings", operation_id="get_timings", **s.answers(s.Timings))
async def timings(request: Request, execution_id: str, min_position: Position = None, at: Position = None) -> Response:
    """Where the time went."""
    service = service_of(request)
    shot = await service.queries.snapshot(uuid_of(execution_id, "execution"), min_position=min_position, at=at)
    return respond(await service.queries.timings(shot, service.clock.now()))


@router.get("/executions/{execution_id}/logs", operation_id="list_log_lines", **s.answers(s.LogWindow))
async def logs(
    request: Request,
    execution_id: str,
    after: Position = None,
    before: Position = None,
    level: Annotated[str | None, Query(pattern="^(debug|info|warning|error)$")] = None,
    step: Annotated[str | None, Query(max_length=1000)] = None,
    q: Annotated[str | None, Query(max_length=500)] = None,
    limit: Limit = 200,
    min_position: Position = None,
) -> Response:
    """Lines after a line number, or the last ones before one; `level` is the least severe shown."""
    queries = service_of(request).queries
    if step is not None and "\x00" in step:
        raise NotFound("step", step[:50])
    await queries.require_position(min_position)
    answer = await queries.logs(
        uuid_of(execution_id, "execution"), after=after, before=before, level=level, step=step, q=q, limit=limit
    )
    return respond(answer)


@router.get("/executions/{execution_id}/events", operation_id="list_events", **s.answers(s.EventWindow))
async def events(
    request: Request,
    execution_id: str,
    after: Position = None,
    before: Position = None,
    limit: Limit = 200,
    at: Position = None,
    min_position: Position = None,
) -> Response:
    """Both streams of an execution merged, in order of position. Read from the log itself: never behind."""
    queries, tell = service_of(request).queries, service_of(request).feed.tell
    upper = before if at is None else min(before or at + 1, at + 1)
    page, cursor = await queries.events(uuid_of(execution_id, "execution"), after=after or 0, before=upper, limit=limit)
    position = max(page[-1].position if page else after or 0, min_position or 0)
    body = b'{"items":[%s],"next_cursor":%s,"position":%d}' % (
        b",".join(tell(event).wire for event in page),
        b"null" if cursor is None else b"%d" % cursor,
        position,
    )
    return Response(body, media_type="application/json")


@router.get(
    "/executions/{execution_id}/artifacts/{sha256}",
    operation_id="get_artifact",
    responses={200: {"content": {"application/octet-stream": {}}}},
    response_model=None,
)
async def artifact(request: Request, execution_id: str, sha256: str, download: bool = False) -> Response:
    """A content this execution refers to."""
    return await _artifact(request, uuid_of(execution_id, "execution"), sha256, download=download)


@router.get(
    "/artifacts/{sha256}",
    operation_id="get_artifact_by_hash",
    responses={200: {"content": {"application/octet-stream": {}}}},
    response_model=None,
)
async def artifact_by_hash(request: Request, sha256: str, execution_id: UUID, download: bool = False) -> Response:
    """The same by hash; the execution that refers to it must be named."""
    return await _artifact(request, execution_id, sha256, download=download)


async def _artifact(request: Request, execution_id: UUID, sha256: str, *, download: bool) -> Response:
    service = service_of(request)
    if len(sha256) != 64 or not sha256.isalnum() or not sha256.isascii():
        raise NotFound("artifact", sha256[:80])
    shot = await service.queries.snapshot(execution_id)
    reference = await service.queries.artifact(shot, sha256)
    if reference is None:
        shot = await service.queries.folded(execution_id, None)
        reference = await service.queries.artifact(shot, sha256)
    content = None if reference is None else await service.artifacts.get(sha256)
    if reference is None or content is None:
        raise NotFound("artifact", sha256)
    media_type = reference.media_type.split(";")[0].strip().lower()
    shown = media_type in SHOWN and not download
    name = reference.name or f"{sha256[:12]}.{'json' if media_type == 'application/json' else 'bin'}"
    headers = {
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}",
    }
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Response(
        content,
        headers=headers,
        media_type=(media_type if shown else "application/octet-stream") + (charset if shown else ""),
    )


def in_utc(since: datetime | None) -> datetime | None:
    """A time of a query. Raises InvalidInput when it has no zone, or lies before the first year."""
    if since is None:
        return None
    if since.tzinfo is None:
        raise InvalidInput("bad_time", "since must say its time zone.", "Write for example 2026-01-31T08:00:00Z.")
    try:
        return since.astimezone(UTC)
    except OverflowError:
        raise InvalidInput("bad_time", "since lies before the first year.", "Write a later time.") from None
