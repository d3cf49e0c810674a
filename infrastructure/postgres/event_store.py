"""④ The log in Postgres: one committer that stores what all live executions append.

Appends queue up as members; the committer drains the queue, checks in-batch chaining, and stores the
batch in one round trip by `append_batch` (migration 0003). A refused member is taken out with the
later ones that touch its streams; the rest goes on. The batch grows by itself while a commit runs.

An append that failed may have committed all the same. So a batch is sent again until the deadline,
and a conflict met then is compared with what stands in the log: equal bytes are our own. The same holds
when the caller comes again with a member that this store could not answer for.

Longer than 200 lines because queueing, chaining, storing and the lost answer are one invariant.
"""

import asyncio
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
from domain.queueing.admission import Group
from domain.values import log_stream_id
from infrastructure import failpoints, mapper
from infrastructure.postgres.batch import (
    Answer,
    Batch,
    Refusal,
    answer_of,
    changed_leases,
    encode_member,
    expected_heads,
    may_reach,
    starts_of,
)
from infrastructure.postgres.connection import AWAY, DEADLINE_S, Connections, Row
from infrastructure.postgres.prepared import PreparedStatement

MAX_EVENTS = 1_000
"""Of one member."""
BATCH_EVENTS = 300
"""Of many small members. While the database stores one batch the next is made: with a thousand executions that append
at once, all of them in one batch would have both wait for each other (1.1 to 1.2x at 250 to 500)."""
MAX_BYTES = 1024 * 1024
RETRY_FOR_S = 9.0
"""No call may hang longer than 10 s; within this time a lost connection is made again unseen."""
AGAIN_WITH_S = 1.0
"""With less time left a batch is not sent again."""
ANSWER_S = 9.4
"""Waiting in the queue behind a batch that is sent again counts too."""
LOOK_S = 0.5
"""How often it is looked whether somebody has waited that long."""

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
    heads: dict[UUID, int]
    done: "asyncio.Future[Appended | Replayed]"
    since: float


class PostgresEventStore:
    """EventStore on Postgres. `published` is called with the stored events of each batch, in order."""

    def __init__(self, url: str, connections: Connections) -> None:
        self._url = url
        self._reads = connections
        self._queue: deque[_Queued] = deque()
        self._wake = asyncio.Event()
        self._sending: list[_Queued] = []
        self._looking: asyncio.TimerHandle | None = None
        self._append: PreparedStatement | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._in_doubt: OrderedDict[tuple[UUID, int], None] = OrderedDict()
        self.published: Callable[[Sequence[StoredEvent]], None] = _nobody
        self.batches = 0
        self.events = 0

    async def open(self) -> None:
        """Connect and begin to commit. Raises StoreUnavailable."""
        self._append = await PreparedStatement.on(self._url, "append_batch")
        self._task = asyncio.create_task(self._run(), name="committer")

    async def close(self) -> None:
        """Store what is queued, then end."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._looking is not None:
            self._looking.cancel()
        if self._append is not None:
            await self._append.close()

    async def append(self, member: Member) -> Appended | Replayed:
        """Store a member; see the port for what is raised."""
        if self._closing:
            raise StoreUnavailable("the service is shutting down")
        if not member.events or len(member.events) > MAX_EVENTS:
            raise ValueError(f"a member holds 1 to {MAX_EVENTS} events, not {len(member.events)}")
        heads, encoded, loop = expected_heads(member), encode_member(member), asyncio.get_running_loop()
        done: asyncio.Future[Appended | Replayed] = loop.create_future()
        self._queue.append(_Queued(member, encoded, sum(map(len, encoded)), heads, done, loop.time()))
        self._wake.set()
        if self._looking is None:
            self._looking = loop.call_later(LOOK_S, self._look)
        try:
            return await done
        except StoreUnavailable:
            first = member.events[0]
            self._in_doubt[first.originator_id, first.originator_version] = None
            if len(self._in_doubt) > KEPT_IN_DOUBT:
                self._in_doubt.popitem(last=False)
            raise

    def _look(self) -> None:
        """Tell those who have waited too long; one timer for all of them, for one each would cost every append."""
        loop = asyncio.get_running_loop()
        waiting = [*self._sending, *self._queue]
        for item in waiting:
            if loop.time() - item.since >= ANSWER_S:
                _fail(item, StoreUnavailable("the database did not answer in time"))
        self._looking = loop.call_later(LOOK_S, self._look) if waiting else None

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
                self._sending = queued
                try:
                    queued = await self._store(queued)
                except Exception as error:  # whatever it was: nobody waits for ever, and the next batch is stored
                    if not isinstance(error, StoreUnavailable):
                        log.exception("a batch of %d members could not be stored", len(queued))
                    for item in queued:
                        _fail(item, StoreUnavailable(f"the append may or may not be stored: {error}"))
                    queued = []
            self._sending = []

    def _drain(self) -> list[_Queued]:
        """The next members in queue order, within the limits; those whose caller has gone are dropped.

        The database checks keys, leases and limits as they were before the batch. So a batch never holds a key
        twice, nor a member that touches a lease an earlier one changes or whose limit an earlier one may reach.
        """
        taken: list[_Queued] = []
        events = size = 0
        keys: set[tuple[str, str]] = set()
        changed: set[str] = set()
        starting: set[Group] = set()
        while self._queue:
            head = self._queue[0]
            if head.done.done():
                self._queue.popleft()
                continue
            key = head.member.idempotency
            full = events + len(head.member.events) > BATCH_EVENTS or size + head.size > MAX_BYTES
            if taken and (full or (key is not None and (key.scope, key.key) in keys)):
                break
            changes = changed_leases(head.member)
            if changed and not changed.isdisjoint([*changes, *(guard.name for guard in head.member.guards)]):
                break
            if head.member.limits and may_reach(starting, head.member):
                break
            changed.update(changes)
            starting |= starts_of(head.member)
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
            answer, retried = await self._call(batch)
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
        if not answer.refused:
            self._succeed(kept, answer.first, answer.numbers)
            return []
        if retried and await self._was_stored(kept):
            return []
        refused = {refusal.member: refusal for refusal in answer.refused}
        for place, refusal in refused.items():
            doubted = refusal.outcome == "version" and self._is_in_doubt(kept[place])
            if not (doubted and await self._was_stored([kept[place]])):
                _refuse(kept[place], refusal)
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
            expected = item.heads
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

    async def _call(self, batch: Batch) -> tuple[Answer, bool]:
        """One round trip; what it answers, and whether an earlier try may have committed."""
        until = monotonic() + RETRY_FOR_S
        retried = False
        arrays = batch.arrays()
        while True:
            try:
                if self._append is None or self._append.closed:
                    if self._append is not None:
                        await self._append.close()
                        self._append = None
                    left_s = min(DEADLINE_S, until - monotonic())
                    self._append = await PreparedStatement.on(self._url, "append_batch", within_s=left_s)
                failpoints.passing("before_append")
                told = await self._append.call(arrays, within_s=min(DEADLINE_S, until - monotonic()))
                failpoints.passing("after_append")
                return answer_of(told or b"{}"), retried
            except (*AWAY, StoreUnavailable) as error:
                retried = True
                if self._append is not None:
                    await self._append.close()
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
        position = first
        for item in kept:
            positions = range(position, position + len(item.encoded))
            given: dict[UUID, int] = {}
            if numbers is not None:
                own = zip(item.member.events, numbers[position - first :], strict=False)
                given = {event.originator_id: number for event, number in own if number is not None}
            if not item.done.done():
                item.done.set_result(Appended(positions=positions, numbers=given))
            position = positions.stop
        self.batches += 1
        self.events += position - first
        loop = asyncio.get_running_loop()
        # Those who wait for the append go first, and what they append next is sent: while the database stores that,
        # this is told to others.
        loop.call_soon(loop.call_soon, self._publish, kept, first, numbers)
        loop.call_soon(failpoints.passing, "after_answer")

    def _publish(self, kept: list[_Queued], first: int, numbers: list[int | None] | None) -> None:
        events = [event for item in kept for event in item.member.events]
        bodies = [body for item in kept for body in item.encoded]
        if numbers is not None:
            bodies = [*map(mapper.with_number, bodies, numbers)]
        stored = [
            StoredEvent(
                position=position, stream_id=event.originator_id, version=event.originator_version, topic=event.TOPIC,
                body=body,
            )
            for position, event, body in zip(range(first, first + len(events)), events, bodies, strict=True)
        ]  # fmt: skip
        self.published(stored)

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

    async def event_of(self, stream_id: UUID, version: int) -> RecordedEvent | None:
        """The event of that version."""
        rows = await self._reads.rows("event_of", (stream_id, version))
        return mapper.decode(rows[0][0], stream_id, version, *rows[0][1:]) if rows else None

    async def trigger_heads(self) -> Sequence[RecordedEvent]:
        """The last event of each trigger."""
        return [mapper.decode(*row) for row in await self._reads.rows("trigger_heads")]

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


def _refuse(item: _Queued, refusal: Refusal) -> None:
    subject, actual = refusal.subject, refusal.actual
    if item.done.done():
        return
    match refusal.outcome:
        case "replayed":
            replayed = Replayed(execution_id=refusal.execution_id, position=refusal.position, number=refusal.number)
            item.done.set_result(replayed)
        case "version":
            stream = UUID(subject)
            item.done.set_exception(ports.VersionConflict(stream, item.heads[stream], actual or 0))
        case "lease":
            held = [*item.member.guards, *item.member.leases_taken]
            epoch = next(
                g.epoch if isinstance(g, ports.LeaseGuard) else g.from_epoch for g in held if g.name == subject
            )
            item.done.set_exception(ports.LeaseLost(subject, epoch, actual))
        case "limit":
            item.done.set_exception(ports.LimitReached(UUID(subject), actual or 0))
        case "key_reused":
            item.done.set_exception(ports.IdempotencyKeyReused(subject))


def _nobody(events: Sequence[StoredEvent]) -> None:
    """Before a feed is connected."""
