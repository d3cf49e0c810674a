"""A reader that does not keep up: closed with what it has, never given a gap, and whole again after it resumes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from application.ports import Appended, Member
from domain.event import RecordedEvent
from domain.values import NULL
from infrastructure.postgres.feed import SUBSCRIPTION_EVENTS
from interfaces.bootstrap import Running, open_service
from interfaces.http.stream import of_execution
from interfaces.settings import Settings
from tests.contracts.event_store.conftest import logged, member
from tests.unit.domain.given import cause, facts, running

SERVER = UUID("01900000-0000-7000-8000-0000000000ee")
AFTER_LIMIT = 700


@pytest.fixture
async def service(database_url: str, data_folder: Path) -> AsyncIterator[Running]:
    settings = Settings(data_dir=data_folder, database_url=database_url, attempt_limit=1, idle_workers=0)
    async with open_service(settings, database_url, server_id=SERVER) as opened:
        yield opened


def told(chunk: bytes) -> list[tuple[int | None, str]]:
    """(position, type) of the messages in what was sent."""
    found: list[tuple[int | None, str]] = []
    for text in chunk.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in text.split("\n") if ": " in line and not line.startswith(":"))
        if "data" in fields:
            json.loads(fields["data"])
            found.append((int(fields["id"]) if "id" in fields else None, fields["event"]))
    return found


async def test_a_reader_that_stops_reading_is_closed_and_resumes_without_a_gap(service: Running) -> None:
    execution = running()
    begun = await service.store.append(member(execution))
    assert isinstance(begun, Appended)
    expected = [*begun.positions]
    before = service.feed.subscriptions
    reader = of_execution(service.service, execution.id, 0)
    got: list[tuple[int | None, str]] = []
    while len(got) < len(expected):
        got += told(await anext(reader))
    # The reader is idle now, in the middle of a send as it were; more happens than its queue holds.
    version = 0
    while len(expected) < SUBSCRIPTION_EVENTS + AFTER_LIMIT:
        events: list[RecordedEvent] = [
            logged(execution.id, version + n, "x", first_line=version + n) for n in range(1, 101)
        ]
        version += len(events)
        answer = await service.store.append(Member(events=events))
        assert isinstance(answer, Appended)
        expected += answer.positions
    execution.complete(
        cause(), result=NULL, result_artifact=None, handled_failures=0, log_events=version, log_lines=version,
        dropped_lines=0,
    )  # fmt: skip
    ended = await service.store.append(Member(events=facts(execution)))
    assert isinstance(ended, Appended)
    expected += ended.positions
    connections = 0
    kept = 0
    while not got or got[-1][1] != "end":
        async for chunk in reader:
            got += told(chunk)
        connections += 1
        if connections == 1:
            kept = len(got)
            assert got[-1][1] != "end", "it was closed for being behind, not at the end"
        last = next(position for position, _ in reversed(got) if position is not None)
        if got[-1][1] != "end":
            reader = of_execution(service.service, execution.id, last)
    assert [position for position, kind in got if kind != "end"] == expected
    assert kept <= SUBSCRIPTION_EVENTS + 2, "a queue is bounded"
    assert connections == 2
    assert service.feed.subscriptions == before, "nothing of a reader is left"
