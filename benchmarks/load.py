"""The limit that follows the load: how fast it falls and recovers beside programs that take memory and CPU time, and
what it yields against fixed limits where memory is short for half of the time.

The server and its workers run in a control group of GROUP_MB; each step takes STEP_MB. A program in the group comes
and goes and takes HOG_MB each time; when memory runs out the kernel ends a worker, for they ask to be first.
Needs root.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp

from benchmarks.client import Json, session
from benchmarks.figures import Figure, Target
from benchmarks.groups import cpu_hogs, killed_in, memory_group, memory_hog
from benchmarks.rig import BenchmarkError, Postgres, runwright_within
from infrastructure.pressure import cores

GROUP_MB, HOG_MB, HOG_MB_PER_S, STEP_MB, HOLD_S = 1_000, 650, 100.0, 70, 0.3
IN_FLIGHT = 24
CALM_S, SHORT_S = 20.0, 20.0
LOOK_S = 0.1
PATIENCE_S = 30.0
STEP = """
import time
def main(mb, hold_s):
    block = bytearray(mb << 20)
    block[::4096] = bytes([1]) * len(block[::4096])
    time.sleep(hold_s)
    return len(block)
"""


@dataclass(frozen=True, kw_only=True)
class Yield:
    """Of one server over all phases."""

    per_s: float
    killed: int


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    with memory_group(GROUP_MB) as group:
        moves = asyncio.run(_moves(server, group, 1 if quick else 3))
        twice = 2 * cores()
        fixed = (2, 3, twice) if quick else (*range(1, twice + 1), 2 * twice)
        cycles = 1 if quick else 2
        ours = asyncio.run(_yield(server, group, None, cycles))
        others = {limit: asyncio.run(_yield(server, group, limit, cycles)) for limit in fixed}
    unhurt = {limit: one for limit, one in others.items() if one.killed == 0}
    best = max(others, key=lambda limit: others[limit].per_s)
    best_unhurt = max(unhurt, key=lambda limit: unhurt[limit].per_s) if unhurt else best
    told = ", ".join(f"{limit}: {one.per_s:.1f}/s {one.killed}" for limit, one in others.items())
    return [
        *moves,
        _against(f"memory short half of the time; best unhurt fixed is {best_unhurt}", ours, others[best_unhurt]),
        _against(f"... best fixed of all is {best} ({told} kills)", ours, others[best]),
        Figure(name="processes ended for want of memory", unit="", ours=ours.killed, other=others[twice].killed,
               other_name=f"fixed {twice}", target=Target(of="ours", bound="at most", value=0)),
    ]  # fmt: skip


def _against(name: str, ours: Yield, other: Yield) -> Figure:
    return Figure(
        name=name, unit="steps/s", ours=ours.per_s, other=other.per_s, other_name="fixed",
        ratio=ours.per_s / other.per_s, target=Target(of="ratio", bound="at least", value=0.9),
    )  # fmt: skip


@dataclass(kw_only=True)
class _Load:
    """A server that always has IN_FLIGHT executions of one step to do."""

    http: aiohttp.ClientSession
    url: str
    flow: str
    ended: int = 0

    async def limit(self) -> int:
        async with self.http.get(f"{self.url}/api/v1/capacity") as answer:
            return (await answer.json())["slots"]["limit"]

    async def keep_busy(self) -> None:
        await asyncio.gather(*(self._one() for _ in range(IN_FLIGHT)))

    async def _one(self) -> None:
        while True:
            async with self.http.post(f"{self.url}/api/v1/workflows/{self.flow}/execute", json={}) as answer:
                if answer.status != 202:
                    raise BenchmarkError(f"an execution was not accepted: {await answer.text()}")
                execution_id = (await answer.json())["execution_id"]
            async with self.http.get(f"{self.url}/api/v1/executions/{execution_id}/stream") as answer:
                async for line in answer.content:
                    if line == b"event: execution.completed\n":
                        self.ended += 1

    async def until(self, wanted: Callable[[int], bool]) -> float:
        """When the limit is as wanted, on the monotonic clock."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if wanted(await self.limit()):
                return time.monotonic()
            await asyncio.sleep(LOOK_S)
        raise BenchmarkError(f"the limit is {await self.limit()} after {PATIENCE_S:.0f} s")


@asynccontextmanager
async def _loaded(server: Postgres, group: Path, limit: int | None, mb: int) -> AsyncGenerator[_Load]:
    """A new server in the group, at work; `limit` None: it follows the load."""
    name = f"load_{limit or 'follows'}_{time.monotonic_ns()}"
    fixed = {} if limit is None else {"RUNWRIGHT_ATTEMPT_LIMIT": str(limit)}
    with runwright_within(group, server.database(name), server.folder / name, **fixed) as running:
        async with session() as http:
            step: Json = {
                "id": "s", "kind": "python", "retry_safe": True,
                "config": {"code": STEP, "args": {"mb": mb, "hold_s": HOLD_S}},
            }  # fmt: skip
            definition = {"apiVersion": "runwright/v1", "name": "holds", "nodes": [step], "edges": []}
            body = {"name": "holds", "definition": definition, "ready": True}
            async with http.post(f"{running.url}/api/v1/workflows", json=body) as answer:
                flow = (await answer.json())["id"]
            load = _Load(http=http, url=running.url, flow=flow)
            working = asyncio.create_task(load.keep_busy())
            try:
                yield load
                if working.done():
                    working.result()
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)


async def _moves(server: Postgres, group: Path, rounds: int) -> list[Figure]:
    most = 4 * cores()
    found: dict[str, list[float]] = {}

    async def beside(load: _Load, what: str, hogs: AbstractContextManager[float]) -> None:
        await load.until(lambda limit: limit == most)
        began = await asyncio.to_thread(hogs.__enter__)
        try:
            fallen = await load.until(lambda limit: limit < most)
        finally:
            hogs.__exit__(None, None, None)
        over = time.monotonic()
        found.setdefault(f"the limit falls beside {what}", []).append(max(0.0, fallen - began))
        again = await load.until(lambda limit: limit == most)
        found.setdefault("... and is as before after they have ended [s]", []).append(again - over)

    async with _loaded(server, group, None, 5) as load:
        for _ in range(rounds):
            await beside(load, "programs that take all CPU time", cpu_hogs())
    figures = [_moved(name, seconds) for name, seconds in found.items()]
    found.clear()
    async with _loaded(server, group, None, 5) as load:
        for _ in range(rounds):
            await beside(load, "a program that takes memory", memory_hog(group, 770, 500.0))
    return [*figures, *(_moved(name, seconds) for name, seconds in found.items())]


def _moved(name: str, seconds: list[float]) -> Figure:
    target = Target(of="ours", bound="at most", value=5) if "falls" in name else None
    return Figure(name=name, unit="s", ours=max(seconds) if target else median(seconds), target=target)


async def _yield(server: Postgres, group: Path, limit: int | None, cycles: int) -> Yield:
    before = killed_in(group)
    async with _loaded(server, group, limit, STEP_MB) as load:
        await asyncio.sleep(3)  # its workers are warm
        began, ended = time.monotonic(), load.ended
        for _ in range(cycles):
            await asyncio.sleep(CALM_S)
            hog = memory_hog(group, HOG_MB, HOG_MB_PER_S)
            await asyncio.to_thread(hog.__enter__)
            try:
                await asyncio.sleep(SHORT_S)
            finally:
                hog.__exit__(None, None, None)
        per_s = (load.ended - ended) / (time.monotonic() - began)
    return Yield(per_s=per_s, killed=killed_in(group) - before)
