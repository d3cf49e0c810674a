"""One thing done to many executions: stop, retry, hold, release, move."""

from typing import cast
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from application.bulk import ACTIONS, Filter, Wanted
from domain.errors import InvalidInput
from domain.execution.status import ExecutionStatus
from interfaces.http import schemas as s
from interfaces.http.bodies import check_fields, moment_in, refused_field
from interfaces.http.service import actor_of, read_object, respond, service_of

router = APIRouter(prefix="/api/v1", tags=["executions"])
_ids = TypeAdapter(list[UUID])


@router.post("/executions/bulk", operation_id="change_executions", **s.answers(s.BulkAnswer, 200, s.BulkBody))
async def bulk(request: Request) -> Response:
    """With a `filter`, or with `ids` and no token: what the action would do to each, at most 500; changes nothing. With
    `ids` and the `preview_token` of that answer: do it, to these. Each may refuse by itself.
    """
    body = await read_object(request)
    check_fields(
        body,
        {
            "action": str, "filter": dict, "ids": list, "preview_token": str, "grace_s": (int, float), "reason": str,
            "priority": int,
        },
    )  # fmt: skip
    wanted = _wanted(body, actor_of(request))
    given, token = body.get("ids"), cast("str | None", body.get("preview_token"))
    of_bulk = service_of(request).bulk
    if given is None:
        if token is not None:
            raise refused_field("ids", "What is done is done to ids: send those that the preview named.")
        return respond(await of_bulk.preview(wanted, _filter(cast("dict[str, object]", body.get("filter") or {}))))
    if body.get("filter") is not None:
        raise refused_field("filter", "filter or ids, not both.")
    try:
        ids = _ids.validate_python(given)
    except ValidationError:
        raise refused_field("ids", "ids is a list of ids of executions.") from None
    return respond(await (of_bulk.preview(wanted, ids) if token is None else of_bulk.do(wanted, ids, token)))


def _wanted(body: dict[str, object], actor: str) -> Wanted:
    action, priority = body.get("action"), cast("int | None", body.get("priority"))
    if action not in ACTIONS:
        raise refused_field("action", f"action is one of {', '.join(ACTIONS)}.")
    if (action == "move") != (priority is not None):
        raise refused_field("priority", "priority goes with move, and move with a priority.")
    if priority is not None and not -100 <= priority <= 100:
        raise refused_field("priority", "priority is from -100 to 100.")
    given = body.get("grace_s")
    grace_s = 5.0 if given is None else float(cast("float", given))
    if not 0 <= grace_s <= 3_600:
        raise refused_field("grace_s", "grace_s must be a number of seconds from 0 to 3600.")
    reason = cast("str | None", body.get("reason"))
    if reason is not None and len(reason) > 2_000:
        raise refused_field("reason", "reason has at most 2,000 characters.")
    return Wanted(actor=actor, action=str(action), grace_s=grace_s, reason=reason, priority=priority)


def _filter(given: dict[str, object]) -> Filter:
    check_fields(given, {"status": list, "workflow_id": str, "label": str, "since": str})
    statuses = cast("list[object] | None", given.get("status"))
    known = {status.value for status in ExecutionStatus}
    if statuses is not None and not all(status in known for status in statuses):
        raise refused_field("filter", f"filter.status is a list of {', '.join(sorted(known))}.")
    label = cast("str | None", given.get("label"))
    name, equals, value = (label or "").partition("=")
    if label is not None and (not equals or "\x00" in label):
        raise InvalidInput("bad_label", "label must be name=value.", "Write for example team=data.")
    workflow_id = None
    if given.get("workflow_id") is not None:
        try:
            workflow_id = UUID(str(given["workflow_id"]))
        except ValueError:
            raise refused_field("filter", "filter.workflow_id is the id of a workflow.") from None
    return Filter(
        statuses=None if statuses is None else [str(status) for status in statuses], workflow_id=workflow_id,
        label=(name, value) if label else None, since=moment_in(given, "since"),
    )  # fmt: skip
