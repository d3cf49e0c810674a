"""A deep queue: how fast it fills, how soon a free slot is taken, and what it costs in memory.

Two keys of four at a time, three priorities, eight slots. A claim is the time from the end of one execution to the
start of the next, both by their events: the k-th end frees a slot for the k-th start after it. Only ours: it is
compared with itself at another depth.
"""

import asyncio
import statistics
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import aiohttp
import msgspec

from benchmarks.client import NO_OP, Json, Ours, session
from benchmarks.figures import Figure, Target
from benchmarks.rig import BenchmarkError, Postgres, Server, runwright

NAME = "queue_runwright"
SLOTS, AT_ONCE = 8, 32
GATE = "import os, time\ndef main(gate):\n    while not os.path.exists(gate):\n        time.sleep(0.005)"


class _Told(msgspec.Struct):
    type: str
    at: datetime
    execution_id: str


_decode = msgspec.json.Decoder(_Told).decode


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    folder = server.folder / NAME
    limits = {"RUNWRIGHT_ATTEMPT_LIMIT": str(SLOTS), "RUNWRIGHT_QUEUE_LIMIT": "20000"}
    with runwright(server.database(NAME), folder, **limits) as ours:
        return asyncio.run(_measure(ours, folder, 1_000 if quick else 10_000))


async def _measure(ours: Server, folder: Path, deep: int) -> list[Figure]:
    async with session() as http:
        client = Ours(http, ours.url)
        await client.listen()
        try:
            await _depth(http, client, ours, folder / "warm", 100)
            shallow = await _depth(http, client, ours, folder / "shallow", 100)
            before = ours.pss_mb()
            full = await _depth(http, client, ours, folder / "deep", deep)
        finally:
            await client.close()
    at_least = Target(of="ours", bound="at least", value=200)
    return [
        Figure(name=f"enqueue {deep:,} over HTTP", unit="1/s", ours=full.rate, target=at_least),
        Figure(name="claim of a free slot, 100 queued, p50", unit="ms", ours=statistics.median(shallow.claims)),
        Figure(name=f"... {deep:,} queued, p50", unit="ms", ours=statistics.median(full.claims)),
        Figure(name="claim of a free slot, 100 queued, p99", unit="ms", ours=_p99(shallow.claims)),
        Figure(
            name=f"... {deep:,} queued, p99", unit="ms", ours=_p99(full.claims), other=_p99(shallow.claims),
            other_name="100 queued", ratio=_p99(full.claims) / _p99(shallow.claims),
            target=Target(of="ours", bound="at most", value=50),
        ),
        Figure(
            name=f"memory of all processes with {deep:,} queued, grown by", unit="MB", ours=full.pss_mb - before,
            target=Target(of="ours", bound="at most", value=100),
        ),
        Figure(name=f"runs/s while {deep:,} are worked off", unit="1/s", ours=full.worked),
    ]  # fmt: skip


class _Depth(msgspec.Struct):
    rate: float
    claims: list[float]
    pss_mb: float
    worked: float


def _flows(gate: Path) -> tuple[Json, Json]:
    def one(name: str, code: str, args: Json, settings: Json) -> Json:
        node = {"id": "s", "kind": "python", "config": {"code": code, "args": args}}
        return {"apiVersion": "runwright/v1", "name": name, "nodes": [node], "edges": [], "settings": settings}

    keyed = {"concurrency": {"limit": SLOTS // 2, "key": "${inputs.key}"}}
    return one("gate", GATE, {"gate": str(gate)}, {}), one("keyed", NO_OP, {}, keyed)


async def _depth(http: aiohttp.ClientSession, client: Ours, ours: Server, gate: Path, count: int) -> _Depth:
    blocking, keyed = [await client.save(flow) for flow in _flows(gate)]
    blocked = [await client.start(blocking) for _ in range(SLOTS)]
    told: list[_Told] = []
    listening = asyncio.create_task(_listen(http, ours.url, told))
    room = asyncio.Semaphore(AT_ONCE)

    async def enqueue(number: int) -> str:
        body = {"inputs": {"key": "ab"[number % 2]}, "priority": (0, 5, 10)[number % 3]}
        async with room, http.post(f"{ours.url}/api/v1/workflows/{keyed}/execute", json=body) as answer:
            if answer.status != 202:
                raise BenchmarkError(f"an execution was not accepted: {await answer.text()}")
            return str((await answer.json())["execution_id"])

    began = time.perf_counter()
    waiting = await asyncio.gather(*map(enqueue, range(count)))
    rate = count / (time.perf_counter() - began)
    pss_mb = ours.pss_mb()
    gate.touch()
    began = time.perf_counter()
    for execution_id in (*blocked, *waiting):
        await client.ended(execution_id)
    worked = count / (time.perf_counter() - began)
    await asyncio.sleep(0.5)
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    mine = {*blocked, *waiting}
    ends = [one.at for one in told if one.execution_id in mine and one.type == "execution.completed"]
    starts = [one.at for one in told if one.execution_id in mine - {*blocked} and one.type == "execution.started"]
    if len(starts) != count:
        raise BenchmarkError(f"{len(starts)} of {count} starts were told")
    claims = [(start - end).total_seconds() * 1000 for end, start in zip(ends, starts, strict=False)]
    return _Depth(rate=rate, claims=claims, pss_mb=pss_mb, worked=worked)


async def _listen(http: aiohttp.ClientSession, url: str, told: list[_Told]) -> None:
    for_ever = aiohttp.ClientTimeout(total=None)
    async with http.get(f"{url}/api/v1/stream", params={"topics": "executions"}, timeout=for_ever) as answer:
        async for line in answer.content:
            if line.startswith(b"data: {") and b'"execution_id"' in line:
                told.append(_decode(line[6:]))  # noqa: PERF401 - read by others while it grows


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]
