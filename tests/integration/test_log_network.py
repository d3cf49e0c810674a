"""Between us and Postgres the network breaks: no call hangs over 10 s, nothing acknowledged is lost, work goes on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from application.ports import Appended, Member, StoreUnavailable
from domain.values import log_stream_id
from infrastructure.memory.system import SequentialIds
from infrastructure.postgres import feed as feed_module
from infrastructure.postgres.artifacts import PostgresArtifacts
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import PostgresEventStore
from infrastructure.postgres.feed import PostgresFeed, Subscription
from infrastructure.postgres.leases import PostgresLeases
from tests.contracts.event_store.conftest import logged, member
from tests.fixtures.proxy import Proxy, proxy
from tests.unit.domain.given import SERVER, queued

__all__ = ["proxy"]

LONGEST_CALL_S = 10.0
BACK_TO_WORK_S = 5.0


@dataclass(frozen=True)
class World:
    """All adapters behind the proxy; `direct` is a store that does not go through it."""

    store: PostgresEventStore
    feed: PostgresFeed
    leases: PostgresLeases
    artifacts: PostgresArtifacts
    direct: PostgresEventStore
    ids: SequentialIds


@pytest.fixture
async def world(database_url: str, proxy: Proxy) -> AsyncIterator[World]:
    reads, direct_reads = Connections(proxy.url), Connections(database_url)
    store, direct = PostgresEventStore(proxy.url, reads), PostgresEventStore(database_url, direct_reads)
    await store.open()
    await direct.open()
    ids = SequentialIds()
    await store.append(member(queued(ids.new())))  # statements are prepared now: one round trip each
    feed = PostgresFeed(proxy.url, reads, store)
    await feed.open()
    artifacts = PostgresArtifacts(reads, max_bytes=1_000)
    yield World(store, feed, PostgresLeases(reads), artifacts, direct, ids)
    proxy.heal()
    await feed.close()
    await store.close()
    await direct.close()
    await reads.close()
    await direct_reads.close()


async def seen_by(subscription: Subscription, count: int, within_s: float) -> list[int]:
    """Positions a subscriber was told, once there are so many."""
    positions: list[int] = []
    async with asyncio.timeout(within_s):
        while len(positions) < count:
            await subscription.wait(within_s)
            positions += [told.event.position for told in subscription.take()]
    return positions


async def ended_listeners(connection: AsyncConnection[TupleRow]) -> int:
    """End every connection that listens; how many there were (a feed makes its own a moment after it opens)."""
    cursor = await connection.execute(
        b"select pg_terminate_backend(pid) from pg_stat_activity"
        b" where datname = current_database() and query like 'LISTEN %'"
    )
    return len(await cursor.fetchall())


async def committed(world: World, stream: UUID) -> None:
    """Return once an event of the stream stands in the log, seen past the proxy."""
    async with asyncio.timeout(5):
        while await world.direct.head(stream) == 0:
            await asyncio.sleep(0.01)


async def timed(call: Awaitable[object]) -> float:
    """How long a call took that may be answered or refused as unavailable, and in no other way."""
    began = monotonic()
    with contextlib.suppress(StoreUnavailable):
        await call
    return monotonic() - began


@pytest.mark.parametrize("break_it", ["reset", "half_close"])
async def test_an_append_after_a_broken_connection_is_answered(world: World, proxy: Proxy, break_it: str) -> None:
    execution = queued(world.ids.new())
    subscription = world.feed.subscribe()
    await world.store.append(member(execution))
    getattr(proxy, break_it)()
    began = monotonic()
    answer = await world.store.append(Member(events=[logged(execution.id, 1, "after")]))
    assert isinstance(answer, Appended)
    assert [event.position for event in await world.store.page(after=1, limit=10)] == [2, 3]
    assert await seen_by(subscription, 2, BACK_TO_WORK_S) == [2, 3]
    assert monotonic() - began < BACK_TO_WORK_S
    assert proxy.cuts > 0


async def test_an_append_is_answered_whose_connection_ends_while_it_is_still_being_sent(
    world: World, proxy: Proxy
) -> None:
    execution = queued(world.ids.new())
    await world.store.append(member(execution))
    proxy.black_hole()
    large = [logged(execution.id, version, "x" * 30_000) for version in range(1, 501)]
    appending = asyncio.create_task(world.store.append(Member(events=large)))
    await asyncio.sleep(0.5)
    began = monotonic()
    proxy.half_close()
    proxy.heal()
    assert isinstance(await appending, Appended)
    assert monotonic() - began < 3, "not by the deadline of the call"
    assert await world.store.head(log_stream_id(execution.id)) == 500


async def test_an_append_whose_answer_was_lost_is_acknowledged_and_stored_once(world: World, proxy: Proxy) -> None:
    execution = queued(world.ids.new())
    proxy.swallow_answers()
    appending = asyncio.create_task(world.store.append(member(execution)))
    await committed(world, execution.id)
    assert not appending.done()
    proxy.reset()
    answer = await asyncio.wait_for(appending, BACK_TO_WORK_S)
    assert isinstance(answer, Appended)
    assert answer.numbers == {execution.id: 2}
    assert [event.position for event in await world.direct.page(after=1, limit=10)] == [answer.position]


async def test_in_a_black_hole_every_call_ends_and_what_was_not_answered_may_come_again(
    world: World, proxy: Proxy
) -> None:
    execution, other = queued(world.ids.new()), queued(world.ids.new())
    await world.leases.beat(SERVER, ttl_s=15)
    in_flight, waiting = member(execution), Member(events=[logged(execution.id, 1, "x")])
    proxy.swallow_answers()
    sent = asyncio.create_task(timed(world.store.append(in_flight)))
    await committed(world, execution.id)
    proxy.black_hole()
    calls = {
        "append in flight": sent,
        "append behind it": timed(world.store.append(waiting)),
        "history": timed(world.store.history([execution.id])),
        "lease": timed(world.leases.beat(SERVER, ttl_s=15)),
        "artifact": timed(world.artifacts.put(b"x", "text/plain")),
        # more readers than connections: those who wait for one are bounded too
        **{f"page {n}": timed(world.store.page(after=0, limit=10)) for n in range(6)},
    }
    took = dict(zip(calls, await asyncio.gather(*calls.values()), strict=True))
    assert max(took.values()) < LONGEST_CALL_S, took
    assert max(took.values()) > 1, "the black hole took effect"

    subscription = world.feed.subscribe()
    proxy.heal()
    began = monotonic()
    answer = await world.store.append(in_flight)
    assert isinstance(answer, Appended)
    assert await world.direct.head(execution.id) == 1
    await world.store.append(waiting)
    await world.store.append(member(other))
    assert await world.leases.beat(SERVER, ttl_s=15) == 0
    positions = [event.position for event in await world.store.page(after=1, limit=10)]
    assert len(positions) == 3
    assert await seen_by(subscription, 3, BACK_TO_WORK_S) == positions
    assert monotonic() - began < BACK_TO_WORK_S


async def test_under_a_storm_of_cuts_nothing_acknowledged_is_lost_or_stored_twice(world: World, proxy: Proxy) -> None:
    writers, each, cuts = 6, 40, 25
    subscription = world.feed.subscribe()
    acknowledged: dict[int, tuple[object, int]] = {}
    progress = asyncio.Event()

    async def write() -> None:
        execution = queued(world.ids.new())
        members = [member(execution)]
        members += [Member(events=[logged(execution.id, n, f"line {n}", first_line=n)]) for n in range(1, each)]
        for one in members:
            while True:
                try:
                    answer = await world.store.append(one)
                except StoreUnavailable:
                    continue  # the same member again, as callers do
                break
            assert isinstance(answer, Appended)
            event = one.events[0]
            acknowledged[answer.position] = (event.originator_id, event.originator_version)
            progress.set()

    async def cut() -> None:
        for _ in range(cuts):
            progress.clear()
            await asyncio.wait_for(progress.wait(), LONGEST_CALL_S)  # work goes on between two cuts
            await asyncio.to_thread(proxy.reset)

    cutting = asyncio.create_task(cut())
    await asyncio.gather(*(write() for _ in range(writers)), cutting)
    stored = {event.position: (event.stream_id, event.version) for event in await world.direct.page(after=1, limit=999)}
    assert stored == acknowledged
    assert len(stored) == writers * each
    assert await seen_by(subscription, len(stored), BACK_TO_WORK_S) == sorted(stored)
    assert proxy.cuts > cuts


async def test_a_listen_connection_that_is_killed_costs_the_tail_nothing(world: World, database_url: str) -> None:
    subscription = world.feed.subscribe()
    execution = queued(world.ids.new())
    await world.direct.append(member(execution))
    await seen_by(subscription, 1, 2)
    connections = Connections(database_url)
    async with connections.use() as connection:
        for version in range(1, 4):
            async with asyncio.timeout(5):
                while not await ended_listeners(connection):
                    await asyncio.sleep(0.02)
            # Another server's append: nothing but NOTIFY or the poll can tell this process of it.
            answer = await world.direct.append(Member(events=[logged(execution.id, version, "x", first_line=version)]))
            assert isinstance(answer, Appended)
            assert await seen_by(subscription, 1, 2) == [answer.position]
    await connections.close()
    assert await world.direct.head(log_stream_id(execution.id)) == 3


async def test_a_feed_tells_those_of_other_servers_at_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "POLL_S", 3600.0)  # nothing but the hint can tell them
    ids = SequentialIds()
    async with contextlib.AsyncExitStack() as stack:
        ours, other = [await one_server(stack, database_url) for _ in range(2)]
        subscription = other[1].subscribe()
        listening = b"select from pg_stat_activity where datname = current_database() and query like 'LISTEN %%'"
        reads = Connections(database_url)
        stack.push_async_callback(reads.close)
        async with asyncio.timeout(10), reads.use() as connection:
            while len(await (await connection.execute(listening)).fetchall()) < 2:
                await asyncio.sleep(0.01)
        for position in range(1, 4):
            await ours[0].append(member(queued(ids.new())))
            assert await seen_by(subscription, 1, 5) == [position]


async def test_what_memory_holds_of_an_execution_is_what_stands_in_the_log(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "KEPT", 12)
    monkeypatch.setattr(feed_module, "RECALLED_BYTES", 5_000)
    ids = SequentialIds()
    async with contextlib.AsyncExitStack() as stack:
        store, feed = await one_server(stack, database_url)
        all_of_it = feed.subscribe()
        one = queued(ids.new())
        await store.append(member(one))
        for version in range(1, 4):
            await store.append(Member(events=[logged(one.id, version, "x", first_line=version)]))
            await store.append(member(queued(ids.new())))
        await seen_by(all_of_it, 7, 5)
        in_the_log = await store.history([one.id, log_stream_id(one.id)], limit=100)
        assert len(in_the_log) == 4
        for after in range(8):
            told = feed.recall(one.id, after)
            assert told is not None
            assert [x.event for x in told] == [x for x in in_the_log if x.position > after]
        assert feed.recall(ids.new(), 0) == [], "memory holds all there is: of another, nothing"

        for _ in range(8):
            await store.append(member(queued(ids.new())))
        await seen_by(all_of_it, 8, 5)  # 15 in all, and 12 are kept: from position 4 on
        assert feed.recall(one.id, 0) is feed.recall(one.id, 2) is None, "its start is forgotten: the log is asked"
        told = feed.recall(one.id, 3)
        assert told is not None
        assert [x.event for x in told] == in_the_log[2:]
        assert feed.recent(2, 100) is None
        assert [x.position for x in feed.recent(3, 100) or ()] == [*range(4, 16)]
        assert [x.position for x in feed.recent(13, 1) or ()] == [14]

        await store.append(Member(events=[logged(one.id, 4, "x" * 6_000, first_line=4)]))
        await seen_by(all_of_it, 1, 5)
        assert feed.recall(one.id, 15) is None, "too much to be held for a client that may not read"
        for _ in range(12):
            await store.append(member(queued(ids.new())))
        await seen_by(all_of_it, 12, 5)
        assert one.id not in feed._kept_of, "nothing is kept of what is forgotten"


async def one_server(stack: contextlib.AsyncExitStack, database_url: str) -> tuple[PostgresEventStore, PostgresFeed]:
    """A store with its feed, as each server has them."""
    reads = Connections(database_url)
    stack.push_async_callback(reads.close)
    store = PostgresEventStore(database_url, reads)
    await store.open()
    stack.push_async_callback(store.close)
    feed = PostgresFeed(database_url, reads, store)
    await feed.open()
    stack.push_async_callback(feed.close)
    return store, feed


async def test_the_feed_hears_of_appends_that_nobody_tells_of_by_the_poll(world: World, database_url: str) -> None:
    execution = queued(world.ids.new())
    subscription = world.feed.subscribe()
    await world.direct.append(member(execution))  # a store without a feed
    await seen_by(subscription, 1, 2)
    connections = Connections(database_url)
    async with connections.use() as connection:  # an event that nobody notifies of
        await connection.execute(
            b"insert into events (originator_id, originator_version, topic, state)"
            b" select originator_id, 2, 'execution.paused.v1', state from events where notification_id = 2"
        )
    await connections.close()
    assert await seen_by(subscription, 1, 2) == [3]
