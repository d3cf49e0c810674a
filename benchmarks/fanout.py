"""One step, then 100 at once, then one that joins them."""

import asyncio

from benchmarks.client import connected, fan_out
from benchmarks.figures import Figure, compared
from benchmarks.rig import Postgres, Server
from benchmarks.versus import both

WIDTH = 100


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    with both(server) as (ours, peer):
        return asyncio.run(_measure(ours, peer, rounds=3 if quick else 11))


async def _measure(ours_at: Server, peer_at: Server, *, rounds: int) -> list[Figure]:
    async with connected(ours_at, peer_at) as (ours, peer):
        workflow = await ours.save(fan_out("fan-out", WIDTH))
        for _ in range(2):
            await ours.run(workflow)
            await peer.run("fanout", "async")
        mine: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            mine.append(await ours.run(workflow))
            theirs.append(await peer.run("fanout", "async"))
        return [compared(f"fan-out of {WIDTH} and join", "ms", mine, theirs, other_name="DBOS async")]
