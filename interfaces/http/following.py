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
PAGE_BYTES = 128 * 1024
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
        recalled = service.feed.recall(execution_id, after)  # with subscribe() in one turn: nothing falls between
        async for page in _missed(service, execution_id, after, recalled):
            events: list[Told] = []
            for told in page:
                terminal, later = _follow(terminal, later, told.event)
                if told.event.position > after:
                    last = told.event.position
                    events.append(told)
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


async def _missed(
    service: Service, execution_id: UUID, after: int, recalled: Sequence[Told] | None
) -> AsyncIterator[Sequence[Told]]:
    """What the client has not seen, as it was `recalled` or from the log, page by page."""
    store, tell = service.queries.store, service.feed.tell
    # A client that is past the end must still learn of the end: the terminal event may lie before `after`.
    if after:
        head = await store.last_terminal(execution_id, [*TERMINAL])
        if head is not None and head.position <= after:
            yield [tell(head)]
    if recalled is not None:
        yield recalled
        return
    streams = [execution_id, log_stream_id(execution_id)]
    cursor, limit = after, FIRST_PAGE
    while True:
        page = await store.history(streams, after=cursor, limit=limit)
        held = held_of(page)
        yield [*map(tell, held)]
        if len(page) < limit and len(held) == len(page):
            return
        cursor, limit = held[-1].position, limit_after(page)


def held_of(page: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
    """What of a page is held until the client has read it; the rest is read again when its turn comes."""
    size = 0
    for place, stored in enumerate(page):
        size += len(stored.body)
        if size > PAGE_BYTES and place:
            return page[:place]
    return page


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
