"""The log without a database: the same contract as `infrastructure/postgres/event_store.py`.

Appends of one turn of the event loop are one batch, as the committer of Postgres makes them: members
in queue order, a refused one taken out together with the later ones that touch its streams.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports import (
    Appended,
    Clock,
    IdempotencyKeyReused,
    LeadingMemberFailed,
    LeaseLost,
    LimitReached,
    Member,
    Recalled,
    Replayed,
    StoredEvent,
    VersionConflict,
    Written,
)
from domain.event import RecordedEvent
from domain.execution.events import OutcomeIgnored
from domain.triggering.trigger import TriggerCreated
from domain.values import log_stream_id
from infrastructure import mapper
from infrastructure.memory.log import MemoryLog

MAX_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class _Queued:
    member: Member
    encoded: list[bytes]
    done: "asyncio.Future[Appended | Replayed]"


class MemoryEventStore:
    """EventStore in memory. Several on one `MemoryLog` stand for several servers on one database."""

    def __init__(self, log: MemoryLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._queue: list[_Queued] = []
        self.published: Callable[[Sequence[StoredEvent]], None] = _nobody

    async def append(self, member: Member) -> Appended | Replayed:
        """Store a member; see the port for what is raised."""
        if not member.events or len(member.events) > MAX_EVENTS:
            raise ValueError(f"a member holds 1 to {MAX_EVENTS} events, not {len(member.events)}")
        loop = asyncio.get_running_loop()
        queued = _Queued(member, [mapper.encode(event) for event in member.events], loop.create_future())
        self._queue.append(queued)
        if len(self._queue) == 1:
            loop.call_soon(self._commit)
        return await queued.done

    def _commit(self) -> None:
        queue, self._queue = self._queue, []
        failed: set[UUID] = set()
        first = len(self._log.records) + 1
        for item in queue:
            streams = {event.originator_id for event in item.member.events}
            try:
                if streams & failed:
                    raise LeadingMemberFailed("a member queued earlier on the same stream was refused")
                answer = self._log.store(item.member, item.encoded, self._clock.now())
            except (VersionConflict, LeaseLost, LimitReached, IdempotencyKeyReused, LeadingMemberFailed) as error:
                failed |= streams
                if not item.done.done():
                    item.done.set_exception(error)
            else:
                if not item.done.done():
                    item.done.set_result(answer)
        stored = [self._log.stored(position) for position in range(first, len(self._log.records) + 1)]
        if stored:
            self.published(stored)

    # ── reading ──

    async def stream(self, stream_id: UUID, *, after_version: int = 0) -> Sequence[RecordedEvent]:
        """One stream in order."""
        return [self._event(position) for position in self._log.streams.get(stream_id, [])[after_version:]]

    async def recall(self, scope: str, key: str) -> Recalled | None:
        """See the port."""
        return self._log.recall(scope, key, self._clock.now())

    async def last_of(self, stream_id: UUID, topic: str) -> RecordedEvent | None:
        """The latest event of a topic."""
        positions = reversed(self._log.streams.get(stream_id, []))
        return next((self._event(p) for p in positions if self._log.records[p - 1].topic == topic), None)

    async def event_of(self, stream_id: UUID, version: int) -> RecordedEvent | None:
        """The event of that version."""
        positions = self._log.streams.get(stream_id, [])
        return self._event(positions[version - 1]) if 0 < version <= len(positions) else None

    async def trigger_heads(self) -> Sequence[RecordedEvent]:
        """The last event of each trigger."""
        opened = [record.stream_id for record in self._log.records if record.topic == TriggerCreated.TOPIC]
        return [self._event(self._log.streams[stream_id][-1]) for stream_id in opened]

    async def last_terminal(self, stream_id: UUID, topics: Sequence[str]) -> StoredEvent | None:
        """See the port."""
        for position in reversed(self._log.streams.get(stream_id, [])):
            topic = self._log.records[position - 1].topic
            if topic != OutcomeIgnored.TOPIC:
                return self._log.stored(position) if topic in topics else None
        return None

    async def head(self, stream_id: UUID) -> int:
        """The version of the last event."""
        return self._log.head(stream_id)

    async def written(self, execution_id: UUID) -> Written:
        """Counted from the first event on."""
        return Written().then(await self.stream(log_stream_id(execution_id)))

    async def head_position(self) -> int:
        """The position of the last event of the log."""
        return len(self._log.records)

    async def history(
        self, stream_ids: Sequence[UUID], *, after: int = 0, before: int | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        """Some streams merged by position."""
        positions = sorted(
            position
            for stream_id in set(stream_ids)
            for position in self._log.streams.get(stream_id, ())
            if position > after and (before is None or position < before)
        )
        return [self._log.stored(position) for position in positions[:limit]]

    async def page(self, *, after: int, limit: int) -> Sequence[StoredEvent]:
        """The whole log by position."""
        last = min(len(self._log.records), after + limit)
        return [self._log.stored(position) for position in range(after + 1, last + 1)]

    def _event(self, position: int) -> RecordedEvent:
        record = self._log.records[position - 1]
        return mapper.decode(record.topic, record.stream_id, record.version, record.state, record.number)


def _nobody(events: Sequence[StoredEvent]) -> None:
    """Before anybody listens."""
