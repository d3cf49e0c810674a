"""① Where a command comes in: run a workflow, stop an execution, answer a step.

Each route reads the request, makes the command, and says what became of it. Refusals are raised and
told by `problems.py`.
"""

from typing import cast

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from application import commands as c
from application.handlers import Accepted
from domain.errors import NotFound
from domain.values import JsonText
from interfaces.http import schemas as s
from interfaces.http.bodies import check_fields, delay_in, labels_of, moment_in, part_in, refused_field, version_in
from interfaces.http.service import actor_of, read_object, respond, service_of, uuid_of

router = APIRouter(prefix="/api/v1", tags=["executions"])
MAX_KEY = 255
STEP_PATH_LENGTH = 1_000
DECISIONS = ("run_again", "completed", "failed", "approved", "rejected")


@router.post(
    "/workflows/{workflow_id}/execute",
    status_code=202,
    operation_id="execute_workflow",
    **s.answers(s.Accepted, 202, s.ExecuteBody),
)
async def execute(request: Request, workflow_id: str) -> Response:
    """Run the workflow's ready version, or with `part` only what one step needs."""
    body = await read_object(request, default=True)
    check_fields(
        body,
        {
            "inputs": dict,
            "priority": int,
            "labels": dict,
            "version": int,
            "start_at": str,
            "delay_s": (int, float),
            "part": dict,
        },
    )
    priority, version = cast("int | None", body.get("priority")), version_in(body)
    if priority is not None and not -100 <= priority <= 100:
        raise refused_field("priority", "priority must be a whole number from -100 to 100.")
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= MAX_KEY:
        raise refused_field("Idempotency-Key", f"An idempotency key has 1 to {MAX_KEY} characters.")
    accepted = await service_of(request).handlers.execute(
        c.Execute(
            actor=actor_of(request),
            workflow_id=uuid_of(workflow_id, "workflow"),
            inputs=cast("dict[str, object]", body.get("inputs") or {}),
            priority=priority,
            labels=labels_of(body.get("labels")),
            version=version,
            idempotency_key=key,
            start_at=moment_in(body, "start_at"),
            delay_s=delay_in(body),
            part=part_in(body),
        )
    )
    return accepted_answer(accepted)


def accepted_answer(accepted: Accepted) -> Response:
    """An execution is stored, now or by an earlier request with the same key."""
    headers = {"Location": f"/api/v1/executions/{accepted.execution_id}"}
    if accepted.replayed:
        headers["Idempotency-Replayed"] = "true"
    return respond(
        {
            "execution_id": accepted.execution_id,
            "status": "queued",
            "number": accepted.number,
            "workflow_id": accepted.workflow_id,
            "version": accepted.version,
            "position": accepted.position,
        },
        202,
        headers,
    )


async def stop_one(request: Request, execution_id: str) -> Response:
    """Stop an execution by the body of a request; the same answer the second time."""
    body = await read_object(request, default=True)
    check_fields(body, {"grace_s": (int, float), "reason": str, "force": bool})
    given = body.get("grace_s")
    grace = 5.0 if given is None else float(cast("float", given))
    if not 0 <= grace <= 3_600:
        raise refused_field("grace_s", "grace_s must be a number of seconds from 0 to 3600.")
    reason = cast("str | None", body.get("reason"))
    if reason is not None and len(reason) > 2_000:
        raise refused_field("reason", "reason has at most 2,000 characters.")
    service = service_of(request)
    identity = uuid_of(execution_id, "execution")
    position = await service.handlers.stop(
        c.StopExecution(
            actor=actor_of(request), execution_id=identity, grace_s=grace, reason=reason, force=bool(body.get("force"))
        )
    )
    shot = await service.queries.snapshot(identity, min_position=position or None)
    return respond({"execution_id": identity, "status": shot.row.status, "position": position or shot.position})


@router.post("/executions/{execution_id}/stop", operation_id="stop_execution", **s.answers(s.Stopping, 200, s.StopBody))
async def stop(request: Request, execution_id: str) -> Response:
    """Stop: removed from the queue, or everything of it killed after the grace, with proof."""
    return await stop_one(request, execution_id)


@router.post("/workflows/{workflow_id}/stop", operation_id="stop_workflow", **s.answers(s.Stopping, 200, s.StopBody))
async def stop_latest(request: Request, workflow_id: str) -> Response:
    """Stop the latest execution of a workflow."""
    latest = await service_of(request).queries.latest(uuid_of(workflow_id, "workflow"))
    return await stop_one(request, str(latest.row.id))


@router.post(
    "/executions/{execution_id}/steps/{path}/answer",
    operation_id="answer_step",
    **s.answers(s.Answered, 200, s.AnswerBody),
)
async def answer(request: Request, execution_id: str, path: str) -> Response:
    """Answer a step that waits for a person: an approval, or what became of a step whose worker was lost."""
    body = await read_object(request)
    check_fields(body, {"decision": str, "output": object})
    decision = body.get("decision")
    if decision not in DECISIONS:
        raise refused_field("decision", f"decision must be one of {', '.join(DECISIONS)}.")
    if len(path) > STEP_PATH_LENGTH:
        raise NotFound("step", path[:50])
    output = JsonText(msgspec.json.encode(body.get("output")))
    if len(output) > 16 * 1024:
        raise refused_field("output", "An output given by hand has at most 16 KiB.")
    service = service_of(request)
    identity = uuid_of(execution_id, "execution")
    position = await service.handlers.answer(
        c.AnswerStep(
            actor=actor_of(request), execution_id=identity, path=path, decision=cast("str", decision), output=output
        )
    )
    return respond({"execution_id": identity, "path": path, "decision": decision, "position": position})
