"""One execution from a position to its end, for whoever sends it on (server-sent events, WebSocket).

Subscribe first, read the log after the position, then drain what came meanwhile without repeating. It ends after the
terminal event of the last run.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from application.ports import StoredEvent, StoreUnavailable
from domain.execution.events import Completed, Created, Failed, Stopped
from domain.values import log_stream_id
from interfaces.http.service import Service, Told

HEARTBEAT_S = 15
FIRST_PAGE, LARGEST_PAGE = 20, 500
PAGE_BYTES = 256 * 1024
"""About so much of the log is held for a client that is told what it missed, for as long as it takes to read it."""
TERMINAL = {kind.TOPIC: kind for kind in (Completed, Failed, Stopped)}
log = logging.getLogger("runwright.http")


@dataclass(frozen=True, slots=True)
class Batch:
    """What there is at once. Nothing at all means that nothing has come for HEARTBEAT_S."""

    events: Sequence[Told] = ()
    end: bytes | None = None
    """The JSON object of the closing message `{status, events, log_lines}`, in the last batch."""


class _EndData(msgspec.Struct):
    events: int
    log_lines: int


class _EndBody(msgspec.Struct):
    data: _EndData


async def follow(service: Service, execution_id: UUID, after: int) -> AsyncGenerator[Batch]:
    """Both streams of one execution after a position, each event once, in order. It may end without `end` when the
    client is too slow, the database does not answer or the service goes down: the client comes again from where it
    is."""
    subscription = service.feed.subscribe(execution_id)
    last, terminal, later = after, None, 0
    try:
        streams = [execution_id, log_stream_id(execution_id)]
        # A client that is past the end must still learn of the end: the terminal event may lie before `after`.
        async for page in _pages(service, streams, after):
            events: list[Told] = []
            for stored in page:
                terminal, later = _follow(terminal, later, stored)
                if stored.position > after:
                    last = stored.position
                    events.append(service.feed.tell(stored))
            if events:
                yield Batch(events)
        while True:
            events = []
            for told in subscription.take():
                if told.event.position > last:
                    last = told.event.position
                    terminal, later = _follow(terminal, later, told.event)
                    events.append(told)
            end = None if terminal is None else _end(terminal, later)
            if events or end:
                yield Batch(events, end)
            if end or subscription.overflowed or subscription.ended:
                return
            if not await subscription.wait(HEARTBEAT_S):
                yield Batch()
    except StoreUnavailable as error:
        log.warning("a stream of execution %s is closed, to be opened again: %s", execution_id, error)
    finally:
        subscription.close()


async def _pages(service: Service, streams: list[UUID], after: int) -> AsyncIterator[Sequence[StoredEvent]]:
    if after:
        head = await service.queries.store.last_terminal(streams[0], [*TERMINAL])
        if head is not None and head.position <= after:
            yield [head]
    cursor, limit = after, FIRST_PAGE
    while True:
        page = await service.queries.store.history(streams, after=cursor, limit=limit)
        yield page
        if len(page) < limit:
            return
        cursor, limit = page[-1].position, limit_after(page)


def limit_after(page: Sequence[StoredEvent]) -> int:
    """How many events to read next, judged by those of the last page, which must not be empty."""
    size = sum(len(stored.body) for stored in page)
    return max(1, min(LARGEST_PAGE, 4 * len(page), PAGE_BYTES * len(page) // size))


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
    return msgspec.json.encode({"status": status, "events": counts.events + later, "log_lines": counts.log_lines})
