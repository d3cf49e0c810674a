"""Refusals as RFC 9457 problem details: translated here, once, for every route."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from application.ports import LeadingMemberFailed, LeaseLost, StoreUnavailable, VersionConflict
from domain.errors import CapacityExceeded, Category, Conflict, Problem, Refusal, Unavailable

STATUS: Mapping[Category, int] = {
    Category.VALIDATION: 422,
    Category.NOT_FOUND: 404,
    Category.CONFLICT: 409,
    Category.PERMISSION: 403,
    Category.CAPACITY: 429,
    Category.TIMEOUT: 504,
    Category.STEP: 422,
    Category.INFRASTRUCTURE: 503,
    Category.INTERNAL: 500,
}
_BAD_REQUEST = ("not_json", "not_utf8", "too_deep", "duplicate_key", "not_finite", "integer_too_large", "value_refused")
_BY_CODE = {
    **dict.fromkeys(_BAD_REQUEST, 400),
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "unknown_host": 421,
}
MEDIA_TYPE = "application/problem+json"


def problem_response(request_id: str, refusal: Refusal, status: int | None = None) -> Response:
    """The refusal as a response."""
    code = status or _BY_CODE.get(refusal.code) or STATUS[refusal.category]
    headers = {"Retry-After": str(refusal.retry_after_s)} if isinstance(refusal, CapacityExceeded) else {}
    if code == 503:
        headers["Retry-After"] = "1"
    body = {
        "type": f"urn:runwright:problem:{refusal.code}",
        "title": refusal.code.replace("_", " "),
        "status": code,
        "detail": refusal.message,
        "code": refusal.code,
        "category": refusal.category.value,
        "retryable": refusal.retryable,
        "advice": refusal.advice,
        "errors": problems_json(refusal.problems),
        "request_id": request_id,
    }
    return Response(msgspec.json.encode(body), status_code=code, media_type=MEDIA_TYPE, headers=headers)


def problems_json(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Problems as the API tells them."""
    return [
        {
            "node": p.node,
            "pointer": p.pointer,
            "code": p.code,
            "message": p.message,
            "advice": p.advice,
            "severity": p.severity.value,
            "params": p.params,
        }
        for p in problems
    ]


def as_refusal(error: Exception) -> Refusal | None:
    """Errors of ports and of the framework as refusals; None for what nobody expected."""
    match error:
        case Refusal():
            return error
        case StoreUnavailable():
            return Unavailable(
                "database_unavailable", f"The database does not answer: {error}", "Try again in a moment."
            )
        case VersionConflict() | LeadingMemberFailed() | LeaseLost():
            conflict = Conflict(
                "changed_meanwhile", "It was changed by somebody else meanwhile.", "Reload and try again."
            )
            conflict.retryable = True
            return conflict
        case HTTPException():
            refusal = Refusal(
                _http_code(error.status_code),
                str(error.detail),
                "/api/v1/openapi.json lists the routes and their methods.",
            )
            refusal.category = {404: Category.NOT_FOUND, 405: Category.VALIDATION}.get(
                error.status_code, Category.VALIDATION
            )
            return refusal
        case _:
            return None


def _http_code(status: int) -> str:
    return {404: "route_not_found", 405: "method_not_allowed"}.get(status, f"http_{status}")


def request_id(request: Request) -> str:
    """The id this request is known by in logs and problems."""
    known = request.scope.get("request_id")
    return known if isinstance(known, str) else str(uuid4())
