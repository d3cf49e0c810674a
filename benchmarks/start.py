"""From the click to the end: HTTP start -> completed of a workflow of one step, as a client learns it."""

import asyncio
import statistics

from benchmarks.client import chain, connected
from benchmarks.figures import Figure, Target, compared
from benchmarks.rig import Postgres, Server
from benchmarks.versus import both


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    with both(server) as (ours, peer):
        return asyncio.run(_measure(ours, peer, rounds=3 if quick else 9, runs=20 if quick else 60))


async def _measure(ours_at: Server, peer_at: Server, *, rounds: int, runs: int) -> list[Figure]:
    async with connected(ours_at, peer_at) as (ours, peer):
        workflow = await ours.save(chain("one", 1))
        form = await peer.faster_form("one")
        for _ in range(10):
            await ours.run_and_follow(workflow)
        followed: list[float] = []
        heard: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            followed.append(statistics.median([await ours.run_and_follow(workflow) for _ in range(runs)]))
            theirs.append(statistics.median([await peer.run("one", form) for _ in range(runs)]))
            heard.append(statistics.median([await ours.run(workflow) for _ in range(runs)]))
        other = f"DBOS {form}"
        target = Target(of="ratio", bound="at most", value=0.5)
        return [
            compared(
                "start -> completed, own SSE stream, p50", "ms", followed, theirs, other_name=other, target=target
            ),
            compared("start -> completed, open SSE stream, p50", "ms", heard, theirs, other_name=other),
        ]
