"""Appending to the log: ours as shipped, the `eventsourcing` library's own `save`, and a bare executemany.

Ours has everything on: version heads, a lease guard for each execution, the advisory lock, NOTIFY, and the feed's
publication in the process. One event a save on both sides, 50 savers at once. The other figure asks what is left
of the plain speed of inserting rows when many executions append at a time: our committer against `executemany`
of the same rows, as many to a transaction, without any check and lock.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import uvloop

from application.ports import LeaseGuard, LeaseOpened, Member
from benchmarks.figures import Figure, Target, compared
from benchmarks.peer import Library
from benchmarks.rig import Postgres
from domain.event import Cause
from domain.execution.execution import Execution
from domain.values import EMPTY_OBJECT
from infrastructure import mapper
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import PostgresEventStore
from infrastructure.postgres.feed import PostgresFeed
from infrastructure.postgres.migrate import migrate
from infrastructure.system import SystemIds, rest_collector

SAVERS = 50
LIVE = 1_000
"""Executions that append at once, for the comparison with executemany."""


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    rounds, seconds = (2, 1.0) if quick else (7, 2.0)
    url = server.database("append")
    asyncio.run(migrate(url))
    library = Library(server.database("library"), SAVERS)
    ours: list[float] = []
    savers: list[float] = []
    many: list[float] = []
    bare: list[float] = []
    try:
        library.save_for(0.3)
        _run(url, SAVERS, 0.3)
        for _ in range(rounds):
            ours.append(_run(url, SAVERS, seconds))
            savers.append(library.save_for(seconds))
            many.append(_run(url, LIVE, seconds))
            bare.append(_executemany(url, seconds))
    finally:
        library.close()
    return [
        compared(
            f"append of one event, {SAVERS} savers", "events/s", ours, savers, other_name="library save",
            target=Target(of="ratio", bound="at least", value=12),
        ),
        compared(
            f"append of one event, {LIVE:,} executions", "events/s", many, bare, other_name="executemany",
            target=Target(of="ratio", bound="at least", value=0.35),
        ),
        compared(f"append, {LIVE:,} executions / {SAVERS} savers", "events/s", many, savers, other_name="library save"),
    ]  # fmt: skip


# ── ours ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Saver:
    """An execution that goes on and on: each turn is one decision, guarded by the execution's lease."""

    execution: Execution
    guard: LeaseGuard

    @classmethod
    async def open(cls, store: PostgresEventStore, ids: SystemIds, workflow_id: UUID) -> "_Saver":
        execution = Execution.create(
            ids.new(), _cause(), workflow_id=workflow_id, workflow_version=1, workflow_name="bench",
            graph_hash="0" * 64, inputs=EMPTY_OBJECT, priority=0, labels={}, trigger="api",
        )  # fmt: skip
        execution.start(_cause(), owner=workflow_id, epoch=1, isolation="process")
        name = f"execution:{execution.id}"
        opened = LeaseOpened(name=name, owner=workflow_id, epoch=1)
        await store.append(Member(events=_taken(execution), leases_opened=[opened]))
        return cls(execution, LeaseGuard(name=name, epoch=1))

    async def save(self, store: PostgresEventStore) -> None:
        """One event in one append."""
        self.execution.take_over(_cause(), owner=self.execution.id, epoch=1, reason="restarted")
        await store.append(Member(events=_taken(self.execution), guards=[self.guard]))


def _cause() -> Cause:
    return Cause(at=datetime.now(UTC), actor="bench", command_id=_COMMAND)


def _taken(execution: Execution) -> Sequence[Any]:
    events: list[Any] = [*execution.pending_events]
    execution.pending_events.clear()
    return events


_COMMAND = uuid4()


def _run(url: str, savers: int, seconds: float) -> float:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the server's loop
        return runner.run(_ours(url, savers, seconds))


async def _ours(url: str, savers: int, seconds: float) -> float:
    """Events a second."""
    reads = Connections(url, size=2)
    store = PostgresEventStore(url, reads)
    feed = PostgresFeed(url, reads, store)
    await store.open()
    await feed.open()
    rest_collector()  # as the server does
    try:
        ids = SystemIds()
        made = await asyncio.gather(*(_Saver.open(store, ids, ids.new()) for _ in range(savers)))
        ends = time.perf_counter() + seconds
        saved = 0

        async def go(saver: _Saver) -> None:
            nonlocal saved
            while time.perf_counter() < ends:
                await saver.save(store)
                saved += 1

        began = time.perf_counter()
        await asyncio.gather(*map(go, made))
        return saved / (time.perf_counter() - began)
    finally:
        await feed.close()
        await store.close()
        await reads.close()


# ── the others ───────────────────────────────────────────────────────────────────────────────────


def _executemany(url: str, seconds: float) -> float:
    """Rows a second into a table like ours, LIVE to a transaction; the bytes are those of our events."""
    execution = Execution.create(
        SystemIds().new(), _cause(), workflow_id=_COMMAND, workflow_version=1, workflow_name="bench",
        graph_hash="0" * 64, inputs=EMPTY_OBJECT, priority=0, labels={}, trigger="api",
    )  # fmt: skip
    execution.start(_cause(), owner=_COMMAND, epoch=1, isolation="process")
    execution.take_over(_cause(), owner=_COMMAND, epoch=1, reason="restarted")
    event = _taken(execution)[-1]
    body = mapper.encode(event)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop table if exists bare")
        connection.execute("create table bare (like events including all)")
        cursor = connection.cursor()
        streams = [uuid4() for _ in range(LIVE)]
        version = rows = 0
        began = time.perf_counter()
        while time.perf_counter() < began + seconds:
            version += 1
            with connection.transaction():
                cursor.executemany(
                    "insert into bare (originator_id, originator_version, topic, state) values (%b, %b, %b, %b)",
                    [(stream, version, event.TOPIC, body) for stream in streams],
                )
            rows += LIVE
        return rows / (time.perf_counter() - began)
