"""Workflows: save, versions, lifecycle, import and export."""

import asyncio
from typing import Any, cast
from uuid import UUID

import msgspec
import yaml
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from application import commands as c
from application.queries import Json
from domain.errors import InvalidInput, NotFound, Problem
from domain.workflow.validation import NODE_ID
from domain.workflow.workflow import Workflow
from interfaces import strict_yaml
from interfaces.http import schemas as s
from interfaces.http.bodies import check_fields, labels_of, version_in
from interfaces.http.problems import problems_json
from interfaces.http.service import actor_of, read_object, respond, service_of, uuid_of, version_matched

router = APIRouter(prefix="/api/v1", tags=["workflows"])
LAST_RUNS = 16


def _answer(workflow: Workflow, position: int) -> Json:
    latest = workflow.versions.get(workflow.latest_version)
    return {
        "id": workflow.id,
        "name": workflow.name,
        "description": workflow.description,
        "labels": workflow.labels,
        "status": workflow.status.value,
        "version": workflow.latest_version,
        "latest_version": workflow.latest_version,
        "ready_version": workflow.ready_version,
        "definition": msgspec.Raw(latest.definition) if latest else None,
        "problems": problems_json(latest.problems) if latest else [],
        "position": position,
    }


def _name(body: dict[str, object], definition: object) -> str:
    name = body.get("name")
    if name is None and isinstance(definition, dict):
        name = cast("dict[str, Any]", definition).get("name")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 200:
        problem = Problem(
            code="bad_text",
            message="A workflow has a name of 1 to 200 characters.",
            advice="Send a name.",
            pointer="/name",
        )
        raise InvalidInput("body_invalid", problem.message, "Mend the field named.", [problem])
    return name.strip()


def _require_definition(body: dict[str, object]) -> None:
    # Left out, an empty version would be saved over what there is.
    if "definition" not in body:
        problem = Problem(
            code="missing_field",
            message="A version is its definition; none was sent.",
            advice="Send the definition.",
            pointer="/definition",
        )
        raise InvalidInput("body_invalid", problem.message, "Mend the field named.", [problem])


def _description(body: dict[str, object]) -> str:
    text = cast("str | None", body.get("description")) or ""
    if len(text) > 2_000:
        problem = Problem(
            code="bad_text",
            message="A description has at most 2,000 characters.",
            advice="Shorten it.",
            pointer="/description",
        )
        raise InvalidInput("body_invalid", problem.message, "Mend the field named.", [problem])
    return text


_FIELDS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "definition": object,
    "description": str,
    "labels": dict,
    "ready": bool,
}


@router.post(
    "/workflows/validate", operation_id="validate_definition", **s.answers(s.Validation, 200, s.DefinitionBody)
)
async def validate(request: Request) -> Response:
    """Every problem of a definition, saved or not. The body is the definition."""
    definition = await read_object(request)
    problems = service_of(request).handlers.validate(definition)
    valid = not any(problem.severity.value == "error" for problem in problems)
    return respond({"valid": valid, "problems": problems_json(problems)})


@router.post(
    "/workflows", status_code=201, operation_id="create_workflow", **s.answers(s.Workflow, 201, s.WorkflowBody)
)
async def create(request: Request) -> Response:
    """Save a new workflow; with `ready` a definition without errors may run at once."""
    return await _create(request, await read_object(request))


@router.post(
    "/workflows/import", status_code=201, operation_id="import_workflow", **s.answers(s.Workflow, 201, s.WorkflowBody)
)
async def import_workflow(request: Request) -> Response:
    """Save an exported workflow: `{definition}` as JSON, or the definition itself as YAML."""
    if request.headers.get("content-type", "").startswith("application/yaml"):
        # In a thread: a whole megabyte of YAML takes a second, and nobody else should wait for it.
        definition = await asyncio.to_thread(
            strict_yaml.parse, await request.body(), max_depth=service_of(request).max_depth
        )
        return await _create(request, {"definition": definition})
    return await _create(request, await read_object(request))


async def _create(request: Request, body: dict[str, object]) -> Response:
    check_fields(body, _FIELDS)
    _require_definition(body)
    definition = body["definition"]
    command = c.CreateWorkflow(
        actor=actor_of(request),
        name=_name(body, definition),
        description=_description(body),
        labels=labels_of(body.get("labels")),
        definition=definition,
        ready=body.get("ready") is True,
    )
    workflow, position = await service_of(request).handlers.create_workflow(command)
    return respond(
        _answer(workflow, position),
        201,
        {"Location": f"/api/v1/workflows/{workflow.id}", "ETag": f'"{workflow.latest_version}"'},
    )


@router.put("/workflows/{workflow_id}", operation_id="save_workflow", **s.answers(s.Workflow, 200, s.WorkflowBody))
async def save(request: Request, workflow_id: str) -> Response:
    """Save the next version; `If-Match: <version>` refuses when another was saved meanwhile."""
    body = await read_object(request)
    check_fields(body, _FIELDS)
    _require_definition(body)
    command = c.SaveVersion(
        actor=actor_of(request),
        workflow_id=uuid_of(workflow_id, "workflow"),
        name=None if body.get("name") is None else _name(body, None),
        description=None if body.get("description") is None else _description(body),
        labels=None if body.get("labels") is None else labels_of(body["labels"]),
        definition=body["definition"],
        expected_version=version_matched(request),
        ready=body.get("ready") is True,
    )
    workflow, position = await service_of(request).handlers.save_version(command)
    return respond(_answer(workflow, position), 200, {"ETag": f'"{workflow.latest_version}"'})


@router.get("/workflows", operation_id="list_workflows", **s.answers(s.WorkflowList))
async def listing(
    request: Request,
    status: s.WorkflowStatus | None = None,
    q: str | None = Query(None, max_length=200, json_schema_extra={"pattern": "^[^\\u0000]*$"}),
    cursor: int | None = Query(None, ge=0, le=2**63 - 1),
    limit: int = Query(200, ge=1, le=1000),
    min_position: int | None = Query(None, ge=0, le=2**63 - 1),
) -> Response:
    """Newest first, each with its last runs."""
    if q is not None and "\x00" in q:
        raise InvalidInput("bad_query", "q holds the character NUL.", "Take it out.")
    queries = service_of(request).queries
    position = await queries.require_position(min_position)
    rows = await queries.views.workflows(before=cursor, status=status, q=q, limit=limit + 1)
    page = rows[:limit]
    runs: dict[UUID, list[Json]] = {row.id: [] for row in page}
    for run in await queries.views.last_executions([*runs], LAST_RUNS):
        took = run.ended_at - run.started_at if run.ended_at and run.started_at else None
        duration = None if took is None else max(0.0, took.total_seconds() * 1000)
        runs[run.workflow_id].append(
            {
                "id": run.id,
                "number": run.number,
                "status": run.status,
                "started_at": run.started_at,
                "duration_ms": duration,
            }
        )
    items = [
        {
            "id": row.id,
            "name": row.name,
            "description": row.description,
            "labels": row.labels,
            "status": row.status,
            "version": row.latest_version,
            "latest_version": row.latest_version,
            "ready_version": row.ready_version,
            "problems_count": row.latest_problems,
            "nodes": row.nodes,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "updated_by": row.updated_by,
            "last_runs": runs[row.id],
        }
        for row in page
    ]
    return respond(
        {"items": items, "next_cursor": page[-1].created if len(rows) > limit else None, "position": position}
    )


@router.get("/workflows/{workflow_id}", operation_id="get_workflow", **s.answers(s.Workflow))
async def one(
    request: Request, workflow_id: str, min_position: int | None = Query(None, ge=0, le=2**63 - 1)
) -> Response:
    """A workflow with its latest definition and its problems; always current."""
    queries = service_of(request).queries
    workflow = await queries.versions.workflow(uuid_of(workflow_id, "workflow"))
    position = max(await queries.views.position(), min_position or 0)
    return respond(_answer(workflow, position), 200, {"ETag": f'"{workflow.latest_version}"'})


@router.get("/workflows/{workflow_id}/versions", operation_id="list_versions", **s.answers(s.VersionList))
async def versions(
    request: Request,
    workflow_id: str,
    cursor: int | None = Query(None, ge=1, le=2**31),
    limit: int = Query(200, ge=1, le=1000),
) -> Response:
    """Versions, newest first, without their definitions."""
    workflow = await service_of(request).queries.versions.workflow(uuid_of(workflow_id, "workflow"))
    numbers = [n for n in sorted(workflow.versions, reverse=True) if cursor is None or n < cursor]
    items = [
        {
            "version": n,
            "graph_hash": workflow.versions[n].graph_hash,
            "problems_count": len(workflow.versions[n].problems),
            "ever_ready": workflow.versions[n].ever_ready,
            "saved_at": workflow.versions[n].saved_at,
            "saved_by": workflow.versions[n].saved_by,
        }
        for n in numbers[:limit]
    ]
    return respond({"items": items, "next_cursor": numbers[limit - 1] if len(numbers) > limit else None})


@router.get("/workflows/{workflow_id}/versions/{number}", operation_id="get_version", **s.answers(s.Version))
async def version(request: Request, workflow_id: str, number: str) -> Response:
    """One immutable version."""
    workflow = await service_of(request).queries.versions.workflow(uuid_of(workflow_id, "workflow"))
    saved = workflow.version_of(int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0)
    return respond(
        {
            "workflow_id": workflow.id,
            "version": saved.number,
            "definition": msgspec.Raw(saved.definition),
            "graph_hash": saved.graph_hash,
            "problems": problems_json(saved.problems),
            "ever_ready": saved.ever_ready,
            "saved_at": saved.saved_at,
            "saved_by": saved.saved_by,
        }
    )


async def _change(request: Request, workflow_id: str, change: str, version: int | None = None) -> Response:
    command = c.ChangeWorkflow(
        actor=actor_of(request), workflow_id=uuid_of(workflow_id, "workflow"), change=change, version=version
    )
    workflow, position = await service_of(request).handlers.change_workflow(command)
    return respond(_answer(workflow, position))


@router.post("/workflows/{workflow_id}/ready", operation_id="ready_workflow", **s.answers(s.Workflow, 200, s.ReadyBody))
async def ready(request: Request, workflow_id: str) -> Response:
    """Make a version what runs; the latest when none is named."""
    body = await read_object(request, default=True)
    check_fields(body, {"version": int})
    return await _change(request, workflow_id, "ready", version_in(body))


@router.post("/workflows/{workflow_id}/pause", operation_id="pause_workflow", **s.answers(s.Workflow))
async def pause(request: Request, workflow_id: str) -> Response:
    """Admit nothing new; what runs finishes."""
    return await _change(request, workflow_id, "pause")


@router.post("/workflows/{workflow_id}/resume", operation_id="resume_workflow", **s.answers(s.Workflow))
async def resume(request: Request, workflow_id: str) -> Response:
    """Admit again."""
    return await _change(request, workflow_id, "resume")


@router.post("/workflows/{workflow_id}/archive", operation_id="archive_workflow", **s.answers(s.Workflow))
async def archive(request: Request, workflow_id: str) -> Response:
    """Put away for good."""
    return await _change(request, workflow_id, "archive")


@router.post(
    "/workflows/{workflow_id}/duplicate",
    status_code=201,
    operation_id="duplicate_workflow",
    **s.answers(s.Workflow, 201, s.DuplicateBody),
)
async def duplicate(request: Request, workflow_id: str) -> Response:
    """A new draft with the same definition."""
    body = await read_object(request, default=True)
    check_fields(body, {"name": str})
    name = None if body.get("name") is None else _name(body, None)
    command = c.DuplicateWorkflow(actor=actor_of(request), workflow_id=uuid_of(workflow_id, "workflow"), name=name)
    workflow, position = await service_of(request).handlers.duplicate_workflow(command)
    return respond(_answer(workflow, position), 201, {"Location": f"/api/v1/workflows/{workflow.id}"})


@router.get(
    "/workflows/{workflow_id}/export",
    operation_id="export_workflow",
    responses={200: {"content": {"application/yaml": {}, "application/json": {"schema": {}}}}},
    response_model=None,
)
async def export(request: Request, workflow_id: str, format: str = Query("yaml", pattern="^(yaml|json)$")) -> Response:  # noqa: A002
    """The latest definition as a file."""
    workflow = await service_of(request).queries.versions.workflow(uuid_of(workflow_id, "workflow"))
    definition = workflow.version_of(workflow.latest_version).definition
    if format == "json":
        return Response(definition, media_type="application/json")
    text = yaml.safe_dump(msgspec.json.decode(definition), sort_keys=False, allow_unicode=True, width=100)
    return Response(text, media_type="application/yaml")


@router.get("/workflows/{workflow_id}/outputs/{step}", operation_id="last_output_of_step", **s.answers(s.LastOutput))
async def last_output(request: Request, workflow_id: str, step: str) -> Response:
    """What a step gave in the newest execution in which it completed: something to make a sample of."""
    if NODE_ID.fullmatch(step) is None:
        raise NotFound("step", step)
    return respond(await service_of(request).queries.last_output(uuid_of(workflow_id, "workflow"), step))


@router.get("/workflows/{workflow_id}/status", operation_id="workflow_status", **s.answers(s.Execution))
async def status(request: Request, workflow_id: str) -> Response:
    """The latest execution of a workflow: what a Run button needs."""
    service = service_of(request)
    shot = await service.queries.latest(uuid_of(workflow_id, "workflow"))
    return respond(await service.queries.describe(shot, service.clock.now()))
