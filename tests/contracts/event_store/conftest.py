"""Every test of this folder runs on the memory adapter and on Postgres."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from application.ports import Artifacts, EventStore, Leases, Member
from domain.event import RecordedEvent
from domain.execution.events import StepLogged
from domain.execution.execution import Execution
from domain.values import LogLine, log_stream_id
from infrastructure.memory.artifacts import MemoryArtifacts
from infrastructure.memory.event_store import MemoryEventStore
from infrastructure.memory.leases import MemoryLeases
from infrastructure.memory.log import MemoryLog
from infrastructure.memory.system import ManualClock, SequentialIds
from infrastructure.postgres.artifacts import PostgresArtifacts
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import PostgresEventStore
from infrastructure.postgres.leases import PostgresLeases
from tests.unit.domain.given import cause, facts, queued

ARTIFACT_LIMIT = 3 * 1024 * 1024


@dataclass
class World:
    """The adapters under test, and what a test needs to move time."""

    store: EventStore
    leases: Leases
    artifacts: Artifacts
    pass_time: Callable[[timedelta], None]
    """Let leases and keys grow old by so much."""
    ids: SequentialIds = field(default_factory=SequentialIds)

    def created(self) -> Execution:
        """A new execution whose `created` is pending."""
        return queued(self.ids.new())


@pytest.fixture(params=["memory", "postgres"])
def address(request: pytest.FixtureRequest) -> str | None:
    """The URL of a database, None for memory. Not async: making a database runs an event loop of its own."""
    return None if request.param == "memory" else request.getfixturevalue("database_url")


@pytest.fixture
async def world(address: str | None) -> AsyncIterator[World]:
    if address is None:
        log, clock = MemoryLog(), ManualClock()
        yield World(
            MemoryEventStore(log, clock),
            MemoryLeases(log, clock),
            MemoryArtifacts(max_bytes=ARTIFACT_LIMIT),
            lambda time: clock.advance(time.total_seconds()),
        )
        return
    url = address
    connections = Connections(url)
    store = PostgresEventStore(url, connections)
    await store.open()

    def pass_time(time: timedelta) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("update leases set expires_at = expires_at - %s", (time,))
            connection.execute("update idempotency_keys set expires_at = expires_at - %s", (time,))

    yield World(store, PostgresLeases(connections), PostgresArtifacts(connections, max_bytes=ARTIFACT_LIMIT), pass_time)
    await store.close()
    await connections.close()


def member(*executions: Execution, **rest: object) -> Member:
    """What is pending in the executions, as one append."""
    return Member(events=[event for execution in executions for event in facts(execution)], **rest)  # type: ignore[arg-type]


def logged(execution_id: UUID, version: int, *texts: str, first_line: int = 1) -> RecordedEvent:
    """One event of an execution's log stream."""
    because = cause()
    lines = [LogLine(at_ms=1.5, level="info", stream="stdout", text=text) for text in texts]
    return StepLogged(
        originator_id=log_stream_id(execution_id), originator_version=version, timestamp=because.at,
        actor=because.actor, cause=because.command_id, workflow_id=queued().state.workflow_id,
        path="a", attempt=1, first_line=first_line, lines=lines, dropped=0,
    )  # fmt: skip
