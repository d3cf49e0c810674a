"""Triggers: what starts executions by the clock and by calls from outside."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from application import commands as c
from application.queries import Json
from domain.errors import InvalidInput, NotFound
from domain.triggering.trigger import Kind, Trigger, TriggerSkipped
from domain.triggering.when import BadTime, Cron
from interfaces import strict_json
from interfaces.http import schemas as s
from interfaces.http.bodies import check_fields, refused_field
from interfaces.http.executions import MAX_KEY, accepted_answer
from interfaces.http.history import Limit, Position
from interfaces.http.problems import problems_json
from interfaces.http.service import actor_of, read_object, respond, service_of, uuid_of, version_matched

router = APIRouter(prefix="/api/v1", tags=["triggers"])
PREVIEWED = 5


async def _answer(request: Request, trigger: Trigger, position: int, secret: str | None = None) -> Json:
    """As the API shows it; `secret` when it is new: it is never shown again."""
    settings, standing = trigger.settings, trigger.standing
    service = service_of(request)
    busy_with: list[UUID] = []
    next_ms = trigger.next_ms()
    if next_ms is not None and next_ms <= service.clock.now().timestamp() * 1000:
        busy_with = await service.triggers.busy_with(trigger, most=1)
    answer: Json = {
        "id": trigger.id, "version": standing.settings_version, "workflow_id": trigger.workflow_id,
        "name": settings.name, "kind": settings.kind, "cron": settings.cron, "timezone": settings.timezone,
        "every_s": settings.every_s, "inputs": msgspec.Raw(trigger.inputs), "priority": settings.priority,
        "overlap": settings.overlap, "catch_up": settings.catch_up, "jitter_s": settings.jitter_s,
        "paused": standing.paused, "next_at": _time(next_ms), "waits_for": next(iter(busy_with), None),
        "last_due_at": _time(standing.due_ms), "last_execution_id": standing.execution_id,
        "fired": standing.fired, "skipped": standing.skipped, "last_skip": _skip(trigger),
        "path": f"/api/v1/hooks/{trigger.id}" if settings.kind is Kind.WEBHOOK else None,
        "changed_at": trigger.changed_at, "changed_by": trigger.changed_by, "position": position,
    }  # fmt: skip
    return answer if secret is None else {**answer, "secret": secret}


def _skip(trigger: Trigger) -> Json | None:
    """Why it has started nothing, when that is the last thing it did."""
    last = trigger.last
    if not isinstance(last, TriggerSkipped):
        return None
    return {
        "at": last.timestamp, "count": last.count, "reason": last.reason, "detail": last.detail,
        "last_due_at": _time(last.last_due_at_ms),
    }  # fmt: skip


def _time(ms: float | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


def _tag(trigger: Trigger) -> dict[str, str]:
    return {"ETag": f'"{trigger.standing.settings_version}"'}


@router.get("/triggers", operation_id="list_triggers", **s.answers(s.TriggerList))
async def listing(
    request: Request, workflow_id: str | None = None, cursor: Position = None, limit: Limit = 200
) -> Response:
    """Every trigger, or those of a workflow, by name. `cursor` is the place of the last one before."""
    service = service_of(request)
    of = None if workflow_id is None else uuid_of(workflow_id, "workflow")
    everything = [t for t in service.triggers.known.values() if of in (None, t.workflow_id)]
    everything.sort(key=lambda t: (t.settings.name.lower(), t.id))
    skip, position = cursor or 0, await service.queries.views.position()
    page = everything[skip : skip + limit]
    following = skip + limit if skip + limit < len(everything) else None
    items = [await _answer(request, trigger, position) for trigger in page]
    return respond({"items": items, "next_cursor": following, "position": position})


@router.post("/triggers", status_code=201, operation_id="create_trigger", **s.answers(s.Trigger, 201, s.TriggerBody))
async def create(request: Request) -> Response:
    """A trigger of a workflow. A webhook's `secret` stands in this answer only."""
    body = await read_object(request)
    trigger, secret, position = await service_of(request).triggers.create(
        c.CreateTrigger(actor=actor_of(request), body=body)
    )
    headers = {"Location": f"/api/v1/triggers/{trigger.id}", **_tag(trigger)}
    return respond(await _answer(request, trigger, position, secret), 201, headers)


@router.post(
    "/triggers/preview", operation_id="preview_trigger", **s.answers(s.TriggerPreview, 200, s.TriggerPreviewBody)
)
async def preview(request: Request) -> Response:
    """When a cron text would be due next in a time zone, or what is wrong with it: for who is typing one."""
    body = await read_object(request)
    check_fields(body, {"cron": str, "timezone": str})
    cron, zone = body.get("cron"), body.get("timezone") or "UTC"
    if not isinstance(cron, str):
        raise refused_field("cron", "cron is the text to look at.")
    try:
        times = Cron(cron, str(zone)).due(service_of(request).clock.now().timestamp() * 1000)
    except BadTime as bad:
        problem = bad.problem("/timezone" if bad.code == "bad_timezone" else "/cron")
        return respond({"next_at": [], "problems": problems_json([problem])})
    return respond({"next_at": [_time(ms) for ms in islice(times, PREVIEWED)], "problems": []})


@router.get("/triggers/{trigger_id}", operation_id="get_trigger", **s.answers(s.Trigger))
async def one(request: Request, trigger_id: str) -> Response:
    """What it is, when it fires next, and what it did last."""
    service = service_of(request)
    trigger = service.triggers.get(uuid_of(trigger_id, "trigger"))
    return respond(await _answer(request, trigger, await service.queries.views.position()), 200, _tag(trigger))


@router.put("/triggers/{trigger_id}", operation_id="change_trigger", **s.answers(s.Trigger, 200, s.TriggerBody))
async def change(request: Request, trigger_id: str) -> Response:
    """Let these settings hold. `If-Match: <version>` refuses when they were changed meanwhile."""
    body = await read_object(request)
    service = service_of(request)
    trigger, position = await service.triggers.change(
        c.ChangeTrigger(
            actor=actor_of(request), trigger_id=uuid_of(trigger_id, "trigger"), body=body,
            expected_version=version_matched(request),
        )
    )  # fmt: skip
    position = position or await service.queries.views.position()
    return respond(await _answer(request, trigger, position), 200, _tag(trigger))


async def _steer(request: Request, trigger_id: str, what: str) -> Response:
    service = service_of(request)
    trigger, position = await service.triggers.steer(
        c.SteerTrigger(actor=actor_of(request), trigger_id=uuid_of(trigger_id, "trigger"), what=what)
    )
    position = position or await service.queries.views.position()
    return respond(await _answer(request, trigger, position), 200, _tag(trigger))


@router.post("/triggers/{trigger_id}/pause", operation_id="pause_trigger", **s.answers(s.Trigger))
async def pause(request: Request, trigger_id: str) -> Response:
    """It starts nothing until it is resumed. The same answer the second time."""
    return await _steer(request, trigger_id, "pause")


@router.post("/triggers/{trigger_id}/resume", operation_id="resume_trigger", **s.answers(s.Trigger))
async def resume(request: Request, trigger_id: str) -> Response:
    """It goes on with the next due time; those in between are not made up for."""
    return await _steer(request, trigger_id, "resume")


@router.delete("/triggers/{trigger_id}", operation_id="remove_trigger", **s.answers(s.Trigger))
async def remove(request: Request, trigger_id: str) -> Response:
    """It never fires again. What it has started goes on, and its events stay in the log."""
    return await _steer(request, trigger_id, "remove")


@router.post("/triggers/{trigger_id}/secret", operation_id="change_trigger_secret", **s.answers(s.Trigger))
async def secret(request: Request, trigger_id: str) -> Response:
    """A new secret for a webhook, in this answer only; the old one is not taken any more."""
    trigger, fresh, position = await service_of(request).triggers.change_secret(
        c.ChangeSecret(actor=actor_of(request), trigger_id=uuid_of(trigger_id, "trigger"))
    )
    return respond(await _answer(request, trigger, position, fresh))


@router.post("/triggers/{trigger_id}/fire", status_code=202, operation_id="fire_trigger", **s.answers(s.Accepted, 202))
async def fire(request: Request, trigger_id: str) -> Response:
    """Start an execution now, out of turn; what is due stays due."""
    return accepted_answer(
        await service_of(request).triggers.fire(
            c.FireTrigger(actor=actor_of(request), trigger_id=uuid_of(trigger_id, "trigger"))
        )
    )


@router.get("/triggers/{trigger_id}/events", operation_id="list_trigger_events", **s.answers(s.EventWindow))
async def events(
    request: Request, trigger_id: str, after: Position = None, before: Position = None, limit: Limit = 200
) -> Response:
    """Everything that has happened to a trigger, in order of position; of one that was removed too."""
    service = service_of(request)
    identity = uuid_of(trigger_id, "trigger")
    page = await service.queries.store.history([identity], after=after or 0, before=before, limit=limit + 1)
    known = page[0].topic.startswith("trigger.") if page else await service.queries.store.head(identity) > 0
    if not known:
        raise NotFound("trigger", trigger_id)
    kept = page[:limit]
    body = b'{"items":[%s],"next_cursor":%s,"position":%d}' % (
        b",".join(service.feed.tell(event).wire for event in kept),
        b"%d" % kept[-1].position if len(page) > limit else b"null",
        kept[-1].position if kept else after or 0,
    )
    return Response(body, media_type="application/json")


@router.post("/hooks/{trigger_id}", status_code=202, operation_id="call_webhook", **s.answers(s.Accepted, 202))
async def call(request: Request, trigger_id: str) -> Response:
    """A call from outside starts an execution. It needs no key of the service but the webhook's secret: as a bearer
    token, or as the key of an HMAC-SHA256 of the body in `X-Hub-Signature-256`. A call that comes again with the same
    `Idempotency-Key` or `X-GitHub-Delivery` within 24 hours starts nothing more.
    """
    service, headers = service_of(request), request.headers
    raw = await request.body()
    value = strict_json.parse(raw, max_depth=service.max_depth) if raw else None
    query = dict(request.query_params)
    if problems := strict_json.check(query):
        raise InvalidInput(
            "value_refused", "The query holds values that can't be kept.", "Mend the parameters named.",
            [replace(problem, pointer=f"/query{problem.pointer}") for problem in problems],
        )  # fmt: skip
    key = headers.get("idempotency-key") or headers.get("x-github-delivery")
    if key is not None and not 0 < len(key) <= MAX_KEY:
        raise refused_field("Idempotency-Key", f"An idempotency key has 1 to {MAX_KEY} characters.")
    scheme, _, token = headers.get("authorization", "").partition(" ")
    signature = headers.get("x-hub-signature-256") or headers.get("x-runwright-signature")
    return accepted_answer(
        await service.triggers.call(
            c.CallWebhook(
                trigger_id=uuid_of(trigger_id, "webhook"), raw=raw, body=value,
                headers={name.lower(): text for name, text in headers.items()}, query=query,
                bearer=token.strip() if scheme.lower() == "bearer" else None,
                signature=None if signature is None else signature.removeprefix("sha256="), idempotency_key=key,
            )
        )
    )  # fmt: skip
