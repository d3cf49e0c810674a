"""④ The log in Postgres: one committer that stores what all live executions append.

Appends queue up as members; the committer drains the queue, checks in-batch chaining, and stores the
batch in one round trip by `append_members` (migration 0001). A refused member is taken out with the
later ones that touch its streams; the rest goes on. The batch grows by itself while a commit runs.

An append that failed may have committed all the same. So a batch is sent again until the deadline,
and a conflict met then is compared with what stands in the log: equal bytes are our own. The same holds
when the caller comes again with a member that this store could not answer for.

Longer than 200 lines because queueing, chaining, storing and the lost answer are one invariant.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from uuid import UUID

import msgspec
import psycopg

from application import ports
from application.ports import Appended, Member, Recalled, Replayed, StoredEvent, StoreUnavailable, Written
from domain.event import RecordedEvent
from domain.execution.events import Created
from domain.values import log_stream_id
from infrastructure import failpoints, mapper
from infrastructure.postgres.batch import Batch, changed_leases, encode_member, expected_heads
from infrastructure.postgres.connection import DEADLINE_S, Connections, Row, connect, cut_after, statement

MAX_EVENTS = 1_000
MAX_BYTES = 1024 * 1024
RETRY_FOR_S = 9.0
"""No call may hang longer than 10 s; within this time a lost connection is made again unseen."""
AGAIN_WITH_S = 1.0
"""With less time left a batch is not sent again."""
ANSWER_S = 9.5
"""Waiting in the queue behind a batch that is sent again counts too."""

KEPT_IN_DOUBT = 10_000
"""First (stream, version) of members nobody knows about; callers come again within a second."""

log = logging.getLogger("runwright.log")

LAST = 2**63 - 1
TAIL = 200
"""No position is beyond it."""


@dataclass(slots=True)
class _Queued:
    member: Member
    encoded: list[bytes]
    size: int
    done: "asyncio.Future[Appended | Replayed]"


class PostgresEventStore:
    """EventStore on Postgres. `published` is called with the stored events of each batch, in order."""

    def __init__(self, url: str, connections: Connections) -> None:
        self._url = url
        self._reads = connections
        self._queue: deque[_Queued] = deque()
        self._wake = asyncio.Event()
        self._connection: psycopg.AsyncConnection[Row] | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._in_doubt: OrderedDict[tuple[UUID, int], None] = OrderedDict()
        self.published: Callable[[Sequence[StoredEvent]], None] = _nobody
        self.batches = 0
        self.events = 0

    async def open(self) -> None:
        """Connect and begin to commit. Raises StoreUnavailable."""
        self._connection = await connect(self._url)
        self._task = asyncio.create_task(self._run(), name="committer")

    async def close(self) -> None:
        """Store what is queued, then end."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._connection is not None:
            await self._connection.close()

    @property
    def backend_pid(self) -> int:
        """The process of the committer's connection in the database, 0 without one."""
        return self._connection.info.backend_pid if self._connection and not self._connection.closed else 0

    async def append(self, member: Member) -> Appended | Replayed:
        """Store a member; see the port for what is raised."""
        if self._closing:
            raise StoreUnavailable("the service is shutting down")
        if not member.events or len(member.events) > MAX_EVENTS:
            raise ValueError(f"a member holds 1 to {MAX_EVENTS} events, not {len(member.events)}")
        expected_heads(member)
        encoded = encode_member(member)
        done: asyncio.Future[Appended | Replayed] = asyncio.get_running_loop().create_future()
        self._queue.append(_Queued(member, encoded, sum(map(len, encoded)), done))
        self._wake.set()
        try:
            async with asyncio.timeout(ANSWER_S):
                return await done
        except (TimeoutError, StoreUnavailable) as error:
            first = member.events[0]
            self._in_doubt[first.originator_id, first.originator_version] = None
            if len(self._in_doubt) > KEPT_IN_DOUBT:
                self._in_doubt.popitem(last=False)
            if isinstance(error, StoreUnavailable):
                raise
            raise StoreUnavailable("the database did not answer in time") from error

    # ── the committer ──

    async def _run(self) -> None:
        while True:
            while not self._queue:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
            queued = self._drain()
            while queued:
                try:
                    queued = await self._store(queued)
                except Exception as error:  # whatever it was: nobody waits for ever, and the next batch is stored
                    if not isinstance(error, StoreUnavailable):
                        log.exception("a batch of %d members could not be stored", len(queued))
                    for item in queued:
                        _fail(item, StoreUnavailable(f"the append may or may not be stored: {error}"))
                    queued = []

    def _drain(self) -> list[_Queued]:
        """The next members in queue order, within the limits; those whose caller has gone are dropped.

        The database checks keys and leases as they were before the batch. So a batch never holds a key
        twice, nor a member that touches a lease an earlier one changes.
        """
        taken: list[_Queued] = []
        events = size = 0
        keys: set[tuple[str, str]] = set()
        changed: set[str] = set()
        while self._queue:
            head = self._queue[0]
            if head.done.cancelled():
                self._queue.popleft()
                continue
            key = head.member.idempotency
            full = events + len(head.member.events) > MAX_EVENTS or size + head.size > MAX_BYTES
            if taken and (full or (key is not None and (key.scope, key.key) in keys)):
                break
            changes = changed_leases(head.member)
            if changed and not changed.isdisjoint([*changes, *(guard.name for guard in head.member.guards)]):
                break
            changed.update(changes)
            if key is not None:
                keys.add((key.scope, key.key))
            events += len(head.member.events)
            size += head.size
            taken.append(self._queue.popleft())
        return taken

    async def _store(self, queued: list[_Queued]) -> list[_Queued]:
        """Store the batch; answers the members that are to be tried again without the refused ones."""
        batch, kept = self._chained(queued)
        if not kept:
            return []
        try:
            rows, retried = await self._call(batch)
        except StoreUnavailable as error:
            for item in kept:
                _fail(item, error)
            return []
        except (psycopg.Error, UnicodeError) as error:
            # Refused by the database as such (a value it can't hold): one by one, the culprit alone fails.
            if len(kept) == 1:
                _fail(kept[0], StoreUnavailable(f"the database refused the append: {error}"))
                return []
            for item in kept:
                await self._store([item])
            return []
        if rows[0][0] == "stored":
            self._succeed(kept, rows[0][5], rows[0][6])
            return []
        if retried and await self._was_stored(kept):
            return []
        refused: dict[int, Row] = {row[1]: row for row in rows}
        for place, row in refused.items():
            if row[0] == "version" and self._is_in_doubt(kept[place]) and await self._was_stored([kept[place]]):
                continue
            _refuse(kept[place], row)
        failed = [kept[place] for place in refused if _has_failed(kept[place])]
        touched = {event.originator_id for item in failed for event in item.member.events}
        again: list[_Queued] = []
        for place, item in enumerate(kept):
            if place in refused:
                continue
            streams = {event.originator_id for event in item.member.events}
            if streams & touched:
                touched |= streams
                _fail(item, ports.LeadingMemberFailed("a member queued earlier on the same stream was refused"))
            else:
                again.append(item)
        return again

    def _chained(self, queued: list[_Queued]) -> tuple[Batch, list[_Queued]]:
        """Check what members expect of each other; expectations on the log itself go to the database."""
        heads: dict[UUID, int] = {}
        failed: set[UUID] = set()
        kept: list[_Queued] = []
        batch = Batch([], [])
        for item in queued:
            expected = expected_heads(item.member)
            if failed & expected.keys():
                failed |= expected.keys()
                _fail(item, ports.LeadingMemberFailed("a member queued earlier on the same stream was refused"))
                continue
            wrong = next((s for s, v in expected.items() if s in heads and heads[s] != v), None)
            if wrong is not None:
                failed |= expected.keys()
                _fail(item, ports.VersionConflict(wrong, expected[wrong], heads[wrong]))
                continue
            batch.external_heads += [(len(kept), s, v) for s, v in expected.items() if s not in heads]
            for event in item.member.events:
                heads[event.originator_id] = event.originator_version
            kept.append(item)
            batch.members.append(item.member)
            batch.encoded.append(item.encoded)
        return batch, kept

    async def _call(self, batch: Batch) -> tuple[list[Row], bool]:
        """One round trip; answers the rows, and whether an earlier try may have committed."""
        until = monotonic() + RETRY_FOR_S
        retried = False
        arrays = batch.arrays()
        while True:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = await connect(self._url, within_s=min(DEADLINE_S, until - monotonic()))
                failpoints.passing("before_append")
                with cut_after(self._connection, min(DEADLINE_S, until - monotonic())):
                    cursor = await self._connection.execute(statement("append_members"), arrays, binary=True)
                    rows = await cursor.fetchall()
                failpoints.passing("after_append")
                return rows, retried
            except (psycopg.OperationalError, psycopg.InterfaceError, StoreUnavailable) as error:
                retried = True
                if self._connection is not None:
                    with contextlib.suppress(psycopg.Error):
                        await self._connection.close()
                if until - monotonic() < AGAIN_WITH_S:
                    raise StoreUnavailable(f"the database did not answer: {error}") from error
                await asyncio.sleep(0.1)

    def _is_in_doubt(self, item: _Queued) -> bool:
        first = item.member.events[0]
        return (first.originator_id, first.originator_version) in self._in_doubt

    async def _was_stored(self, kept: list[_Queued]) -> bool:
        """Whether the batch is in the log already, byte for byte; if so its members are answered."""
        events = [event for item in kept for event in item.member.events]
        bodies = [body for item in kept for body in item.encoded]
        rows = await self._reads.rows(
            "stored_versions", ([e.originator_id for e in events], [e.originator_version for e in events])
        )
        if len(rows) != len(events) or any(row[2] != body for row, body in zip(rows, bodies, strict=True)):
            return False
        self._succeed(kept, rows[0][1], [row[3] for row in rows])
        return True

    def _succeed(self, kept: list[_Queued], first: int, numbers: list[int | None] | None) -> None:
        stored: list[StoredEvent] = []
        position = first
        for item in kept:
            start = position
            given: dict[UUID, int] = {}
            for event, body in zip(item.member.events, item.encoded, strict=True):
                number = numbers[position - first] if numbers is not None and isinstance(event, Created) else None
                if number is not None:
                    given[event.originator_id] = number
                stored.append(
                    StoredEvent(
                        position=position,
                        stream_id=event.originator_id,
                        version=event.originator_version,
                        topic=event.TOPIC,
                        body=mapper.with_number(body, number),
                    )
                )
                position += 1
            if not item.done.done():
                item.done.set_result(Appended(positions=range(start, position), numbers=given))
        self.batches += 1
        self.events += len(stored)
        self.published(stored)
        asyncio.get_running_loop().call_soon(failpoints.passing, "after_answer")

    # ── reading ──

    async def stream(self, stream_id: UUID, *, after_version: int = 0) -> Sequence[RecordedEvent]:
        """One stream in order."""
        rows = await self._reads.rows("stream_events", (stream_id, after_version))
        return [mapper.decode(topic, stream_id, version, state, number) for topic, version, state, number in rows]

    async def recall(self, scope: str, key: str) -> Recalled | None:
        """See the port."""
        rows = await self._reads.rows("recall", (scope, key))
        if not rows:
            return None
        execution_id, position, number, body_hash = rows[0]
        replayed = Replayed(execution_id=execution_id, position=position, number=number)
        return Recalled(replayed=replayed, body_hash=bytes(body_hash))

    async def last_of(self, stream_id: UUID, topic: str) -> RecordedEvent | None:
        """The latest event of a topic."""
        rows = await self._reads.rows("last_of_topic", (stream_id, topic))
        return mapper.decode(rows[0][0], stream_id, *rows[0][1:]) if rows else None

    async def last_terminal(self, stream_id: UUID, topics: Sequence[str]) -> StoredEvent | None:
        """See the port."""
        rows = await self._reads.rows("last_terminal", (stream_id, list(topics)))
        return stored_event(rows[0]) if rows else None

    async def head(self, stream_id: UUID) -> int:
        """The version of the last event."""
        return int((await self._reads.rows("stream_head", (stream_id,)))[0][0])

    async def written(self, execution_id: UUID) -> Written:
        """The views' counts, and what the log has beyond them. The version is read first: what is stored after that
        makes the next append fail, and it is counted again."""
        stream_id, rows = log_stream_id(execution_id), await self._reads.rows("execution_docs", ([execution_id],))
        if not rows:
            return Written().then(await self.stream(stream_id))
        seen = _seen(rows[0][0])
        last_line = {str(path): int(line) for path, line in await self._reads.rows("last_lines", (execution_id,))}
        beyond: list[StoredEvent] = []
        version, before = 0, LAST
        while True:
            page = [stored_event(row) for row in await self._reads.rows("stream_tail", (stream_id, before, TAIL))]
            version = version or (page[0].version if page else 0)
            fresh = [event for event in page if event.position > seen.position]
            beyond += fresh
            if len(fresh) < TAIL:
                break
            before = page[-1].version
        counted = Written(version=version, lines=seen.log_lines, dropped=seen.dropped_lines, last_line=last_line).then(
            map(mapper.decode_stored, reversed(beyond))
        )
        return replace(counted, version=version)

    async def history(
        self, stream_ids: Sequence[UUID], *, after: int = 0, before: int | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        """Some streams merged by position."""
        upper = LAST if before is None else min(before, LAST)
        asked = (list(stream_ids), min(after, LAST), upper, limit)
        return [stored_event(row) for row in await self._reads.rows("history", asked)]

    async def page(self, *, after: int, limit: int) -> Sequence[StoredEvent]:
        """The whole log by position."""
        return [stored_event(row) for row in await self._reads.rows("page", (after, limit))]

    async def head_position(self) -> int:
        """The position of the last event of the log."""
        return int((await self._reads.rows("head_position"))[0][0])


class _Seen(msgspec.Struct):
    """What the views know of a log stream, up to a position."""

    position: int = 0
    log_lines: int = 0
    dropped_lines: int = 0


_seen = msgspec.json.Decoder(_Seen).decode


def stored_event(row: Row) -> StoredEvent:
    """A row of history.sql or page.sql."""
    position, stream_id, version, topic, state, number = row
    return StoredEvent(
        position=position, stream_id=stream_id, version=version, topic=topic, body=mapper.with_number(state, number)
    )


def _fail(item: _Queued, error: Exception) -> None:
    if not item.done.done():
        item.done.set_exception(error)


def _has_failed(item: _Queued) -> bool:
    return item.done.cancelled() or item.done.exception() is not None


def _refuse(item: _Queued, row: Row) -> None:
    outcome, _, subject, actual, execution_id, position, numbers = row
    if item.done.done():
        return
    if outcome == "replayed":
        item.done.set_result(Replayed(execution_id=execution_id, position=position, number=numbers[0]))
    elif outcome == "version":
        stream = UUID(subject)
        item.done.set_exception(ports.VersionConflict(stream, expected_heads(item.member)[stream], actual))
    elif outcome == "lease":
        held = [*item.member.guards, *item.member.leases_taken]
        epoch = next(g.epoch if isinstance(g, ports.LeaseGuard) else g.from_epoch for g in held if g.name == subject)
        item.done.set_exception(ports.LeaseLost(subject, epoch, actual))
    else:
        item.done.set_exception(ports.IdempotencyKeyReused(subject))


def _nobody(events: Sequence[StoredEvent]) -> None:
    """Before a feed is connected."""
