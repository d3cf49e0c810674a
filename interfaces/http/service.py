"""What routes can reach of the service: handlers, questions, the feed. Made by bootstrap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from application.bulk import Bulk
from application.handlers import Handlers
from application.ports import Artifacts, Clock, Executor, NodeKinds, StoredEvent
from application.previewing import Preview
from application.queries import Json, Queries, encode
from application.triggers import Triggers
from domain.errors import InvalidInput, NotFound
from interfaces import strict_json

LAST_POSITION = 2**63 - 1


class Told(Protocol):
    """One event as the feed tells it."""

    @property
    def event(self) -> StoredEvent: ...
    @property
    def execution_id(self) -> UUID | None: ...
    @property
    def wire(self) -> bytes: ...


class Subscription(Protocol):
    """A bounded queue of live events."""

    @property
    def overflowed(self) -> bool: ...
    @property
    def ended(self) -> bool: ...
    async def wait(self, timeout_s: float) -> bool: ...
    def take(self) -> Sequence[Told]: ...
    def close(self) -> None: ...


class Feed(Protocol):
    """The live tail of the log."""

    @property
    def subscriptions(self) -> int: ...
    def subscribe(
        self,
        execution_id: UUID | None = None,
        kinds: frozenset[str] | None = None,
        executions: frozenset[UUID] = frozenset(),
    ) -> Subscription: ...
    def tell(self, event: StoredEvent) -> Told: ...
    def recall(self, execution_id: UUID, after: int) -> Sequence[Told] | None: ...


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything a route may use."""

    handlers: Handlers
    queries: Queries
    triggers: Triggers
    bulk: Bulk
    feed: Feed
    artifacts: Artifacts
    executor: Executor
    kinds: NodeKinds
    clock: Clock
    max_depth: int
    schema: Json
    ready: "ReadyCheck"
    preview: Preview
    templates: "Templates"


class Templates(Protocol):
    """What a new workflow can begin from."""

    def __call__(self) -> list[dict[str, object]]: ...


class ReadyCheck(Protocol):
    """Whether the service can do its work now."""

    async def __call__(self) -> dict[str, object]: ...


def service_of(request: Request) -> Service:
    """The service behind a request."""
    service = request.app.state.service
    assert isinstance(service, Service)  # noqa: S101 - set by bootstrap
    return service


def actor_of(request: Request) -> str:
    """Who asks, as the border found out."""
    actor = request.scope["actor"]
    assert isinstance(actor, str)  # noqa: S101 - set by the border
    return actor


def respond(answer: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer as JSON; values of users verbatim."""
    return Response(encode(answer), status_code=status, media_type="application/json", headers=headers)


async def read_object(request: Request, *, default: bool = False) -> dict[str, object]:
    """The body, which must be an object (or may be absent). Raises InvalidInput."""
    body = await request.body()
    if not body and default:
        return {}
    value = strict_json.parse(body, max_depth=service_of(request).max_depth)
    if not isinstance(value, dict):
        raise InvalidInput("not_an_object", "The body must be a JSON object.", "Send an object.")
    return value  # pyright: ignore[reportUnknownVariableType] - strict_json makes only text keys


def position_of(text: str, what: str) -> int:
    """A position from a query or a header, from 0. Raises InvalidInput."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > LAST_POSITION:
        message = f"{what} must be a position, a whole number from 0."
        raise InvalidInput("bad_position", message, "Send the position of the last event you saw.")
    return int(text)


def uuid_of(text: str, what: str) -> UUID:
    """An id from a path; what is no id at all names nothing. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what, text) from None


def version_matched(request: Request) -> int | None:
    """The version in `If-Match`; None without one, or with `*`. Raises InvalidInput."""
    expected = request.headers.get("if-match", "*").strip().removeprefix("W/").removeprefix('"').removesuffix('"')
    if expected == "*":
        return None
    if not (expected.isascii() and expected.isdecimal() and len(expected) <= 18):
        raise InvalidInput("bad_if_match", "If-Match must be a version number.", "Send the version you edited.")
    return int(expected)
