"""The memory adapters with faults in front of them, one set for each boot of a server."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zlib import crc32

from application.ports import (
    Appended,
    Clock,
    Member,
    OpenExecution,
    Orphan,
    Replayed,
    Scope,
    StoreUnavailable,
)
from domain.event import RecordedEvent
from domain.values import ArtifactRef, JsonText
from infrastructure import mapper
from infrastructure.expressions.adapter import PythonExpressions
from infrastructure.memory.artifacts import MemoryArtifacts
from infrastructure.memory.event_store import MemoryEventStore
from infrastructure.memory.leases import MemoryLeases
from tests.simulation.truth import Truth


class FaultyStore:
    """EventStore of one boot. A commit that has begun goes on when its server dies, as in a database."""

    def __init__(self, truth: Truth, clock: Clock, server: UUID) -> None:
        self._truth, self._faults, self._server = truth, truth.faults, server
        self._inner = MemoryEventStore(truth.log, clock)
        self._commits: set[asyncio.Task[Appended | Replayed]] = set()
        self.dead = False

    async def settled(self) -> None:
        """Return when nothing that was sent may still be stored."""
        while self._commits:
            await asyncio.wait(self._commits)

    async def append(self, member: Member) -> Appended | Replayed:
        self._check(refuse="store_refused")
        commit = self._truth.spawn(self._commit(member))
        self._commits.add(commit)
        commit.add_done_callback(self._commits.discard)
        if self._faults.strikes("answer_given_up"):
            await asyncio.sleep(0)
            raise StoreUnavailable("the answer did not come in time")
        answer = await asyncio.shield(commit)
        if self.dead:
            raise StoreUnavailable("this server is dead")
        if self._faults.strikes("answer_lost"):
            await self._faults.pause(9.5)
            raise StoreUnavailable("the answer did not come")
        if self._faults.strikes("answer_late"):
            await self._faults.pause(2.0)
        if isinstance(answer, Appended):
            self._truth.acknowledged += [(x.originator_id, x.originator_version) for x in member.events]
        return answer

    async def _commit(self, member: Member) -> Appended | Replayed:
        if self._faults.strikes("commit_late"):
            await self._faults.pause(3.0)
        before = self._stored_before(member)
        if before is not None:
            return before
        answer = await self._inner.append(member)
        if isinstance(answer, Appended):
            for position, event in zip(answer.positions, member.events, strict=True):
                self._truth.stored(position, event, self._server)
        return answer

    def _stored_before(self, member: Member) -> Appended | None:
        """The answer of the first time, when these very events stand in the log (the port's promise)."""
        log, positions, numbers = self._truth.log, list[int](), dict[UUID, int]()
        for event in member.events:
            stored = log.streams.get(event.originator_id, [])
            if len(stored) < event.originator_version:
                return None
            position = stored[event.originator_version - 1]
            record = log.records[position - 1]
            if record.topic != event.TOPIC or record.state != mapper.encode(event):
                return None
            positions.append(position)
            if record.number is not None:
                numbers[event.originator_id] = record.number
        return Appended(positions=positions, numbers=numbers)

    def _check(self, *, refuse: str) -> None:
        if self.dead or self._faults.strikes(refuse):
            raise StoreUnavailable("the database is away")

    async def stream(self, stream_id: UUID, *, after_version: int = 0) -> Sequence[RecordedEvent]:
        self._check(refuse="read_refused")
        await asyncio.sleep(0.001)
        return await self._inner.stream(stream_id, after_version=after_version)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class FaultyLeases:
    """Leases of one boot."""

    def __init__(self, truth: Truth, clock: Clock) -> None:
        self._faults, self._inner = truth.faults, MemoryLeases(truth.log, clock)

    async def beat(self, server: UUID, *, ttl_s: float) -> int:
        if self._faults.strikes("read_refused"):
            raise StoreUnavailable("the database is away")
        return await self._inner.beat(server, ttl_s=ttl_s)

    async def resign(self, server: UUID) -> None:
        await self._inner.resign(server)

    async def orphans(self) -> Sequence[Orphan]:
        return await self._inner.orphans()

    async def open_executions(self) -> Sequence[OpenExecution]:
        if self._faults.strikes("read_refused"):
            raise StoreUnavailable("the database is away")
        return await self._inner.open_executions()

    async def owned_executions(self) -> Sequence[OpenExecution]:
        if self._faults.strikes("read_refused"):
            raise StoreUnavailable("the database is away")
        return await self._inner.owned_executions()


class FaultyArtifacts:
    """Artifacts, shared by all boots."""

    def __init__(self, truth: Truth) -> None:
        self._faults, self._inner = truth.faults, MemoryArtifacts(max_bytes=10_000)

    def _check(self) -> None:
        if self._faults.strikes("artifact_refused"):
            raise StoreUnavailable("the database is away")

    async def put(self, content: bytes, media_type: str, name: str | None = None) -> ArtifactRef:
        self._check()
        return await self._inner.put(content, media_type, name)

    async def get(self, sha256: str) -> bytes | None:
        self._check()
        return await self._inner.get(sha256)


class SlowExpressions(PythonExpressions):
    """Plain paths only; one template in three is treated as if it needed the expression worker, and time."""

    def __init__(self, truth: Truth) -> None:
        super().__init__()
        self._faults = truth.faults

    def is_plain(self, template: object) -> bool:
        return super().is_plain(template) and crc32(repr(template).encode()) % 3 > 0

    async def resolve(self, template: object, scope: Scope) -> JsonText:
        await self._take_time()
        return await super().resolve(template, scope)

    async def truth(self, template: str, scope: Scope) -> bool:
        await self._take_time()
        return await super().truth(template, scope)

    def resolve_plain(self, template: object, scope: Scope) -> JsonText:
        return PythonExpressions.resolve_plain(self._plain, template, scope)

    @property
    def _plain(self) -> PythonExpressions:
        return _PLAIN

    async def _take_time(self) -> None:
        if self._faults.strikes("input_slow"):
            await self._faults.pause(5.0)
        else:
            await asyncio.sleep(0.002)


_PLAIN = PythonExpressions()
