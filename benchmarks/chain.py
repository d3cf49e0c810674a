"""A chain of 100 Python steps that do nothing: what a step costs when nothing can be done at once."""

import asyncio

from benchmarks.client import chain, connected
from benchmarks.figures import Figure, Target, compared
from benchmarks.rig import Postgres, Server
from benchmarks.versus import both

STEPS = 100


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    with both(server) as (ours, peer):
        return asyncio.run(_measure(ours, peer, rounds=3 if quick else 11))


async def _measure(ours_at: Server, peer_at: Server, *, rounds: int) -> list[Figure]:
    async with connected(ours_at, peer_at) as (ours, peer):
        workflow = await ours.save(chain("chain", STEPS))
        form = await peer.faster_form("chain")
        for _ in range(2):
            await ours.run(workflow)
        mine: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            mine.append(await ours.run(workflow) / STEPS)
            theirs.append(await peer.run("chain", form) / STEPS)
        target = Target(of="ratio", bound="at most", value=0.4)
        return [
            compared(f"chain of {STEPS}, per step", "ms", mine, theirs, other_name=f"DBOS {form}", target=target),
        ]
