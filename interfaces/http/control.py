"""Pause, resume and retry of an execution over HTTP; stop and answer stand with the way of a command."""

from collections.abc import Mapping
from typing import cast

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from application import commands as c
from application.handlers import RetryPreview
from domain.errors import InvalidInput, Problem
from interfaces.http import schemas as s
from interfaces.http.bodies import check_fields, refused_field, version_in
from interfaces.http.service import actor_of, read_object, respond, service_of, uuid_of

router = APIRouter(prefix="/api/v1", tags=["executions"])
MAX_CHOSEN = 5_000


async def _pause(request: Request, execution_id: str, *, resume: bool) -> Response:
    body = await read_object(request, default=True)
    check_fields(body, {} if resume else {"reason": str})
    reason = cast("str | None", body.get("reason"))
    if reason is not None and len(reason) > 2_000:
        raise refused_field("reason", "reason has at most 2,000 characters.")
    service, identity = service_of(request), uuid_of(execution_id, "execution")
    position = await service.handlers.pause(
        c.PauseExecution(actor=actor_of(request), execution_id=identity, resume=resume, reason=reason)
    )
    shot = await service.queries.snapshot(identity, min_position=position or None)
    return respond({"execution_id": identity, "status": shot.row.status, "position": position or shot.position})


@router.post(
    "/executions/{execution_id}/pause", operation_id="pause_execution", **s.answers(s.Stopping, 200, s.PauseBody)
)
async def pause(request: Request, execution_id: str) -> Response:
    """Let nothing new start; what runs goes on to its end. The same answer the second time."""
    return await _pause(request, execution_id, resume=False)


@router.post(
    "/executions/{execution_id}/resume", operation_id="resume_execution", **s.answers(s.Stopping, 200, s.ResumeBody)
)
async def resume(request: Request, execution_id: str) -> Response:
    """Go on after a pause. The same answer the second time."""
    return await _pause(request, execution_id, resume=True)


async def _retry_of(request: Request, execution_id: str) -> c.RetryExecution:
    body = await read_object(request, default=True)
    check_fields(body, {"from": (str, list), "inputs": dict, "step_inputs": dict, "version": int, "preview_token": str})
    start = cast("str | list[object]", body.get("from") or "failed")
    chosen = start if isinstance(start, list) else []
    if isinstance(start, str) and start not in ("failed", "start"):
        raise refused_field("from", "from must be failed, start, or a list of steps.")
    if len(chosen) > MAX_CHOSEN or not all(isinstance(path, str) and path for path in chosen):
        raise refused_field("from", f"from must name at most {MAX_CHOSEN} steps.")
    edited = cast("dict[str, object]", body.get("step_inputs") or {})
    wrong = [path for path, fields in edited.items() if not isinstance(fields, dict)]
    if wrong:
        problems = [
            Problem(
                code="wrong_type", message="The fields of a step are an object.", advice="Write fields by name.",
                pointer=f"/step_inputs/{path}",
            )
            for path in wrong
        ]  # fmt: skip
        raise InvalidInput("body_invalid", "The body has fields that are wrong.", "Mend the fields named.", problems)
    return c.RetryExecution(
        actor=actor_of(request),
        execution_id=uuid_of(execution_id, "execution"),
        origin="steps" if chosen else str(start),
        chosen=tuple(cast("list[str]", chosen)),
        inputs=cast("dict[str, object] | None", body.get("inputs")),
        step_inputs=cast("Mapping[str, Mapping[str, object]]", edited),
        version=version_in(body),
        token=cast("str | None", body.get("preview_token")),
    )


def _counted(preview: RetryPreview) -> dict[str, object]:
    steps = preview.plan.steps
    return {
        "run": preview.run,
        "version": preview.version,
        "runs_again": sum(fate.again for fate in steps),
        "reuses": sum(not fate.again for fate in steps),
    }


@router.post(
    "/executions/{execution_id}/retry/preview",
    operation_id="preview_retry",
    **s.answers(s.RetryPreview, 200, s.RetryBody),
)
async def preview_retry(request: Request, execution_id: str) -> Response:
    """What a retry would run again, what it would reuse, and which effects it may repeat; changes nothing."""
    command = await _retry_of(request, execution_id)
    preview = await service_of(request).handlers.preview_retry(command)
    steps = [
        {
            "path": fate.path,
            "action": "run_again" if fate.again else "reuse",
            "reason": fate.reason,
            "by": fate.by,
            "had": fate.had,
            "repeats_effects": fate.repeats_effects,
            "items_kept": len(fate.items_kept),
        }
        for fate in preview.plan.steps
    ]
    return respond(
        {
            "execution_id": command.execution_id,
            **_counted(preview),
            "inputs": msgspec.Raw(preview.inputs),
            "steps": steps,
            "repeats_effects": sum(fate.repeats_effects for fate in preview.plan.steps),
            "preview_token": preview.plan.token,
        }
    )


@router.post(
    "/executions/{execution_id}/retry", operation_id="retry_execution", **s.answers(s.Retried, 202, s.RetryBody)
)
async def retry(request: Request, execution_id: str) -> Response:
    """Queue the next run of an execution that has ended. History stays; finished steps are not run again."""
    command = await _retry_of(request, execution_id)
    preview, position = await service_of(request).handlers.retry(command)
    return respond(
        {"execution_id": command.execution_id, "status": "queued", **_counted(preview), "position": position}, 202
    )
