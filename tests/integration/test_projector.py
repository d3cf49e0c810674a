"""The views: the same rows whatever the pages, live or from position 0; poison is parked; who is late is refused."""

import asyncio
import dataclasses
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from application.ports import Member, StoredEvent, StoreUnavailable
from application.projections.rows import ExecutionRow
from domain.event import RecordedEvent
from domain.execution import events as e
from domain.values import JsonText, log_stream_id
from infrastructure import mapper
from infrastructure.memory.system import SequentialIds
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import PostgresEventStore
from infrastructure.postgres.feed import PostgresFeed
from infrastructure.postgres.projector import Projector
from infrastructure.postgres.views import PostgresViews
from tests.contracts.event_store.conftest import logged, member
from tests.fixtures.api import until
from tests.unit.domain.given import cause, facts, hand_over, queued, running

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))
VIEWS = {
    "execution_view": "execution_id",
    "step_view": "execution_id, path",
    "log_view": "execution_id, first_line",
    "workflow_view": "workflow_id",
    "projection_position": "name",
}
Rows = dict[str, list[tuple[object, ...]]]
PAGES = [1, 7, 500]


def rows_of(url: str) -> Rows:
    """All rows of all views, byte for byte."""
    with psycopg.connect(url) as connection:
        return {
            view: connection.execute(f"select * from {view} order by {key}".encode()).fetchall()  # noqa: S608
            for view, key in VIEWS.items()
        }


def documents(rows: Rows) -> dict[UUID, ExecutionRow]:
    found = [msgspec.json.decode(row[-1], type=ExecutionRow) for row in rows["execution_view"]]  # type: ignore[arg-type]
    return {row.id: row for row in found}


def copy_log(source: str, target: str) -> None:
    """The same events at the same positions in another database."""
    with psycopg.connect(source) as read, psycopg.connect(target) as write:
        with write.cursor() as cursor:
            cursor.executemany(
                "insert into events (notification_id, originator_id, originator_version, topic, state, number)"
                " values (%s, %s, %s, %s, %s, %s)",
                read.execute(
                    "select notification_id, originator_id, originator_version, topic, state, number from events"
                ).fetchall(),
            )


@dataclasses.dataclass
class World:
    url: str
    store: PostgresEventStore
    feed: PostgresFeed
    projecting: Connections

    def projector(self, *, page: int = 1_000) -> Projector:
        return Projector(self.projecting, self.feed, pause_s=0, page=page)


@asynccontextmanager
async def world_on(url: str) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        reads, projecting = Connections(url), Connections(url, size=1, options="-c synchronous_commit=off")
        store = PostgresEventStore(url, reads)
        await store.open()
        feed = PostgresFeed(url, reads, store)
        await feed.open()
        for end in (projecting.close, reads.close, store.close, feed.close):
            stack.push_async_callback(end)
        yield World(url, store, feed, projecting)


@asynccontextmanager
async def at_work(projector: Projector) -> AsyncIterator[Projector]:
    task = asyncio.create_task(projector.run())
    try:
        yield projector
        assert not task.done(), "the projector goes on whatever comes"
    finally:
        await projector.close()
        await task


async def rebuilt(url: str, page: int) -> Rows:
    """The rows a projector makes of the whole log, from position 0."""
    async with world_on(url) as world, at_work(world.projector(page=page)) as projector:
        head = await world.store.head_position()
        assert await projector.wait_for(head, timeout_s=30)
    return rows_of(url)


def golden(seed: int, copies: int) -> list[RecordedEvent]:
    """Every recorded history some times over, with ids of its own, shuffled into each other."""
    ids, chance = SequentialIds(), random.Random(seed)
    streams: list[list[RecordedEvent]] = []
    for _ in range(copies):
        for file in HISTORIES:
            identity = ids.new()
            events: list[RecordedEvent] = []
            for one in json.loads(file.read_bytes())["events"]:
                body = msgspec.json.encode({key: one[key] for key in ("at", "actor", "cause", "workflow_id", "data")})
                stored = StoredEvent(
                    position=one["position"], stream_id=UUID(one["id"]), version=one["version"],
                    topic=f"{one['type']}.v{one['schema']}", body=body,
                )  # fmt: skip
                own = log_stream_id(identity) if one["stream"] == "log" else identity
                events.append(dataclasses.replace(mapper.decode_stored(stored), originator_id=own))
            streams.append(events)
    shuffled: list[RecordedEvent] = []
    while streams:
        stream = chance.choice(streams)
        shuffled.append(stream.pop(0))
        streams = [one for one in streams if one]
    return shuffled


async def append_all(store: PostgresEventStore, events: Sequence[RecordedEvent]) -> None:
    for begin in range(0, len(events), 20):
        await asyncio.gather(*(store.append(Member(events=[event])) for event in events[begin : begin + 20]))


async def test_rows_rebuilt_from_position_0_are_the_live_ones_byte_for_byte_whatever_the_pages(
    clone_database: Callable[[], str],
) -> None:
    seed = 20_261_125
    print(f"seed {seed}")
    url = clone_database()
    async with world_on(url) as world, at_work(world.projector()) as projector:
        await append_all(world.store, golden(seed, copies=4))
        assert await projector.wait_for(await world.store.head_position(), timeout_s=30)
        # Executions that are final leave memory: a late fact must find its row again.
        last = next(iter(documents(rows_of(url))))
        await world.store.append(Member(events=[logged(last, await world.store.head(log_stream_id(last)) + 1, "late",
                                                       first_line=900)]))  # fmt: skip
        assert await projector.wait_for(await world.store.head_position(), timeout_s=30)
        assert projector.parked == {}
    live = rows_of(url)
    assert len(live["execution_view"]) == 4 * len(HISTORIES)
    assert live["step_view"]
    assert live["log_view"]
    for page in PAGES:
        again = clone_database()
        copy_log(url, again)
        assert await rebuilt(again, page) == live, f"pages of {page}"


class CutOff(Connections):
    """Every second page is written and its answer lost, or not written at all."""

    pages = 0

    async def rows(self, name: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if name != "apply_page":
            return await super().rows(name, parameters)
        self.pages += 1
        if self.pages % 4 == 1:
            raise StoreUnavailable("cut off before it was sent")
        answer = await super().rows(name, parameters)
        if self.pages % 4 == 3:
            raise StoreUnavailable("cut off before the answer")
        return answer


async def test_a_page_whose_answer_is_lost_is_counted_once(clone_database: Callable[[], str]) -> None:
    url = clone_database()
    async with world_on(url) as world:
        await append_all(world.store, golden(20_261_126, copies=1))
        flaky = CutOff(url, size=1)
        async with at_work(Projector(flaky, world.feed, pause_s=0, page=20)) as projector:
            assert await projector.wait_for(await world.store.head_position(), timeout_s=60)
        assert flaky.pages > 8, "some pages were cut off"
        await flaky.close()
    again = clone_database()
    copy_log(url, again)
    assert await rebuilt(again, 500) == rows_of(url)


def with_nul(event: RecordedEvent) -> RecordedEvent:
    """As versions wrote it that let NUL in; and a text that only looks like one."""
    if isinstance(event, e.StepFailed):
        return dataclasses.replace(event, error=dataclasses.replace(event.error, message="a\0b and \\u0000"))
    if isinstance(event, e.StepCompleted):
        return dataclasses.replace(
            event, output=JsonText(msgspec.json.encode("a\0b and \\u0000")), output_artifact=None
        )
    if isinstance(event, e.Created):
        return dataclasses.replace(event, inputs=JsonText(msgspec.json.encode({"q": "a\0b and \\u0000"})))
    return event


async def test_a_row_that_holds_nul_hides_no_other(clone_database: Callable[[], str]) -> None:
    url = clone_database()
    events = golden(20_261_127, copies=1)
    async with world_on(url) as world, at_work(world.projector()) as projector:
        await append_all(world.store, [with_nul(event) for event in events])
        assert await projector.wait_for(await world.store.head_position(), timeout_s=30)
    documents_now = documents(rows_of(url)).values()
    connections = Connections(url)
    views = PostgresViews(connections)
    try:
        ended, given = 0, 0
        for workflow_id in {row.workflow_id for row in documents_now}:
            ended += len(await views.last_ended(workflow_id, 100))
            steps = {event.path for event in events if isinstance(event, e.StepCompleted)}
            given += len(await views.last_outputs(workflow_id, [*steps]))
        assert ended == sum(row.status in ("completed", "failed", "stopped") and not row.part for row in documents_now)
        assert given > 0
        await views.recent_steps(workflows=10, each=10, rows=100)
    finally:
        await connections.close()


POISON: dict[str, tuple[str, bytes]] = {
    "a topic of a newer version": ("execution.teleported.v9", b'{"data":{}}'),
    "a damaged body": ("execution.step_started.v1", b'{"data":'),
    "a number that is none": ("execution.step_completed.v1", b'{"data":{"output":NaN}}'),
    "another shape": ("execution.step_started.v1", b"[]"),
    "deep nesting": ("execution.step_completed.v1", b"[" * 200_000),
}


def insert_raw(url: str, stream: UUID, version: int, topic: str, state: bytes) -> int:
    """An event as something else than this code wrote it; its position."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "insert into events (originator_id, originator_version, topic, state) values (%s, %s, %s, %s)"
            " returning notification_id",
            (stream, version, topic, state),
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("what", POISON)
async def test_a_poison_event_parks_its_execution_and_never_stops_the_projector(database_url: str, what: str) -> None:
    topic, state = POISON[what]
    ids = SequentialIds()
    poisoned, healthy = running(ids.new()), running(ids.new())
    async with world_on(database_url) as world, at_work(world.projector()) as projector:
        hand_over(poisoned, "a")
        await world.store.append(member(poisoned, healthy))
        version = await world.store.head(poisoned.id)
        assert await projector.wait_for(await world.store.head_position(), timeout_s=5)
        before = documents(rows_of(database_url))[poisoned.id]
        at = insert_raw(database_url, poisoned.id, version + 1, topic, state)
        # What follows in both of its streams changes nothing any more; others are not touched.
        await world.store.append(Member(events=[logged(poisoned.id, 1, "after")]))
        hand_over(healthy, "b")
        await world.store.append(member(healthy))
        assert await projector.wait_for(await world.store.head_position(), timeout_s=5)
        assert [*projector.parked] == [poisoned.id]
    rows = documents(rows_of(database_url))
    parked = rows[poisoned.id].parked
    assert parked is not None
    assert parked.startswith(f"position {at}: ")
    rows[poisoned.id].parked = None
    assert rows[poisoned.id] == before
    assert rows[healthy.id].current == ["b"]
    async with world_on(database_url) as world, at_work(world.projector()) as projector:  # after a restart
        await world.store.append(Member(events=[logged(poisoned.id, 2, "later", first_line=2)]))
        assert await projector.wait_for(await world.store.head_position(), timeout_s=5)
        assert [*projector.parked] == [poisoned.id], "the alert does not end with the process"


async def test_poison_anywhere_gives_the_same_rows_whatever_the_pages(clone_database: Callable[[], str]) -> None:
    url = clone_database()
    ids = SequentialIds()
    executions = [running(ids.new()) for _ in range(12)]
    async with world_on(url) as world:
        for execution in executions:
            await world.store.append(member(execution))
        first_poison = [*POISON.values()]
        for number, execution in enumerate(executions[:5]):
            insert_raw(url, execution.id, 3, *first_poison[number])
        # Values the tables refuse although the events can be read: NUL in a path, a line number given twice.
        hand_over(executions[5], "a\0b")
        hand_over(executions[6], "fine")
        await world.store.append(member(*executions[5:7]))
        twice = [logged(executions[7].id, version, "same number") for version in (1, 2)]
        for event in twice:
            await world.store.append(Member(events=[event]))
        never_created = ids.new()
        insert_raw(url, never_created, 1, "execution.created.v1", b"{}")
        await world.store.append(Member(events=[logged(never_created, 1, "of nothing")]))
        for execution in executions:
            path = "z"
            if execution not in executions[:5]:
                hand_over(execution, path)
                await world.store.append(member(execution))
            await world.store.append(
                Member(events=[logged(execution.id, await world.store.head(log_stream_id(execution.id)) + 1, "end",
                                      first_line=50)])
            )  # fmt: skip
    found: list[Rows] = []
    for page in PAGES:
        again = clone_database()
        copy_log(url, again)
        found.append(await rebuilt(again, page))
    assert found[0] == found[1] == found[2]
    parked = {execution_id for execution_id, row in documents(found[0]).items() if row.parked is not None}
    assert parked == {execution.id for execution in [*executions[:6], executions[7]]}
    assert documents(found[0])[executions[6].id].current == ["fine", "z"]


async def test_a_projector_that_was_frozen_is_refused_and_follows(database_url: str) -> None:
    """Its write names the position it began at; the one in the table must still be that."""
    async with world_on(database_url) as world:
        execution = running()
        await world.store.append(member(execution))
        frozen = Connections(database_url, size=1)
        late = Projector(frozen, world.feed, pause_s=0)
        async with at_work(late):
            assert await late.wait_for(2, timeout_s=5)
            # Hold its next write at the row it must move, as a process that is stopped in the middle would be.
            async with await psycopg.AsyncConnection.connect(database_url) as other:
                await other.execute("select from projection_position for update")
                hand_over(execution, "a")
                await world.store.append(member(execution))
                async with asyncio.timeout(5):
                    waiting = "select count(*) from pg_stat_activity where query like '%apply_page%' and wait_event_type = 'Lock'"  # noqa: E501
                    while (await (await other.execute(waiting)).fetchall())[0][0] == 0:
                        await asyncio.sleep(0.01)
                # Meanwhile another projector has applied this page, and more of it.
                execution.complete_step(cause(), "a", 1, output=b"1")  # type: ignore[arg-type]
                await world.store.append(member(execution))
                await other.execute("update projection_position set position = 4")
                await other.execute("update execution_view set doc = %s", (b"written by the other",))
                await other.commit()
            assert await late.wait_for(4, timeout_s=5)
        await frozen.close()
        with psycopg.connect(database_url) as connection:
            assert connection.execute("select doc from execution_view").fetchall() == [(b"written by the other",)]
            assert connection.execute("select * from step_view").fetchall() == []


async def test_two_projectors_at_once_make_the_rows_one_would_have_made(clone_database: Callable[[], str]) -> None:
    url = clone_database()
    async with world_on(url) as one, world_on(url) as two:
        async with at_work(one.projector(page=3)) as first, at_work(two.projector(page=5)) as second:
            await append_all(one.store, golden(7, copies=2))
            head = await one.store.head_position()
            assert await first.wait_for(head, timeout_s=30)
            assert await second.wait_for(head, timeout_s=30)
    again = clone_database()
    copy_log(url, again)
    assert await rebuilt(again, 500) == rows_of(url)


async def test_position_and_rows_are_written_in_one_transaction(database_url: str) -> None:
    """Killed in the middle of a page, nothing of the page stays, and it is applied again."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            """
            create table slow as select 1;
            create function stop_there() returns trigger language plpgsql as $$
            begin if exists (select from slow) then perform pg_sleep(60); end if; return null; end $$;
            create trigger stop_there after insert on step_view for each row execute function stop_there();
            """
        )
        async with world_on(database_url) as world, at_work(world.projector()) as projector:
            execution = queued()
            await world.store.append(member(execution))
            assert await projector.wait_for(1, timeout_s=5)
            execution.start(cause(), owner=UUID(int=1), epoch=1, isolation="process")
            hand_over(execution, "a")
            await world.store.append(Member(events=facts(execution)))
            writing = "select pid from pg_stat_activity where query like '%apply_page%' and wait_event = 'PgSleep'"
            (pid,) = await asyncio.to_thread(until, lambda: connection.execute(writing).fetchone())
            rows = rows_of(database_url)
            assert rows["projection_position"] == [("views", 1)]
            assert [row[3] for row in rows["execution_view"]] == ["queued"]
            connection.execute("delete from slow")  # for the next try
            connection.execute("select pg_terminate_backend(%s)", (pid,))
            assert await asyncio.to_thread(
                until, lambda: rows_of(database_url)["projection_position"] == [("views", 3)] or None
            )
    assert [row[3] for row in rows_of(database_url)["execution_view"]] == ["running"]
