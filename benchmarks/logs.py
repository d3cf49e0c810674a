"""10,000 log lines a second spread over 1,000 executions, fed where an owner gets them: all must reach a tail.

Everything of the service runs that log lines pass (conductor, committer, feed, projector); only the workers are
replaced, by a source that hands the lines over one by one. Source, service and tail share one event loop, so the
delay told is worse than that of a service which has its core to itself.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import uvloop

from application.children import Children
from application.conductor import Conductor
from application.ports import Attempt, AttemptId, Capacity, Logged, Signal
from application.preparing import PreparedGraph, prepare
from application.versions import Versions
from benchmarks.client import chain
from benchmarks.figures import Figure, Target, percentile
from benchmarks.rig import BenchmarkError, Postgres
from domain.event import Cause
from domain.execution.events import StepLogged
from domain.execution.execution import Execution
from domain.values import EMPTY_OBJECT, LogLine, Part
from domain.workflow.graph import Graph
from infrastructure.expressions.adapter import PythonExpressions
from infrastructure.nodes.checking import InputCheck
from infrastructure.nodes.registry import node_kinds
from infrastructure.postgres.artifacts import PostgresArtifacts
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import PostgresEventStore
from infrastructure.postgres.feed import PostgresFeed, Subscription
from infrastructure.postgres.leases import PostgresLeases
from infrastructure.postgres.migrate import migrate
from infrastructure.postgres.projector import Projector
from infrastructure.postgres.views import PostgresViews
from infrastructure.system import SystemClock, SystemIds, rest_collector
from infrastructure.workers.executor import LocalExecutor
from interfaces.settings import Settings

EXECUTIONS = 1_000
LINES_PER_S = 10_000
TICK_S = 0.01
TEXT = "2026-01-01 12:00:00 INFO a line as programs write them, eighty characters or so"


class _Source:
    """An executor whose attempts never end and write what they are told to."""

    def __init__(self) -> None:
        self.attempts: list[AttemptId] = []
        self.sink: Callable[[Sequence[Signal]], None] = _nowhere

    def connect(self, sink: Callable[[Sequence[Signal]], None]) -> None:
        """See the port."""
        self.sink = sink

    async def start(self) -> None:
        """See the port."""

    def submit(self, attempts: Sequence[Attempt]) -> None:
        """See the port."""
        self.attempts += [attempt.id for attempt in attempts]

    def cancel(self, attempt: AttemptId, *, grace_s: float) -> None:
        """See the port."""

    def capacity(self) -> Capacity:
        """See the port."""
        return Capacity(workers=0, busy=0, attempts=len(self.attempts), limit=EXECUTIONS)

    async def close(self, *, grace_s: float) -> None:
        """See the port."""


def _nowhere(signals: Sequence[Signal]) -> None:
    """Before a conductor is connected."""


class _Data(msgspec.Struct):
    lines: list[msgspec.Raw]
    dropped: int


class _Body(msgspec.Struct):
    at: datetime
    data: _Data


_body = msgspec.json.Decoder(_Body).decode


class _Tail:
    """A reader of the feed; `lags_ms` has the time from the flush to here for each batch."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self.lines = 0
        self.dropped = 0
        self.lags_ms: list[float] = []

    async def read(self) -> None:
        """Until cancelled."""
        while True:
            if self._subscription.overflowed:
                raise BenchmarkError("the tail fell behind by more than a subscription holds")
            await self._subscription.wait(1)
            now = datetime.now(UTC)
            for told in self._subscription.take():
                body = _body(told.event.body)
                self.lines += len(body.data.lines)
                self.dropped += body.data.dropped
                self.lags_ms.append((now - body.at).total_seconds() * 1000)


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    url = server.database("logs")
    asyncio.run(migrate(url))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(url, server.folder, seconds=4 if quick else 20))


async def _measure(url: str, folder: Path, *, seconds: int) -> list[Figure]:
    settings = Settings()
    reads, projecting = Connections(url), Connections(url, size=1, options="-c synchronous_commit=off")
    store = PostgresEventStore(url, reads)
    feed = PostgresFeed(url, reads, store)
    local = LocalExecutor(1, 0, folder / "logs", None)  # never started: expressions want its zygote
    expressions = PythonExpressions(local.zygote)
    graph = Graph.of(chain("talk", 1))
    prepared = prepare(graph, "0" * 64, node_kinds(), expressions)
    source = _Source()

    async def graphs(_workflow_id: UUID, _version: int, _part: Part | None) -> PreparedGraph:
        return prepared

    conductor = Conductor(
        store=store,
        leases=PostgresLeases(reads),
        executor=source,
        expressions=expressions,
        artifacts=PostgresArtifacts(reads, max_bytes=1),
        graphs=graphs,
        clock=SystemClock(),
        server_id=SystemIds().new(),
        attempt_limit=EXECUTIONS,
        inline_bytes=settings.inline_value_bytes,
        log_flush_s=settings.log_flush_ms / 1000,
        children=Children(
            Versions(store, node_kinds(), expressions), InputCheck(), PostgresViews(reads).workflow_named, SystemIds()
        ),
    )
    await store.open()
    await feed.open()
    projector = Projector(projecting, feed, pause_s=settings.projector_pause_ms / 1000)
    projecting_task = asyncio.create_task(projector.run())
    tail = _Tail(feed.subscribe(kinds=frozenset({StepLogged.TOPIC})))
    reading = asyncio.create_task(tail.read())
    try:
        rest_collector()  # as the server does
        await _open(conductor, prepared)
        if len(source.attempts) != EXECUTIONS:
            raise BenchmarkError(f"{len(source.attempts)} of {EXECUTIONS} executions started")
        sent = await _feed(source, LINES_PER_S * seconds)
        ends = time.monotonic() + 10
        while tail.lines + tail.dropped < sent and time.monotonic() < ends and not reading.done():
            await asyncio.sleep(0.05)
        if reading.done():
            reading.result()
    finally:
        await conductor.close()
        await projector.close()
        for task in (reading, projecting_task):
            task.cancel()
            with suppress(asyncio.CancelledError, BenchmarkError):
                await task
        await feed.close()
        await store.close()
        await expressions.close()
        await reads.close()
        await projecting.close()
    name = f"{LINES_PER_S:,} lines/s over {EXECUTIONS:,} executions"
    return [
        Figure(name=f"{name}: flush -> tail, p50", unit="ms", ours=percentile(tail.lags_ms, 50)),
        Figure(
            name=f"{name}: flush -> tail, p99", unit="ms", ours=percentile(tail.lags_ms, 99),
            target=Target(of="ours", bound="at most", value=50),
        ),
        Figure(
            name=f"{name}: not delivered", unit=f"of {sent:,}", ours=sent - tail.lines,
            target=Target(of="ours", bound="at most", value=0),
        ),
    ]  # fmt: skip


async def _open(conductor: Conductor, prepared: PreparedGraph) -> None:
    ids = SystemIds()
    for _ in range(EXECUTIONS // 100):
        await asyncio.gather(
            *(
                conductor.create(
                    Execution.create(
                        ids.new(),
                        Cause(at=datetime.now(UTC), actor="bench", command_id=ids.new()),
                        workflow_id=UUID(int=1),
                        workflow_version=1,
                        workflow_name="talk",
                        graph_hash="0" * 64,
                        inputs=EMPTY_OBJECT,
                        priority=0,
                        labels={},
                        trigger="api",
                    ),
                    prepared,
                    None,
                )
                for _ in range(100)
            )
        )


async def _feed(source: _Source, count: int) -> int:
    """Hand over so many lines at LINES_PER_S, one line at a time and execution after execution."""
    sent = 0
    began = time.monotonic()
    while sent < count:
        due = min(count, int((time.monotonic() - began) * LINES_PER_S))
        at_ms = time.time() * 1000
        signals = [
            Logged(
                id=source.attempts[n % EXECUTIONS],
                lines=[LogLine(at_ms=at_ms, level="info", stream="stdout", text=TEXT)],
            )
            for n in range(sent, due)
        ]
        if signals:
            source.sink(signals)
        sent = due
        await asyncio.sleep(TICK_S)
    return sent
