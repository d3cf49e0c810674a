"""Each trap of the log, on real Postgres: order seen by readers, locks, time-outs, batches, holes."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from application.ports import Appended, IdempotencyGuard, LeadingMemberFailed, Member, StoreUnavailable, VersionConflict
from domain.event import RecordedEvent
from domain.values import log_stream_id
from infrastructure.memory.system import SequentialIds
from infrastructure.postgres.connection import Connections, connect
from infrastructure.postgres.event_store import BATCH_EVENTS, MAX_BYTES, MAX_EVENTS, PostgresEventStore
from infrastructure.postgres.feed import PostgresFeed
from infrastructure.postgres.projector import Projector
from tests.contracts.event_store.conftest import logged, member
from tests.unit.domain.given import facts, queued, running

ROOT = Path(__file__).parents[2]
WRITERS, APPENDS = 8, 400
LOCK = b"select pg_advisory_xact_lock(8245928655720965490)"


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def opened_store(stack: AsyncExitStack, url: str) -> PostgresEventStore:
    connections = Connections(url)
    store = PostgresEventStore(url, connections)
    await store.open()
    stack.push_async_callback(connections.close)
    stack.push_async_callback(store.close)
    return store


async def client(stack: AsyncExitStack, url: str) -> psycopg.AsyncConnection:
    """Another program on the same database, without any of our session settings."""
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    stack.push_async_callback(connection.close)
    return connection


def lines(execution_id: UUID, first: int, count: int) -> list[RecordedEvent]:
    return [logged(execution_id, n, f"line {n}", first_line=n) for n in range(first, first + count)]


# ── what a reader sees ──


async def test_eight_writers_and_a_reader_that_follows_positions_skips_nothing(
    database_url: str, stack: AsyncExitStack
) -> None:
    busy = await client(stack, database_url)
    await busy.execute(
        """
        create function dawdle() returns trigger language plpgsql as $$
        begin
            if random() < 0.1 then perform pg_sleep(0.003); end if;  -- the process waits for a core
            return null;
        end $$;
        create trigger dawdle after insert on events for each statement execute function dawdle();
        """
    )
    writers = [await opened_store(stack, database_url) for _ in range(WRITERS)]
    reader = await opened_store(stack, database_url)
    reads = Connections(database_url)
    stack.push_async_callback(reads.close)
    feed = PostgresFeed(database_url, reads, reader)
    await feed.open()
    stack.push_async_callback(feed.close)
    subscription = feed.subscribe()
    ids = SequentialIds()
    ended = asyncio.Event()

    async def write(store: PostgresEventStore, number: int) -> None:
        execution = queued(ids.new())
        await store.append(member(execution))
        version = 1
        for n in range(1, APPENDS):
            size = 1 + (n + number) % 5
            await store.append(Member(events=lines(execution.id, version, size)))
            version += size

    async def follow() -> list[int]:
        seen: list[int] = []
        while True:
            last_look = ended.is_set()
            page = await reader.page(after=seen[-1] if seen else 0, limit=100)
            seen += [event.position for event in page]
            if last_look and not page:
                return seen
            await asyncio.sleep(0)

    async def listen() -> list[int]:
        seen: list[int] = []
        async with asyncio.timeout(30):  # one who was not told of the last position would listen for ever
            while not (ended.is_set() and seen and seen[-1] == await reader.head_position()):
                await subscription.wait(0.2)
                seen += [told.event.position for told in subscription.take()]
                # Of a feed that has ended (the test has failed) there is nothing to wait for: it would spin for ever.
                assert not subscription.overflowed
                assert not subscription.ended
        return seen

    following, listening = asyncio.create_task(follow()), asyncio.create_task(listen())
    await asyncio.gather(*(write(store, number) for number, store in enumerate(writers)))
    ended.set()
    reads_of_log = await reads.rows("page", (0, 1_000_000))
    stored = [row[0] for row in reads_of_log]
    assert len(stored) > WRITERS * APPENDS
    seen = await following
    skipped = sorted(set(stored) - set(seen))
    assert skipped == [], f"{len(skipped)} events were never seen by a reader that follows positions"
    assert seen == stored
    assert await listening == stored


async def test_positions_with_holes_are_fine_and_versions_have_none(database_url: str, stack: AsyncExitStack) -> None:
    store = await opened_store(stack, database_url)
    reads = Connections(database_url)
    stack.push_async_callback(reads.close)
    feed = PostgresFeed(database_url, reads, store)
    await feed.open()
    stack.push_async_callback(feed.close)
    projector = Projector(reads, feed, pause_s=0)
    running_projector = asyncio.create_task(projector.run())
    subscription = feed.subscribe()
    crashed = await client(stack, database_url)
    execution = running(SequentialIds().new())
    await store.append(member(execution))
    for version in (1, 2, 3):
        # What a crash between taking a position and committing leaves behind.
        await crashed.execute("select nextval(pg_get_serial_sequence('events', 'notification_id'))")
        await store.append(Member(events=lines(execution.id, version, 1)))
    stored = await store.page(after=0, limit=100)
    assert [event.position for event in stored] == [1, 2, 4, 6, 8]
    assert [event.version for event in stored if event.stream_id == log_stream_id(execution.id)] == [1, 2, 3]
    told: list[int] = []
    async with asyncio.timeout(5):
        while len(told) < 5:
            await subscription.wait(1)
            told += [one.event.position for one in subscription.take()]
    assert told == [1, 2, 4, 6, 8]
    assert await projector.wait_for(8, timeout_s=5)
    await projector.close()
    await running_projector


# ── locks and time-outs ──


@pytest.fixture
def sessions(database_url: str) -> Callable[[], dict[str, set[tuple[str, ...]]]]:
    """What the sessions that wrote events and views had set, noted by the database at the moment of writing.

    The database itself says otherwise, as an operator might have.
    """
    name = conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f'alter database "{name}" set synchronous_commit = off'.encode())
        connection.execute(
            """
            create table noted (what text, synchronous text, lock_wait text, idle text, statement text);
            create function note() returns trigger language plpgsql as $$
            begin
                insert into noted select tg_table_name, current_setting('synchronous_commit'),
                    current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'),
                    current_setting('statement_timeout');
                return null;
            end $$;
            create trigger note after insert on events for each statement execute function note();
            create trigger note after update on projection_position for each statement execute function note();
            """
        )

    def noted() -> dict[str, set[tuple[str, ...]]]:
        found: dict[str, set[tuple[str, ...]]] = {}
        with psycopg.connect(database_url) as connection:
            for what, *rest in connection.execute("select * from noted"):
                found.setdefault(what, set()).add(tuple(rest))
        return found

    return noted


async def test_events_are_written_with_synchronous_commit_and_every_session_has_its_time_outs(
    database_url: str, stack: AsyncExitStack, sessions: Callable[[], dict[str, set[tuple[str, ...]]]]
) -> None:
    """The projector alone may do without: its rows are derived again from the log."""
    store = await opened_store(stack, database_url)
    projecting = Connections(database_url, size=1, options="-c synchronous_commit=off")
    stack.push_async_callback(projecting.close)
    feed = PostgresFeed(database_url, projecting, store)
    await feed.open()
    stack.push_async_callback(feed.close)
    projector = Projector(projecting, feed, pause_s=0)
    task = asyncio.create_task(projector.run())
    answer = await store.append(member(queued()))
    assert isinstance(answer, Appended)
    assert await projector.wait_for(answer.position, timeout_s=5)
    await projector.close()
    await task
    assert sessions() == {
        "events": {("on", "4s", "2s", "30s")},
        "projection_position": {("off", "4s", "2s", "30s")},
    }


async def test_a_client_that_stalls_with_the_append_lock_is_ended_by_the_server(
    database_url: str, stack: AsyncExitStack
) -> None:
    store = await opened_store(stack, database_url)
    stalled = await connect(database_url)  # one of ours: SIGSTOPped, or its machine is gone
    await stalled.execute(b"begin")
    await stalled.execute(LOCK)
    began = monotonic()
    assert isinstance(await store.append(member(queued())), Appended)
    assert 1 < monotonic() - began < 4, "it waited for the lock, and not for ever"
    await stalled.close()


async def test_while_a_foreign_program_holds_the_append_lock_an_append_ends_within_ten_seconds(
    database_url: str, stack: AsyncExitStack
) -> None:
    store = await opened_store(stack, database_url)
    foreign = await client(stack, database_url)
    await foreign.execute("begin")
    await foreign.execute(LOCK)
    waiting = member(queued())
    began = monotonic()
    with pytest.raises(StoreUnavailable):
        await store.append(waiting)
    assert monotonic() - began < 10
    await foreign.execute("rollback")
    assert isinstance(await store.append(waiting), Appended)


async def test_vacuum_and_analyze_pass_while_an_append_is_under_way(database_url: str, stack: AsyncExitStack) -> None:
    store = await opened_store(stack, database_url)
    execution = queued()
    await store.append(member(execution))
    appending, keeper = await client(stack, database_url), await client(stack, database_url)
    await keeper.execute("set lock_timeout = '500ms'")
    await appending.execute("begin")
    none = "'{}'"
    await appending.execute(
        f"select append_batch(array['{execution.id}'::uuid], array[2::bigint], array['x.v1'], array['{{}}'::bytea],"
        f" array[null::uuid], {', '.join([none] * 25)})".encode()
    )
    for statement in ("vacuum events", "analyze events", "vacuum (analyze) events"):
        await keeper.execute(statement.encode())
    await appending.execute("commit")
    assert await store.head(execution.id) == 2


def test_the_librarys_recorders_are_never_loaded_whatever_the_environment_says(database_url: str) -> None:
    """Its database functions take no lock and lose events for readers (POSTGRES_ENABLE_DB_FUNCTIONS)."""
    code = "import sys, interfaces.bootstrap; print(sorted(m for m in sys.modules if m.startswith('eventsourcing.')))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT), "POSTGRES_ENABLE_DB_FUNCTIONS": "true", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    loaded = {name.split(".")[1] for name in eval(said)}  # noqa: S307 - our own list
    assert "domain" in loaded
    assert not loaded & {"postgres", "sqlite", "popo", "application", "system", "projection"}
    with psycopg.connect(database_url) as connection:
        functions = connection.execute(
            "select proname from pg_proc where pronamespace = 'public'::regnamespace order by 1"
        )
        assert [name for (name,) in functions] == ["append_batch", "append_members", "apply_page"]


# ── batches ──


async def transactions(stack: AsyncExitStack, url: str) -> list[list[UUID]]:
    """Streams of the events each transaction stored, in order."""
    connection = await client(stack, url)
    cursor = await connection.execute("select xmin::text, originator_id from events order by notification_id")
    found: dict[str, list[UUID]] = {}
    for transaction, stream in await cursor.fetchall():
        found.setdefault(transaction, []).append(stream)
    return [*found.values()]


async def test_a_batch_is_bounded_and_never_splits_a_member(database_url: str, stack: AsyncExitStack) -> None:
    store = await opened_store(stack, database_url)
    ids = SequentialIds()
    sizes = [90] * 10 + [MAX_EVENTS]
    members = [Member(events=lines(ids.new(), 1, size)) for size in sizes]
    await asyncio.gather(*(store.append(one) for one in members))
    *small, large = await transactions(stack, database_url)
    assert max(map(len, small)) <= BATCH_EVENTS
    assert len(small) < 10, "members share transactions"
    assert all(set(Counter(streams).values()) == {90} for streams in small)
    assert len(large) == MAX_EVENTS, "a large member has one of its own"


async def test_a_member_over_a_megabyte_commits_alone(database_url: str, stack: AsyncExitStack) -> None:
    store = await opened_store(stack, database_url)
    ids = SequentialIds()
    small, big, last = ids.new(), ids.new(), ids.new()
    text = "x" * 64 * 1024
    await asyncio.gather(
        store.append(Member(events=lines(small, 1, 1))),
        store.append(Member(events=[logged(big, n, text, first_line=n) for n in range(1, MAX_BYTES // len(text) + 3)])),
        store.append(Member(events=lines(last, 1, 1))),
    )
    assert [set(streams) for streams in await transactions(stack, database_url)] == [
        {log_stream_id(small)}, {log_stream_id(big)}, {log_stream_id(last)}
    ]  # fmt: skip


async def test_a_failing_member_is_taken_out_with_its_followers_and_the_rest_is_stored_in_order(
    database_url: str, stack: AsyncExitStack
) -> None:
    store = await opened_store(stack, database_url)
    ids = SequentialIds()
    good, bad = [ids.new() for _ in range(3)], ids.new()
    answers = await asyncio.gather(
        store.append(Member(events=lines(good[0], 1, 2))),
        store.append(Member(events=lines(bad, 5, 1))),
        store.append(Member(events=lines(good[1], 1, 2))),
        store.append(Member(events=[*lines(bad, 6, 1), *lines(good[2], 1, 1)])),
        store.append(Member(events=lines(good[2], 2, 1))),
        store.append(Member(events=lines(good[0], 3, 1))),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [
        Appended, VersionConflict, Appended, LeadingMemberFailed, LeadingMemberFailed, Appended
    ]  # fmt: skip
    streams = [log_stream_id(good[n]) for n in (0, 0, 1, 1, 0)]
    assert await transactions(stack, database_url) == [streams]


async def test_a_member_the_database_cannot_hold_fails_alone_and_the_committer_goes_on(
    database_url: str, stack: AsyncExitStack
) -> None:
    store = await opened_store(stack, database_url)
    ids = SequentialIds()

    def keyed(key: str) -> Member:
        execution = queued(ids.new())
        guard = IdempotencyGuard(scope="s", key=key, body_hash=b"", execution_id=execution.id)
        return Member(events=facts(execution), idempotency=guard)

    answers = await asyncio.gather(
        store.append(keyed("good")),
        store.append(keyed("nul \0 in a text column")),
        store.append(keyed("half a character \ud800")),
        store.append(keyed("also good")),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [Appended, StoreUnavailable, StoreUnavailable, Appended]
    assert isinstance(await store.append(keyed("later")), Appended)


async def test_a_member_whose_caller_gave_up_before_it_was_sent_is_not_stored(
    database_url: str, stack: AsyncExitStack
) -> None:
    store = await opened_store(stack, database_url)
    holder = await client(stack, database_url)
    await holder.execute("begin")
    await holder.execute(LOCK)
    ids = SequentialIds()
    first, given_up, last = (Member(events=lines(ids.new(), 1, 1)) for _ in range(3))
    sent = asyncio.create_task(store.append(first))
    async with asyncio.timeout(5):
        blocked = b"select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while (await (await holder.execute(blocked)).fetchall())[0][0] == 0:
            await asyncio.sleep(0.01)
    behind = asyncio.create_task(store.append(given_up))
    await asyncio.sleep(0)
    behind.cancel()
    await holder.execute("rollback")
    await sent
    await store.append(last)
    assert await store.head(given_up.events[0].originator_id) == 0
    assert await store.head(last.events[0].originator_id) == 1
