"""Many at once: 500 executions of 3 steps, started over HTTP and all completed; the same client on both sides."""

import asyncio

from benchmarks.client import chain, connected
from benchmarks.figures import Figure, Target, compared
from benchmarks.rig import Postgres, Server
from benchmarks.versus import both

COUNT = 500
AT_ONCE = 50
"""Requests under way at a time, on either side."""


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    with both(server) as (ours, peer):
        return asyncio.run(_measure(ours, peer, rounds=2 if quick else 7))


async def _measure(ours_at: Server, peer_at: Server, *, rounds: int) -> list[Figure]:
    async with connected(ours_at, peer_at) as (ours, peer):
        workflow = await ours.save(chain("three", 3))
        await ours.burst(workflow, 50, AT_ONCE)
        rates = {form: await peer.burst("three", form, 100, AT_ONCE) for form in ("sync", "async")}
        form = max(rates, key=rates.__getitem__)
        mine: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            mine.append(await ours.burst(workflow, COUNT, AT_ONCE))
            theirs.append(await peer.burst("three", form, COUNT, AT_ONCE))
        target = Target(of="ratio", bound="at least", value=4)
        name = f"burst of {COUNT} executions of 3 steps"
        return [compared(name, "runs/s", mine, theirs, other_name=f"DBOS {form}", target=target)]
