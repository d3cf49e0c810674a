"""Memory of everything that is ours, PostgreSQL apart: proportional set sizes, so that shared pages count once."""

import asyncio
import time

from benchmarks.burst import AT_ONCE, COUNT
from benchmarks.client import chain, connected
from benchmarks.figures import Figure, Target
from benchmarks.rig import Postgres, Server
from benchmarks.versus import both

SETTLED_S = 3
RESTED_S = 15
"""Workers beyond the two that stay end after 10 s without work."""


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    with both(server) as (ours, peer):
        time.sleep(SETTLED_S)
        idle = (ours.pss_mb(), peer.pss_mb())
        asyncio.run(_work(ours, peer))
        time.sleep(SETTLED_S if quick else RESTED_S)
        rested = (ours.pss_mb(), peer.pss_mb())
    return [
        _figure("idle memory, two warm workers", *idle, Target(of="ours", bound="at most", value=150)),
        _figure(f"memory at rest after a burst of {COUNT}", *rested, None),
    ]


def _figure(name: str, ours: float, peer: float, target: Target | None) -> Figure:
    return Figure(name=name, unit="MB", ours=ours, other=peer, other_name="DBOS", ratio=ours / peer, target=target)


async def _work(ours_at: Server, peer_at: Server) -> None:
    async with connected(ours_at, peer_at) as (ours, peer):
        await ours.burst(await ours.save(chain("three", 3)), COUNT, AT_ONCE)
        await peer.burst("three", "async", COUNT, AT_ONCE)
