"""A line that breaks 200 times, anywhere in a message or in a handshake: the client's record is whole all the same."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from tests.fixtures.api import Api, Json, python, workflow
from tests.fixtures.proxy import Proxy
from tests.fixtures.server import RunningServer, serving

CUTS, SEED = 200, 20_251_125
SHORTEST = 100
"""Bytes of answers before a cut: the shortest break the handshake, the longest tell several events."""
TALKS = """
import os, time
def main(gate, fails):
    n = 0
    while not os.path.exists(gate):
        print("line", n)
        n += 1
        time.sleep(0.005)
    if fails:
        raise ValueError("as asked")
"""
RANK = {"queued": 0, "running": 1, "stopping": 2, "completed": 3, "failed": 3, "stopped": 3}
BECOMES = {
    "execution.created": "queued", "execution.started": "running", "execution.stop_requested": "stopping",
    "execution.completed": "completed", "execution.failed": "failed", "execution.stopped": "stopped",
}  # fmt: skip
LINE_BROKE = (httpx.TransportError, ConnectionClosed, InvalidHandshake, OSError, EOFError, TimeoutError)


@dataclass
class Record:
    """What a client knows: everything it was ever told, over all its connections."""

    events: list[Json] = field(default_factory=list[Json])
    end: Json | None = None
    connections: int = 0

    @property
    def last(self) -> int:
        return self.events[-1]["position"] if self.events else 0

    @property
    def statuses(self) -> list[str]:
        return [BECOMES[event["type"]] for event in self.events if event["type"] in BECOMES]


def by_events(url: str, execution_id: str, record: Record) -> None:
    """One connection by Server-Sent Events. Only messages that are whole count, as in a browser."""
    headers = {"Last-Event-ID": str(record.last)} if record.events else {}
    rest = b""
    with httpx.stream("GET", f"{url}/api/v1/executions/{execution_id}/stream", headers=headers, timeout=30) as answer:
        for piece in answer.iter_bytes():
            *whole, rest = (rest + piece).split(b"\n\n")
            for message in whole:
                fields = dict(line.split(b": ", 1) for line in message.split(b"\n") if not line.startswith(b":"))
                if fields.get(b"event") == b"end":
                    record.end = json.loads(fields[b"data"])
                elif b"data" in fields:
                    event = json.loads(fields[b"data"])
                    assert int(fields[b"id"]) == event["position"]
                    record.events.append(event)


def by_socket(url: str, execution_id: str, record: Record) -> None:
    """One connection by WebSocket."""
    address = f"{url.replace('http', 'ws')}/api/v1/executions/{execution_id}/ws?after={record.last}"
    with connect(address, open_timeout=30, close_timeout=0.05) as socket:
        for message in socket:
            told = json.loads(message)
            if told["type"] == "end":
                record.end = told["data"]
            else:
                record.events.append(told)


def follow(watch: Callable[[str, str, Record], None], url: str, execution_id: str) -> Record:
    """As a client does: come again after the last event until the end was told."""
    record = Record()
    while record.end is None:
        record.connections += 1
        try:
            watch(url, execution_id, record)
        except LINE_BROKE:
            continue
    return record


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples", RUNWRIGHT_ATTEMPT_LIMIT="4", RUNWRIGHT_LOG_FLUSH_MS="20") as running:
        yield running


@pytest.fixture
def line(server: RunningServer) -> Iterator[Proxy]:
    made = Proxy(server.url)
    made.start()
    yield made
    made.stop()


# What a socket tells is compressed: the same events are a seventh of the bytes.
@pytest.mark.parametrize(("watch", "longest"), [(by_events, 6_000), (by_socket, 900)])
def test_two_hundred_cuts_leave_no_gap_no_repeat_and_no_way_back(
    server: RunningServer, line: Proxy, tmp_path: Path, watch: Callable[[str, str, Record], None], longest: int
) -> None:
    api = Api(server.url)
    gate = tmp_path / "gate"
    through = f"http://127.0.0.1:{urlsplit(line.url).port}"
    ids = [
        api.run(api.save(workflow(name, python("a", TALKS, args={"gate": str(gate), "fails": name == "fails"}))))
        for name in ("one", "two", "fails", "stopped")
    ]
    chance, enough = random.Random(SEED), threading.Event()

    def allowance() -> int | None:
        """For each new connection: after how many bytes it breaks."""
        if line.cuts >= CUTS:
            enough.set()
            return None
        return chance.randint(SHORTEST, longest)

    line.break_after(allowance)
    with ThreadPoolExecutor(len(ids)) as threads:
        watching = [threads.submit(follow, watch, through, one) for one in ids]
        assert enough.wait(60), f"only {line.cuts} of {CUTS} cuts, seed {SEED}"
        api.post(f"/executions/{ids[-1]}/stop", {"grace_s": 0})
        gate.touch()
        records = [one.result(60) for one in watching]
    assert [record.statuses[-1] for record in records] == ["completed", "completed", "failed", "stopped"]
    for execution_id, record in zip(ids, records, strict=True):
        assert record.events == api.events(execution_id), f"seed {SEED}"
        ranks = [RANK[status] for status in record.statuses]
        assert ranks == sorted(set(ranks)), "a status comes once, and none comes back"
        assert record.end is not None
        assert record.end["status"] == record.statuses[-1] == api.finish(execution_id)["status"]
        assert record.end["events"] == len(record.events)
    assert sum(record.connections for record in records) > CUTS
    api.close()
