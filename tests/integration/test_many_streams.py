"""Many clients at once, some that never read: who reads gets a whole record, and nothing is left of the others."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import Message

from application.ports import StoredEvent, StoreUnavailable
from benchmarks.watchers import SocketWatcher, SseWatcher, Watcher
from infrastructure.postgres.feed import Told
from interfaces.bootstrap import listen_on
from interfaces.http import line, sse
from interfaces.http.following import FIRST_PAGE, LARGEST_PAGE, PAGE_BYTES, follow, limit_after
from interfaces.http.line import SEND_TIMEOUT_S
from interfaces.http.sse import CHUNK_BYTES, chunks
from tests.fixtures.api import Api, python, until, workflow
from tests.fixtures.server import RunningServer, serving

CLIENTS, SILENT, EXECUTIONS = 50, 3, 5
TALKS = """
import os, time
def main(gate):
    while not os.path.exists(gate):
        print("x" * 500)
        time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples", RUNWRIGHT_ATTEMPT_LIMIT="5", RUNWRIGHT_LOG_FLUSH_MS="50") as running:
        yield running


async def told_more(watchers: list[Watcher], more: int) -> None:
    """Return once each has so many events more than now."""
    wanted = [len(watcher.positions) + more for watcher in watchers]
    async with asyncio.timeout(60):
        while any(len(watcher.positions) < n for watcher, n in zip(watchers, wanted, strict=True)):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("kind", [SseWatcher, SocketWatcher])
async def test_many_clients_some_cut_at_once_and_some_silent_all_who_read_have_everything(
    server: RunningServer, kind: type[Watcher], tmp_path: Path
) -> None:
    api = Api(server.url)
    gate = tmp_path / "gate"
    workflow_id = api.save(workflow("many", python("a", TALKS, args={"gate": str(gate)})))
    ids = [api.run(workflow_id) for _ in range(EXECUTIONS)]
    watchers: list[Watcher] = [kind(server.url, ids[n % EXECUTIONS]) for n in range(CLIENTS)]
    await asyncio.gather(*(watcher.open() for watcher in watchers))
    silent = [kind(server.url, ids[0]) for _ in range(SILENT)]
    await asyncio.gather(*(watcher.open(reads=False) for watcher in silent))
    await told_more(watchers, 10)

    cut = watchers[::2]
    for watcher in cut:
        watcher.cut()
    await asyncio.gather(*(watcher.over.wait() for watcher in cut))
    await told_more(watchers[1::2], 5)
    await asyncio.gather(*(watcher.open() for watcher in cut))
    await told_more(watchers, 5)
    gate.touch()
    async with asyncio.timeout(60):
        await asyncio.gather(*(watcher.over.wait() for watcher in watchers))
    assert all(watcher.whole for watcher in watchers)
    stored = {one: [event["position"] for event in api.events(one)] for one in ids}
    assert all(watcher.positions == stored[ids[n % EXECUTIONS]] for n, watcher in enumerate(watchers))
    assert not any(watcher.positions for watcher in silent)
    for watcher in (*silent, *watchers):
        watcher.cut()
    until(lambda: "runwright_streams 0.0" in httpx.get(f"{server.url}/metrics").text or None)
    api.close()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the kernel ends such connections on Linux")
def test_the_kernel_is_told_to_end_connections_that_nobody_reads() -> None:
    """Only that it is told: the end itself takes half a minute, and benchmarks/streams.py waits for it."""
    with listen_on("127.0.0.1", 0) as listener:
        listener.setblocking(True)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            limit_ms = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert limit_ms == SEND_TIMEOUT_S * 1000


async def test_a_client_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "SEND_TIMEOUT_S", 0.02)
    monkeypatch.setattr(line, "LOOK_S", 0.01)
    closed: list[bool] = []

    async def source() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"data: 1\n\n"
        finally:
            closed.append(True)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()  # as a full line: never again

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    await sse.EventStream(source())({}, receive, send)
    assert closed == [True], "its subscription is given back"


async def test_a_database_that_does_not_answer_closes_a_stream_to_be_opened_again() -> None:
    closed: list[bool] = []

    async def history(*_: object, **__: object) -> list[StoredEvent]:
        raise StoreUnavailable("cut off")

    subscription = SimpleNamespace(close=lambda: closed.append(True))
    service: Any = SimpleNamespace(
        feed=SimpleNamespace(subscribe=lambda _: subscription, recall=lambda *_: None, tell=Told),
        queries=SimpleNamespace(store=SimpleNamespace(history=history)),
    )
    assert [batch async for batch in follow(service, UUID(int=1), 0)] == []
    assert closed == [True]


def test_a_page_of_the_log_is_judged_by_its_bytes() -> None:
    def page(count: int, size: int) -> list[StoredEvent]:
        return [
            StoredEvent(position=n, stream_id=UUID(int=1), version=n, topic="t", body=b"x" * size)
            for n in range(1, count + 1)
        ]

    assert limit_after(page(FIRST_PAGE, 500)) == 4 * FIRST_PAGE
    assert limit_after(page(LARGEST_PAGE, 200)) == LARGEST_PAGE
    assert limit_after(page(FIRST_PAGE, 64 * 1024)) * 64 * 1024 <= PAGE_BYTES
    assert limit_after(page(1, 10 * PAGE_BYTES)) == 1


@pytest.mark.parametrize("size", [500, 50_000, PAGE_BYTES + 1])
async def test_no_more_of_the_log_is_held_for_a_client_than_a_page_and_it_is_told_everything(size: int) -> None:
    log = [
        StoredEvent(position=n, stream_id=UUID(int=1), version=n, topic="execution.step_logged.v1", body=b"x" * size)
        for n in range(1, 60)
    ]

    async def history(_: object, *, after: int, limit: int) -> list[StoredEvent]:
        return [event for event in log if event.position > after][:limit]

    subscription = SimpleNamespace(close=lambda: None, take=lambda: (), overflowed=False, ended=True)
    service: Any = SimpleNamespace(
        feed=SimpleNamespace(subscribe=lambda _: subscription, recall=lambda *_: None, tell=Told),
        queries=SimpleNamespace(store=SimpleNamespace(history=history)),
    )
    batches = [batch.events async for batch in follow(service, UUID(int=1), 0)]
    assert [told.event.position for batch in batches for told in batch] == [*range(1, 60)]
    held = max(sum(len(told.event.body) for told in batch) for batch in batches)
    assert held <= max(PAGE_BYTES, size)


def test_what_a_slow_client_missed_is_held_piece_by_piece() -> None:
    asked = 0

    def messages() -> Iterator[bytes]:
        nonlocal asked
        for _ in range(1_000):
            asked += 1
            yield b"x" * 10_000

    first, *rest = chunks(messages())
    pieces = chunks(messages())
    asked = 0
    assert next(pieces) == first
    assert asked * 10_000 < 2 * CHUNK_BYTES
    assert sum(map(len, [first, *rest])) == 1_000 * 10_000
