"""⑥ Server-Sent Events: each event after the client's position once, in order, then live.

Subscribe first, read the log after the position, then drain what came meanwhile without repeating.
A client that falls behind is closed and resumes from the log by `Last-Event-ID`. The stream of one
execution ends after the terminal event of its last run, with `event: end`.

Longer than 200 lines because the stream of one execution and that of topics share their order.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from application.ports import StoredEvent
from domain.errors import InvalidInput, NotFound
from domain.execution.events import Completed, Created, Failed, Started, Stopped, StopRequested
from domain.values import log_stream_id
from interfaces.http.service import Service, Told, service_of, uuid_of
from interfaces.http.sse import HEARTBEAT, EventStream, chunks

router = APIRouter(prefix="/api/v1", tags=["streams"])
HEARTBEAT_S = 15
PAGE = 500
TERMINAL = {kind.TOPIC: kind for kind in (Completed, Failed, Stopped)}
EXECUTIONS_TOPICS = frozenset({Created.TOPIC, Started.TOPIC, StopRequested.TOPIC, *TERMINAL})
"""What the topic `executions` tells: enough for a list."""
MAX_TOPICS = 50


def sse(told: Told) -> bytes:
    """One event as an SSE message; JSON has no line breaks of its own."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (
        told.event.position,
        told.event.topic.rpartition(".v")[0].encode(),
        told.wire,
    )


def _after(request: Request, after: int | None) -> int | None:
    """`Last-Event-ID` (a reconnect) wins over `?after=` (the first connect)."""
    last = request.headers.get("last-event-id", "").strip()
    if not last:
        return after
    if not last.isascii() or not last.isdecimal() or len(last) > 18:
        raise InvalidInput(
            "bad_position", "Last-Event-ID must be a position.", "Send the id of the last event you saw."
        )
    return int(last)


def _hello() -> bytes:
    # Clients of a server that restarts must not come back in the same millisecond.
    return b"retry: %d\n\n" % random.randint(500, 1_500)  # noqa: S311 - spreads load, hides nothing


class _EndData(msgspec.Struct):
    events: int
    log_lines: int


class _EndBody(msgspec.Struct):
    data: _EndData


async def of_execution(service: Service, execution_id: UUID, after: int) -> AsyncGenerator[bytes]:
    """Both streams of one execution."""
    subscription = service.feed.subscribe(execution_id)
    last, terminal, later = after, None, 0
    messages = [_hello()]
    try:
        streams = [execution_id, log_stream_id(execution_id)]
        # A client that is past the end must still learn of the end: the terminal event may lie before `after`.
        async for page in _pages(service, streams, after):
            for stored in page:
                terminal, later = _follow(terminal, later, stored)
                if stored.position > after:
                    last = stored.position
                    messages.append(sse(service.feed.tell(stored)))
            for chunk in chunks(messages):
                yield chunk
            messages = []
        while True:
            for told in subscription.take():
                if told.event.position > last:
                    last = told.event.position
                    terminal, later = _follow(terminal, later, told.event)
                    messages.append(sse(told))
            if terminal is not None:
                messages.append(_end(terminal, later))
            for chunk in chunks(messages):
                yield chunk
            if terminal is not None or subscription.overflowed or subscription.ended:
                return
            messages = [] if await subscription.wait(HEARTBEAT_S) else [HEARTBEAT]
    finally:
        subscription.close()


async def _pages(service: Service, streams: list[UUID], after: int) -> AsyncIterator[Sequence[StoredEvent]]:
    if after:
        head = await service.queries.store.last_terminal(streams[0], [*TERMINAL])
        if head is not None and head.position <= after:
            yield [head]
    cursor = after
    while True:
        page = await service.queries.store.history(streams, after=cursor, limit=PAGE)
        yield page
        if len(page) < PAGE:
            return
        cursor = page[-1].position


def _follow(terminal: StoredEvent | None, later: int, stored: StoredEvent) -> tuple[StoredEvent | None, int]:
    """The last run's terminal event so far, and how many facts came after it."""
    if stored.topic in TERMINAL:
        return stored, 0
    if terminal is None:
        return None, 0
    if stored.topic == Created.TOPIC:
        return None, 0
    return terminal, later + 1


def _end(terminal: StoredEvent, later: int) -> bytes:
    counts = msgspec.json.decode(terminal.body, type=_EndBody).data
    status = terminal.topic.split(".")[1]
    data = {"status": status, "events": counts.events + later, "log_lines": counts.log_lines}
    return b"event: end\ndata: %s\n\n" % msgspec.json.encode(data)


@router.get(
    "/executions/{execution_id}/stream",
    operation_id="stream_execution",
    responses={200: {"content": {"text/event-stream": {}}}},
    response_model=None,
)
async def execution_stream(
    request: Request, execution_id: str, after: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None
) -> Response:
    """One execution from its first event, or after a position."""
    service = service_of(request)
    identity = uuid_of(execution_id, "execution")
    if not service.queries.conductor.has(identity) and await service.queries.store.head(identity) == 0:
        raise NotFound("execution", execution_id)
    return EventStream(of_execution(service, identity, _after(request, after) or 0))


@router.get(
    "/stream",
    operation_id="stream_topics",
    responses={200: {"content": {"text/event-stream": {}}}},
    response_model=None,
)
async def topics_stream(
    request: Request,
    topics: Annotated[str, Query(max_length=4000)] = "executions",
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
) -> Response:
    """Several topics in one stream: `executions`, `execution:{id}`, `queue`. Without a position: from now on."""
    service = service_of(request)
    executions: set[UUID] = set()
    wants_list = wants_queue = False
    names = [name for name in topics.split(",") if name]
    if len(names) > MAX_TOPICS:
        raise InvalidInput("too_many_topics", f"At most {MAX_TOPICS} topics.", "Open a second stream.")
    for name in names:
        if name == "executions":
            wants_list = True
        elif name == "queue":
            wants_queue = True
        elif name.startswith("execution:"):
            executions.add(uuid_of(name.removeprefix("execution:"), "execution"))
        else:
            raise InvalidInput(
                "unknown_topic", f"There is no topic {name!r}.", "Topics: executions, execution:{id}, queue."
            )
    start = _after(request, after)
    return EventStream(of_topics(service, executions, start, wants_list=wants_list, wants_queue=wants_queue))


async def of_topics(
    service: Service, executions: set[UUID], after: int | None, *, wants_list: bool, wants_queue: bool
) -> AsyncGenerator[bytes]:
    """Live events of some executions and of the list, after a position when one is given."""
    kinds = EXECUTIONS_TOPICS if wants_list else frozenset[str]()
    subscription = service.feed.subscribe(kinds=kinds, executions=frozenset(executions))

    def wanted(told: Told) -> bool:
        return told.execution_id in executions or (wants_list and told.event.topic in EXECUTIONS_TOPICS)

    last = after or 0
    messages = [_hello()]
    beat = asyncio.get_running_loop().time()
    try:
        if after is not None:
            cursor = after
            while page := await service.queries.store.page(after=cursor, limit=PAGE):
                last = cursor = page[-1].position
                messages += [sse(told) for told in map(service.feed.tell, page) if wanted(told)]
                for chunk in chunks(messages):
                    yield chunk
                messages = []
                if len(page) < PAGE:
                    break
        told_queue: dict[str, object] | None = None
        while True:
            for told in subscription.take():
                if told.event.position > last:
                    last = told.event.position
                    messages.append(sse(told))
            if wants_queue:
                used, limit = service.queries.conductor.slots
                queue: dict[str, object] = {
                    "queued": service.queries.conductor.queued,
                    "slots_used": used,
                    "slots": limit,
                }
                if queue != told_queue:
                    told_queue = queue
                    messages.append(b"event: queue.snapshot\ndata: %s\n\n" % msgspec.json.encode(queue))
            now = asyncio.get_running_loop().time()
            if messages:
                beat = now
            elif now - beat >= HEARTBEAT_S:
                beat, messages = now, [HEARTBEAT]
            for chunk in chunks(messages):
                yield chunk
            messages = []
            if subscription.overflowed or subscription.ended:
                return
            await subscription.wait(1.0 if wants_queue else HEARTBEAT_S)
    finally:
        subscription.close()
