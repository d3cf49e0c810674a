"""The HTTP application: routes, problems, the page."""

import logging
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route

from domain.errors import InvalidInput, Problem, Refusal
from interfaces.http import (
    bulk,
    control,
    executions,
    history,
    metrics,
    queue,
    schemas,
    socket,
    statistics,
    stream,
    system,
    triggers,
    workflows,
)
from interfaces.http.page import file_answer
from interfaces.http.problems import as_refusal, problem_response, request_id
from interfaces.http.service import Service, position_of

ROUTERS = (
    bulk.router, executions.router, control.router, queue.router, statistics.router, triggers.router, workflows.router,
    history.router, stream.router, socket.router, metrics.router, system.router,
)  # fmt: skip
STATIC = Path(__file__).parent / "static"
log = logging.getLogger("runwright.http")


def create_app(service: Service) -> FastAPI:
    """The application over one service."""
    app = FastAPI(
        title="Runwright",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Its own spans and metrics; asking for each request whether anybody wants them took a tenth of its time.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes[:0] = _plain_routes()
    app.add_exception_handler(Exception, _unexpected)
    for kind in (Refusal, HTTPException, RequestValidationError, *_PORT_ERRORS):
        app.add_exception_handler(kind, _refused)
    _document(app)
    app.add_api_route("/{path:path}", _page, include_in_schema=False, methods=["GET", "HEAD"], response_model=None)
    return app


def _plain_routes() -> list[Route]:
    """The Run button and the stream that is opened next, without what FastAPI does around a call.

    They come before FastAPI's own routes of the same functions, which stay for the document.
    """

    async def execute(request: Request) -> Response:
        return await executions.execute(request, request.path_params["workflow_id"])

    async def execution_stream(request: Request) -> Response:
        after = request.query_params.get("after")
        position = None if after is None else position_of(after, "after")
        return await stream.execution_stream(request, request.path_params["execution_id"], position)

    plain = [
        Route("/api/v1/workflows/{workflow_id}/execute", execute, methods=["POST"]),
        Route("/api/v1/executions/{execution_id}/stream", execution_stream, methods=["GET"]),
    ]
    for route in plain:
        (route.methods or set[str]()).discard("HEAD")  # to ask for the head of a stream would open it
    return plain


def _port_errors() -> tuple[type[Exception], ...]:
    from application import ports  # noqa: PLC0415

    return (ports.StoreUnavailable, ports.VersionConflict, ports.LeadingMemberFailed, ports.LeaseLost)


_PORT_ERRORS = _port_errors()


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        problems = [
            Problem(
                code=str(item["type"]),
                message=f"{item['loc'][-1]}: {item['msg']}",
                advice="See the route's parameters.",
                pointer="".join(f"/{part}" for part in item["loc"]),
            )
            for item in error.errors()
        ]
        error = InvalidInput(
            "parameters_invalid", "Parameters of the request are wrong.", "Mend those named.", problems
        )
    refusal = as_refusal(error)
    assert refusal is not None  # noqa: S101 - registered for these kinds only
    status = error.status_code if isinstance(error, HTTPException) else None
    response = problem_response(request_id(request), refusal, status)
    if status == 405:
        response.headers["Allow"] = ", ".join(_allowed(request))
    return response


def _allowed(request: Request) -> list[str]:
    """Methods of the routes of this path, the most literal ones; empty when there is no such route."""
    matching = [
        route
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    ]
    fewest = min((len(route.param_convertors) for route in matching), default=0)
    known = [route.methods or set[str]() for route in matching if len(route.param_convertors) == fewest]
    return sorted(set[str]().union(*known))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request %s failed", request_id(request), exc_info=error)
    refusal = Refusal(
        "internal_error", "Something went wrong inside the service.", f"Look for {request_id(request)} in its log."
    )
    return problem_response(request_id(request), refusal)


async def _page(request: Request, path: str) -> Response:
    """The built page; unknown paths without an extension are the page's own routes."""
    if _allowed(request):
        raise HTTPException(405, f"{request.method} is not what /{path} is for.")
    if path == "api" or path.startswith("api/"):
        raise HTTPException(404, f"There is no route /{path}.")
    root = STATIC.resolve()
    try:
        file = (root / path).resolve()
        found = bool(path) and file.is_file() and file.is_relative_to(root)
    except (OSError, ValueError):  # a name too long for the file system, or with NUL in it
        raise HTTPException(404, "There is no such file.") from None
    if found:
        immutable = path.startswith("assets/")
        cache = "public, max-age=31536000, immutable" if immutable else "no-cache"
        return file_answer(file, request.headers, cache)
    if "." in path.rsplit("/", 1)[-1]:
        raise HTTPException(404, f"There is no file /{path[:200]}.")
    index = root / "index.html"
    if not index.is_file():
        return PlainTextResponse(
            "Runwright runs; its page is not built. `make setup` builds it. The API is at /api/v1.\n"
        )
    return file_answer(index, request.headers, "no-cache")


def _document(app: FastAPI) -> None:
    """OpenAPI with the shapes that routes parse and write by hand."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, routes=app.routes, description="See docs/api.md."
            )
            shapes = document.setdefault("components", {}).setdefault("schemas", {})
            for shape in (schemas.ProblemDetails, schemas.ProblemItem):
                model = shape.model_json_schema(ref_template="#/components/schemas/{model}")
                shapes.update(model.pop("$defs", {}))
                shapes[shape.__name__] = model
            for path in document["paths"].values():
                for operation in path.values():
                    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                    for name, shape in body.get("schema", {}).pop("$defs", {}).items():
                        shapes.setdefault(name, shape)
                    operation["responses"].pop("422", None)
                    operation["responses"].setdefault("4XX", schemas.answers(schemas.Health)["responses"]["4XX"])
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
