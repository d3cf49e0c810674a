"""⑥ Server-Sent Events: each event after the client's position once, in order, then live.

Subscribe first, read the log after the position, then drain what came meanwhile without repeating
(`following.py` does so for one execution). A client that falls behind is closed and resumes from the log by
`Last-Event-ID`. The stream of one execution ends after the terminal event of its last run, with `event: end`.
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from itertools import chain
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from application.ports import StoreUnavailable
from domain.errors import InvalidInput, NotFound
from domain.execution.events import Created, Paused, QueueChanged, Resumed, Retried, Started, StopRequested
from domain.triggering.trigger import TRIGGER_EVENTS
from interfaces.http.following import FIRST_PAGE, HEARTBEAT_S, TERMINAL, Batch, follow, held_of, limit_after
from interfaces.http.service import LAST_POSITION, Service, Told, position_of, service_of, uuid_of
from interfaces.http.sse import HEARTBEAT, EventStream, chunks

router = APIRouter(prefix="/api/v1", tags=["streams"])
EXECUTIONS_TOPICS = frozenset(
    kind.TOPIC for kind in (Created, QueueChanged, Started, Paused, Resumed, StopRequested, Retried, *TERMINAL.values())
)
"""What the topic `executions` tells: enough for a list."""
TRIGGERS_TOPICS = frozenset(kind.TOPIC for kind in TRIGGER_EVENTS)
MAX_TOPICS = 50
log = logging.getLogger("runwright.http")


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
    return position_of(last, "Last-Event-ID") if last else after


def _hello() -> bytes:
    # Clients of a server that restarts must not come back in the same millisecond.
    return b"retry: %d\n\n" % random.randint(500, 1_500)  # noqa: S311 - spreads load, hides nothing


async def of_execution(service: Service, execution_id: UUID, after: int) -> AsyncGenerator[bytes]:
    """Both streams of one execution, to its end."""
    greeting = [_hello()]
    async with aclosing(follow(service, execution_id, after)) as batches:
        async for batch in batches:
            for chunk in chunks(chain(greeting, _messages(batch))):
                yield chunk
            greeting = []


def _messages(batch: Batch) -> Iterator[bytes]:
    yield from map(sse, batch.events)
    if batch.end is not None:
        yield b"event: end\ndata: %s\n\n" % batch.end
    elif not batch.events:
        yield HEARTBEAT


@router.get(
    "/executions/{execution_id}/stream",
    operation_id="stream_execution",
    responses={200: {"content": {"text/event-stream": {}}}},
    response_model=None,
)
async def execution_stream(
    request: Request, execution_id: str, after: Annotated[int | None, Query(ge=0, le=LAST_POSITION)] = None
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
    after: Annotated[int | None, Query(ge=0, le=LAST_POSITION)] = None,
) -> Response:
    """Several topics in one stream: `executions`, `execution:{id}`, `queue`, `triggers`. Without a position: from now
    on."""
    service = service_of(request)
    executions: set[UUID] = set()
    kinds = frozenset[str]()
    wants_queue = False
    names = [name for name in topics.split(",") if name]
    if len(names) > MAX_TOPICS:
        raise InvalidInput("too_many_topics", f"At most {MAX_TOPICS} topics.", "Open a second stream.")
    for name in names:
        if name == "executions":
            kinds |= EXECUTIONS_TOPICS
        elif name == "triggers":
            kinds |= TRIGGERS_TOPICS
        elif name == "queue":
            wants_queue = True
        elif name.startswith("execution:"):
            executions.add(uuid_of(name.removeprefix("execution:"), "execution"))
        else:
            raise InvalidInput(
                "unknown_topic", f"There is no topic {name!r}.", "Topics: executions, execution:{id}, queue, triggers."
            )
    start = _after(request, after)
    return EventStream(of_topics(service, executions, start, kinds=kinds, wants_queue=wants_queue))


async def of_topics(
    service: Service, executions: set[UUID], after: int | None, *, kinds: frozenset[str], wants_queue: bool
) -> AsyncGenerator[bytes]:
    """Live events of some executions and of some kinds, after a position when one is given."""
    subscription = service.feed.subscribe(kinds=kinds, executions=frozenset(executions))

    def wanted(told: Told) -> bool:
        return told.execution_id in executions or told.event.topic in kinds

    last = after or 0
    messages = [_hello()]
    beat = asyncio.get_running_loop().time()
    try:
        if after is not None:
            limit = FIRST_PAGE
            while page := await service.queries.store.page(after=last, limit=limit):
                held = held_of(page)
                last = held[-1].position
                told_page = (sse(told) for told in map(service.feed.tell, held) if wanted(told))
                for chunk in chunks(chain(messages, told_page)):
                    yield chunk
                messages = []
                if len(page) < limit and len(held) == len(page):
                    break
                limit = limit_after(page)
        told_queue: dict[str, object] | None = None
        while True:
            for told in subscription.take():
                if told.event.position > last:
                    last = told.event.position
                    messages.append(sse(told))
            if wants_queue:
                slots = service.queries.conductor.slots
                queue: dict[str, object] = {
                    "queued": service.queries.conductor.queued,
                    "slots_used": slots.used,
                    "slots": slots.limit,
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
    except StoreUnavailable as error:
        log.warning("a stream of topics is closed, to be opened again: %s", error)
    finally:
        subscription.close()
