"""Whether a step costs the same in a small execution and a large one, in an empty store and a full one."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable

from benchmarks.client import NO_OP, Json, Ours, chain, session
from benchmarks.figures import Figure, Target
from benchmarks.rig import Postgres, runwright

FLAT = Target(of="ratio", bound="at most", value=1.5)
"""What is called flat on a machine whose own noise is a third."""
NAME = "scale_runwright"


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject. Only ours: the question is how it grows."""
    with runwright(server.database(NAME), server.folder / NAME) as ours:
        figures = asyncio.run(_measure(ours.url, quick=quick))
        figures.append(Figure(name="memory after all of it", unit="MB", ours=ours.pss_mb()))
    return figures


async def _measure(url: str, *, quick: bool) -> list[Figure]:
    async with session() as http:
        client = Ours(http, url)
        await client.listen()
        try:
            figures = await _sizes(
                "step of a chain", client, chain, (10, 100, 1_000) if quick else (10, 100, 1_000, 5_000)
            )
            figures += await _sizes("item of a map", client, mapped, (100, 1_000) if quick else (100, 1_000, 10_000))
            return [*figures, *await _store(client, 2_000 if quick else 100_000)]
        finally:
            await client.close()


def mapped(name: str, items: int) -> Json:
    """A definition of one map over no-op Python steps."""
    node = {"kind": "python", "config": {"code": NO_OP}}
    each = {"id": "each", "kind": "map", "config": {"items": f"${{[1..{items}]}}", "node": node}}
    return {"apiVersion": "runwright/v1", "name": name, "nodes": [each], "edges": []}


async def _sizes(what: str, client: Ours, define: Callable[[str, int], Json], sizes: tuple[int, ...]) -> list[Figure]:
    """Each size beside the smallest, in turns: milliseconds a step."""
    flows = {size: await client.save(define(f"{what} {size}", size)) for size in sizes}
    for flow in flows.values():
        await client.run(flow)
    took: dict[int, list[float]] = {size: [] for size in sizes}
    for _ in range(3):
        for size in sizes:
            # The small one is over before anything of the machine can change: as often as it takes for a second.
            runs = max(1, min(20, 200 // size))
            took[size] += [await client.run(flows[size]) / size for _ in range(runs)]
    smallest = statistics.median(took[sizes[0]])
    return [
        Figure(
            name=f"{what} of {size:,}", unit="ms", ours=(mine := statistics.median(took[size])), other=smallest,
            other_name=f"of {sizes[0]:,}", ratio=mine / smallest, target=None if size == sizes[0] else FLAT,
        )
        for size in sizes
    ]  # fmt: skip


async def _store(client: Ours, count: int) -> list[Figure]:
    """A run, a page of the list and a page of a history, before and after many executions have ended."""
    flow = await client.save(chain("three", 3))
    for _ in range(20):
        await client.run(flow)
    before = [await _median(work) for work in _questions(client, flow)]
    await client.burst(flow, count, 64)
    after = [await _median(work) for work in _questions(client, flow)]
    names = ("run of 3 steps", "first page of the list")
    return [
        Figure(
            name=f"{name} with {count:,} ended executions", unit="ms", ours=now, other=then, other_name="with 20",
            ratio=now / then, target=FLAT,
        )
        for name, then, now in zip(names, before, after, strict=True)
    ]  # fmt: skip


def _questions(client: Ours, flow: str) -> list[Callable[[], Awaitable[float]]]:
    async def page() -> float:
        began = asyncio.get_running_loop().time()
        await client.get("/executions", limit=50)
        return (asyncio.get_running_loop().time() - began) * 1000

    return [lambda: client.run(flow), page]


async def _median(work: Callable[[], Awaitable[float]], times: int = 60) -> float:
    return statistics.median([await work() for _ in range(times)])
