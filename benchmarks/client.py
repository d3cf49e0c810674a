"""The HTTP client of both sides: aiohttp, for with httpx the client is most of what is measured."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import aiohttp
import msgspec

from benchmarks.rig import BenchmarkError, Server

DEADLINE_S = 120
NO_OP = "def main():\n    return None"
FINAL = {b"execution.completed", b"execution.failed", b"execution.stopped"}
Json = dict[str, Any]


class _Told(msgspec.Struct):
    execution_id: str


_decode = msgspec.json.Decoder(_Told).decode


def chain(name: str, steps: int) -> Json:
    """A definition of no-op Python steps one after the other."""
    ids = [f"s{n}" for n in range(steps)]
    return {
        "apiVersion": "runwright/v1",
        "name": name,
        "nodes": [{"id": x, "kind": "python", "config": {"code": NO_OP}} for x in ids],
        "edges": [{"from": a, "to": b} for a, b in pairwise(ids)],
    }


def fan_out(name: str, width: int) -> Json:
    """One step, then `width` at once, then one that joins them."""
    ids = [f"s{n}" for n in range(width)]
    return {
        "apiVersion": "runwright/v1",
        "name": name,
        "nodes": [{"id": x, "kind": "python", "config": {"code": NO_OP}} for x in ("first", *ids, "join")],
        "edges": [{"from": "first", "to": x} for x in ids] + [{"from": x, "to": "join"} for x in ids],
    }


class Ours:
    """A client of Runwright that learns of ends by one SSE stream."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, f"{url}/api/v1"
        self._ended: set[str] = set()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()

    async def listen(self) -> None:
        """Open the stream of all executions."""
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen(opened))
        await opened

    async def close(self) -> None:
        """End the stream."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self, opened: "asyncio.Future[None]") -> None:
        for_ever = aiohttp.ClientTimeout(total=None)
        async with self._session.get(
            f"{self._url}/stream", params={"topics": "executions"}, timeout=for_ever
        ) as answer:
            kind = b""
            async for line in answer.content:
                if not opened.done():
                    opened.set_result(None)
                if line.startswith(b"event: "):
                    kind = line[7:].strip()
                elif kind in FINAL and line.startswith(b"data: "):
                    if kind != b"execution.completed":
                        raise BenchmarkError(f"an execution ended otherwise: {line[:500]!r}")
                    identity = _decode(line[6:]).execution_id
                    self._ended.add(identity)
                    if (waiting := self._waiting.pop(identity, None)) is not None:
                        waiting.set_result(None)
        raise BenchmarkError("the stream of executions ended")

    async def save(self, definition: Json) -> str:
        """A ready workflow's id."""
        body = {"name": definition["name"], "definition": definition, "ready": True}
        async with self._session.post(f"{self._url}/workflows", json=body) as answer:
            saved = await answer.json()
            if saved.get("status") != "ready":
                raise BenchmarkError(f"a workflow was not accepted: {saved}")
            return saved["id"]

    async def start(self, workflow_id: str) -> str:
        """An accepted execution's id."""
        async with self._session.post(f"{self._url}/workflows/{workflow_id}/execute", json={}) as answer:
            if answer.status != 202:
                raise BenchmarkError(f"an execution was not accepted: {await answer.text()}")
            return _decode(await answer.read()).execution_id

    async def ended(self, execution_id: str) -> None:
        """Return once the stream of all executions told its end."""
        if execution_id not in self._ended:
            self._waiting[execution_id] = asyncio.get_running_loop().create_future()
            listening = self._listening
            assert listening is not None
            await asyncio.wait({self._waiting[execution_id], listening}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
        self._ended.discard(execution_id)

    async def run(self, workflow_id: str) -> float:
        """Milliseconds from the start to its end as told by the stream that is open already."""
        began = time.perf_counter()
        await self.ended(await self.start(workflow_id))
        return (time.perf_counter() - began) * 1000

    async def run_and_follow(self, workflow_id: str) -> float:
        """Milliseconds from the start to the end of the execution's own stream, opened after the start."""
        began = time.perf_counter()
        execution_id = await self.start(workflow_id)
        async with self._session.get(f"{self._url}/executions/{execution_id}/stream") as answer:
            async for line in answer.content:
                if line == b"event: end\n":
                    return (time.perf_counter() - began) * 1000
        raise BenchmarkError("a stream ended without its end")

    async def burst(self, workflow_id: str, count: int, at_once: int) -> float:
        """Runs a second: all started, `at_once` requests at a time, and all ended."""

        async def one() -> str:
            async with room:
                return await self.start(workflow_id)

        room = asyncio.Semaphore(at_once)
        began = time.perf_counter()
        started = await asyncio.gather(*(one() for _ in range(count)))
        for execution_id in started:
            await self.ended(execution_id)
        return count / (time.perf_counter() - began)

    async def get(self, path: str, **parameters: str | int) -> Json:
        """A read of the API."""
        async with self._session.get(f"{self._url}{path}", params=parameters) as answer:
            return json.loads(await answer.read())


class Dbos:
    """A client of the DBOS service. `form` is `sync` or `async`: how its workflows are written."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def run(self, name: str, form: str) -> float:
        """Milliseconds from the request to its answer, which is the workflow's result."""
        began = time.perf_counter()
        await self._post(f"/{form}/run/{name}")
        return (time.perf_counter() - began) * 1000

    async def burst(self, name: str, form: str, count: int, at_once: int) -> float:
        """Runs a second: all started, `at_once` requests at a time, and all ended."""

        async def one() -> None:
            async with room:
                await self._post(f"/{form}/start/{name}")

        room = asyncio.Semaphore(at_once)
        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(count)))
        drained = await self._post(f"/{form}/drain")
        if drained["completed"] != count:
            raise BenchmarkError(f"{drained['completed']} of {count} workflows ended")
        return count / (time.perf_counter() - began)

    async def faster_form(self, name: str) -> str:
        """`sync` or `async`, whichever runs the workflow in less time here; both are warm afterwards."""
        times: dict[str, float] = {}
        for form in ("sync", "async"):
            await self.run(name, form)
            times[form] = min([await self.run(name, form) for _ in range(5)])
        return min(times, key=times.__getitem__)

    async def _post(self, path: str) -> Json:
        async with self._session.post(f"{self._url}{path}") as answer:
            if answer.status >= 300:
                raise BenchmarkError(f"the peer answered {answer.status}: {(await answer.text())[:500]}")
            return await answer.json()


@asynccontextmanager
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    """One client for both sides; connections are kept."""
    timeout = aiohttp.ClientTimeout(total=DEADLINE_S)
    # Both servers close what rests for 5 s: the client must do so first, or a request meets a closing connection.
    connector = aiohttp.TCPConnector(limit=200, keepalive_timeout=2)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as made:
        yield made


@asynccontextmanager
async def connected(ours: Server, peer: Server) -> AsyncGenerator[tuple[Ours, Dbos]]:
    """Clients of both sides, ours with its stream open."""
    async with session() as made:
        client = Ours(made, ours.url)
        await client.listen()
        try:
            yield client, Dbos(made, peer.url)
        finally:
            await client.close()


async def polled(question: Callable[[], Any], deadline_s: float = DEADLINE_S) -> Any:
    """Ask again until there is an answer."""
    ends = time.monotonic() + deadline_s
    while time.monotonic() < ends:
        if (answer := await question()) is not None:
            return answer
        await asyncio.sleep(0.1)
    raise BenchmarkError("no answer in time")
