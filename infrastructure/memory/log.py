"""What the tables of the log hold, in memory: events, numbers, keys and leases, changed one member at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from application.ports import (
    Appended,
    IdempotencyKeyReused,
    LeaseLost,
    LimitReached,
    Member,
    Recalled,
    Replayed,
    StoredEvent,
    VersionConflict,
)
from domain.execution.events import Created
from domain.queueing.admission import Group
from infrastructure import mapper

KEY_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its position is its place in `MemoryLog.records` plus one."""

    stream_id: UUID
    version: int
    topic: str
    state: bytes
    number: int | None


@dataclass(slots=True)
class Lease:
    """Who decides. `expires_at` is None for an execution's lease."""

    owner: UUID | None
    epoch: int
    expires_at: datetime | None = None
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class _UsedKey:
    body_hash: bytes
    answer: Replayed
    expires_at: datetime


@dataclass(slots=True)
class MemoryLog:
    """The shared state behind any number of stores and leases, as a database would be."""

    records: list[Record] = field(default_factory=list[Record])
    streams: dict[UUID, list[int]] = field(default_factory=dict[UUID, list[int]])
    """Stream -> positions of its events."""
    numbers: dict[UUID, int] = field(default_factory=dict[UUID, int])
    leases: dict[str, Lease] = field(default_factory=dict[str, Lease])
    _keys: dict[tuple[str, str], _UsedKey] = field(default_factory=dict[tuple[str, str], _UsedKey])

    def head(self, stream_id: UUID) -> int:
        """The version of the last event of a stream, 0 without any."""
        return len(self.streams.get(stream_id, ()))

    def stored(self, position: int) -> StoredEvent:
        """The event at a position, as readers are given it."""
        record = self.records[position - 1]
        return StoredEvent(
            position=position,
            stream_id=record.stream_id,
            version=record.version,
            topic=record.topic,
            body=mapper.with_number(record.state, record.number),
        )

    def recall(self, scope: str, key: str, now: datetime) -> Recalled | None:
        """What a key led to, while it holds."""
        used = self._keys.get((scope, key))
        if used is None or used.expires_at <= now:
            return None
        return Recalled(replayed=used.answer, body_hash=used.body_hash)

    def store(self, member: Member, encoded: list[bytes], now: datetime) -> Appended | Replayed:
        """All of the member or nothing. Raises VersionConflict, LeaseLost, IdempotencyKeyReused, LimitReached."""
        heads: dict[UUID, int] = {}
        for event in member.events:
            stream = event.originator_id
            head = heads.get(stream, self.head(stream))
            if event.originator_version != head + 1:
                raise VersionConflict(stream, event.originator_version - 1, head)
            heads[stream] = head + 1
        held = [(guard.name, guard.epoch) for guard in member.guards]
        held += [(lease.name, lease.from_epoch) for lease in member.leases_taken]
        for name, epoch in held:
            actual = self.leases[name].epoch if name in self.leases else None
            if actual != epoch:
                raise LeaseLost(name, epoch, actual)
        key = member.idempotency
        used = self._keys.get((key.scope, key.key)) if key is not None else None
        if key is not None and used is not None and used.expires_at > now:
            if used.body_hash != key.body_hash:
                raise IdempotencyKeyReused(key.key)
            return used.answer
        for bound in member.limits:
            owned = (lease.group for lease in self.leases.values() if lease.owner is not None)
            running = sum(_counts(group, bound.group) for group in owned)
            if running >= bound.limit:
                raise LimitReached(bound.group.workflow_id, running)
        return self._write(member, encoded, now)

    def _write(self, member: Member, encoded: list[bytes], now: datetime) -> Appended:
        first = len(self.records) + 1
        given: dict[UUID, int] = {}
        for event, state in zip(member.events, encoded, strict=True):
            number: int | None = None
            if isinstance(event, Created):
                number = self.numbers[event.workflow_id] = self.numbers.get(event.workflow_id, 0) + 1
                given[event.originator_id] = number
            self.records.append(Record(event.originator_id, event.originator_version, event.TOPIC, state, number))
            self.streams.setdefault(event.originator_id, []).append(len(self.records))
        for opened in member.leases_opened:
            self.leases[opened.name] = Lease(opened.owner, opened.epoch, group=opened.group)
        for taken in member.leases_taken:
            lease = self.leases[taken.name]
            lease.owner, lease.epoch = taken.owner, taken.epoch
        for name in member.leases_closed:
            self.leases.pop(name, None)
        if (key := member.idempotency) is not None:
            answer = Replayed(
                execution_id=key.execution_id, position=first, number=given.get(member.events[0].originator_id, 0)
            )
            self._keys[key.scope, key.key] = _UsedKey(key.body_hash, answer, now + KEY_LASTS)
        return Appended(positions=range(first, len(self.records) + 1), numbers=given)


def _counts(group: Group | None, counted: Group) -> bool:
    """Whether a lease of the group is counted by a limit of the other."""
    return group is not None and group.workflow_id == counted.workflow_id and counted.key in (None, group.key)
