"""What the executions of a workflow say together."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from interfaces.http import schemas as s
from interfaces.http.history import Since, in_utc
from interfaces.http.service import respond, service_of, uuid_of

router = APIRouter(prefix="/api/v1", tags=["statistics"])
Version = Annotated[int | None, Query(ge=1, le=2**31)]


@router.get("/stats/workflows/{workflow_id}", operation_id="get_statistics", **s.answers(s.Statistics))
async def of_workflow(request: Request, workflow_id: str, version: Version = None, since: Since = None) -> Response:
    """Durations of the last executions and their steps (p50, p90, p99), causes of failures, and the step that most of
    the time is waited for. Over at most the last hundred, of large workflows fewer; some seconds behind."""
    answer = await service_of(request).queries.statistics(
        uuid_of(workflow_id, "workflow"), version=version, since=in_utc(since)
    )
    return respond(answer)
